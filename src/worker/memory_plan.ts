/** The memory plan of a run that the page's settings describe. */
import { memoryOutcome } from '../training/memory_plan';
import { chooseWindowsAtOnce } from '../training/windows_at_once';
import type { Gpu } from '../webgpu/device';
import { GUARANTEED_LIMITS, limitsOf } from '../webgpu/paper_gpu';
import type { OpenData } from './open_data';
import type { MemoryAnswer, MemoryQuestion } from './protocol';
import { runConfig } from './run_setup';

/**
 * @param gpu the open device, whose limits count; without one, those that every adapter guarantees
 * @throws DatasetError or ConfigError when data and settings do not go together
 */
export function memoryPlan(data: OpenData, question: MemoryQuestion, gpu: Gpu | undefined): MemoryAnswer {
  const { settings, arSteps, budget } = question;
  const config = runConfig(data, settings);
  const { model, task, activations, ema_decay } = config;
  const limits = gpu ? limitsOf(gpu) : GUARANTEED_LIMITS;
  const { maxBinding, maxBufferSize } = limits;
  // Buffers are only measured, so that a plan tells by how much it does not fit.
  const measured = { ...limits, maxBufferSize: Number.POSITIVE_INFINITY };
  const request = {
    ...{ model, task, activations, averaged: ema_decay !== undefined, grid: data.dataset },
    ...{ budget: budget ?? undefined, limits: measured },
  };
  const windows = chooseWindowsAtOnce(limits, config, data.dataset);
  return {
    forecast: memoryOutcome({ ...request, arSteps: 0 }),
    training: memoryOutcome({ ...request, arSteps, windows }),
    limits: { maxBinding, maxBufferSize, guaranteed: gpu === undefined },
  };
}
