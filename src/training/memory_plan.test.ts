import { describe, expect, it } from 'vitest';
import { PRESETS } from '../graphcast/config';
import { createModel } from '../graphcast/create_model';
import { channelLayout } from '../weather/channels';
import { TASKS } from '../weather/task';
import { Executor } from '../webgpu/execute';
import { GUARANTEED_LIMITS } from '../webgpu/paper_gpu';
import { withDevice } from '../webgpu/testing';
import { trainingTerms } from './loss_weights';
import { type MemoryRequest, planMemory } from './memory_plan';
import { Optimizer } from './optimizer';
import { RolloutLoss } from './rollout_loss';
import { OPTIMIZER } from './run_config';

const task = TASKS.TASK_13;
const grid = {
  latitudes: Float32Array.from({ length: 13 }, (_, i) => -90 + 15 * i),
  longitudes: Float32Array.from({ length: 24 }, (_, i) => 15 * i),
};
const request: MemoryRequest = {
  model: PRESETS.tiny.model,
  task,
  grid,
  arSteps: 1,
  limits: GUARANTEED_LIMITS,
};

describe('planMemory', () => {
  it.each([
    [0, 'float32', 1, undefined],
    [1, 'float32', 1, undefined],
    [1, 'float32', 1, 0.999],
    [3, 'float32', 1, undefined],
    [3, 'float32', 4, undefined],
    [0, 'bfloat16', 1, undefined],
    [3, 'bfloat16', 1, undefined],
  ] as const)(
    'foretells what is allocated, %i autoregressive steps, %s, %i windows, average %s',
    (arSteps, activations, windows, averageDecay) =>
      withDevice(async ({ gpu }) => {
        const { maxBinding, adapter } = gpu;
        const { maxBufferSize } = gpu.device.limits;
        const planned = planMemory({
          ...request,
          arSteps,
          activations,
          windows,
          averaged: averageDecay !== undefined,
          limits: { ...adapter, maxBinding, maxBufferSize },
        });
        const statistics = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
        const training = arSteps > 0 ? trainingTerms(grid, channelLayout(task), arSteps > 1) : undefined;
        const model = await createModel(gpu, {
          config: request.model,
          task,
          grid,
          statistics,
          training,
          activations,
          windows,
        });
        let real = 0;
        if (training) {
          const optimizer = await Optimizer.create(model, { config: OPTIMIZER, averageDecay });
          new RolloutLoss(model, new Executor(gpu), arSteps);
          real += optimizer.bytes;
          optimizer.destroy();
        }
        real += model.bytes;
        model.destroy();
        expect(Math.abs(planned.total / real - 1)).toBeLessThan(0.03);
      }),
  );

  it('recomputes more where there is less, down to the smallest plan, and then refuses', () =>
    withDevice(async () => {
      const plenty = planMemory(request);
      expect(plenty.policy).toMatchObject({ keepMessages: true, keepNodes: true, keepSteps: true });
      const sizes: number[] = [];
      let budget = plenty.total;
      while (sizes.length < 20) {
        let plan: typeof plenty;
        try {
          plan = planMemory({ ...request, budget: budget * 0.98 });
        } catch (error) {
          expect(String(error)).toMatch(/DeviceError: Training needs at least .* are allowed: allow more/);
          break;
        }
        expect(plan.total).toBeLessThanOrEqual(budget * 0.98);
        sizes.push(plan.total);
        budget = plan.total;
      }
      expect(sizes.length).toBeGreaterThan(1);
      expect(sizes.length).toBeLessThan(20);
      expect(sizes.at(-1)).toBeLessThan(0.7 * plenty.total);
      expect(sizes.at(-1)).toBe(plenty.smallest);
    }));
});
