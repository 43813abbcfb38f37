/** The memory plan of a run that the page's settings describe. */
import { memoryOutcome } from '../training/memory_plan';
import type { Gpu } from '../webgpu/device';
import { GUARANTEED_LIMITS } from '../webgpu/paper_gpu';
import type { OpenData } from './open_data';
import type { MemoryAnswer, MemoryQuestion } from './protocol';
import { runConfig } from './run_setup';

/**
 * @param gpu the open device, whose limits count; without one, those that every adapter guarantees
 * @throws DatasetError or ConfigError when data and settings do not go together
 */
export function memoryPlan(data: OpenData, question: MemoryQuestion, gpu: Gpu | undefined): MemoryAnswer {
  const { settings, arSteps, budget } = question;
  const { model, task, activations, ema_decay } = runConfig(data, settings);
  const limits = gpu
    ? { ...gpu.adapter, maxBinding: gpu.maxBinding, maxBufferSize: gpu.device.limits.maxBufferSize }
    : GUARANTEED_LIMITS;
  const { maxBinding, maxBufferSize } = limits;
  // Buffers are only measured, so that a plan tells by how much it does not fit.
  const measured = { ...limits, maxBufferSize: Number.POSITIVE_INFINITY };
  const request = {
    ...{ model, task, activations, averaged: ema_decay !== undefined, grid: data.dataset },
    ...{ budget: budget ?? undefined, limits: measured },
  };
  return {
    forecast: memoryOutcome({ ...request, arSteps: 0 }),
    training: memoryOutcome({ ...request, arSteps }),
    limits: { maxBinding, maxBufferSize, guaranteed: gpu === undefined },
  };
}
