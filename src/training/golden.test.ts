/** The network, its loss and its gradients on the GPU against what the public reference computes. */
import { describe, expect, it } from 'vitest';
import { rollout } from '../forecast/rollout';
import { type GoldenName, type GoldenSet, goldenSet } from '../graphcast/golden.fixture';
import { Model } from '../graphcast/model';
import type { Taps } from '../graphcast/model_programs';
import type { NpyArray } from '../graphcast/npz';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { relativeError, withDevice } from '../webgpu/testing';
import type { VariantChooser } from '../webgpu/variant_choice';
import { normsOfGpus } from './gpu_norms.fixture';
import { channelWeights, trainingTerms } from './loss_weights';
import { lossFromSums, RolloutLoss } from './rollout_loss';

const numbers = (array: NpyArray | undefined) => Array.from(array!.data as Float32Array, Number);
const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));

/** For shaders with barriers on a driver that takes seconds for each, ms. */
const SLOW_COMPILER = 600_000;

async function withGolden(
  name: GoldenName,
  steps: number,
  test: (run: { golden: GoldenSet; model: Model; losses: RolloutLoss; executor: Executor }) => Promise<void>,
  variant?: (gpu: Gpu) => VariantChooser,
): Promise<void> {
  const golden = await goldenSet(name);
  await withDevice(async ({ gpu }) => {
    const { checkpoint, graph, layout } = golden;
    const model = await Model.create(gpu, {
      config: checkpoint.modelConfig,
      channels: layout,
      graph,
      normalisation: golden.normalisation,
      training: trainingTerms(graph, layout, steps > 1),
      variant: variant?.(gpu),
    });
    try {
      model.plan.poison();
      model.writeParameters(new Map([...checkpoint.parameters].map(([key, { data }]) => [key, data])));
      const executor = new Executor(gpu);
      const losses = new RolloutLoss(model, executor, steps);
      await losses.begin(steps);
      await losses.add(await golden.window(steps), steps, true);
      await test({ golden, model, losses, executor });
    } finally {
      model.destroy();
    }
  });
}

describe.each([
  ['tiny', 1, 'the usual', undefined],
  ['tiny', 3, 'the usual', undefined],
  ['task13', 1, 'the usual', undefined],
  ['task13', 2, 'the usual', undefined],
  ['tiny', 3, 'GPUs’', normsOfGpus],
  ['task13', 1, 'GPUs’', normsOfGpus],
] as const)(
  '%s, %i autoregressive steps, %s kernels',
  { timeout: SLOW_COMPILER },
  (name, steps, _, variant) => {
    it('has the reference loss, in total and by variable', () =>
      withGolden(
        name,
        steps,
        async ({ golden, model }) => {
          const sums = await model.memory.read(model.sums);
          const { layout, expected } = golden;
          const found = lossFromSums(sums, layout, channelWeights(layout), model.gridNodes, steps);
          const [loss] = numbers(expected.get(`steps${steps}:loss`));
          expect(Math.abs(found.loss / loss - 1)).toBeLessThan(1e-4);
          for (const [variable, value] of Object.entries(found.lossByVariable)) {
            const [want] = numbers(expected.get(`steps${steps}:loss_by_variable:${variable}`));
            expect(Math.abs(value / want - 1), variable).toBeLessThan(1e-4);
          }
        },
        variant,
      ));

    it('has the reference gradient of every parameter array', () =>
      withGolden(
        name,
        steps,
        async ({ golden, model }) => {
          const gradients = await model.readGradients();
          expect([...gradients.keys()].sort()).toEqual([...golden.checkpoint.parameters.keys()].sort());
          for (const [parameter, found] of gradients) {
            const want = numbers(golden.expected.get(`steps${steps}:gradient:${parameter}`));
            const difference = norm(want.map((v, i) => v - found[i]));
            expect(difference, parameter).toBeLessThanOrEqual(1e-3 * norm(want));
          }
        },
        variant,
      ));
  },
);

describe.each(['tiny', 'task13'] as const)('%s, inside the network', (name) => {
  it('has the reference activations', () =>
    withGolden(name, 1, async ({ golden, model, executor }) => {
      await executor.run(model.plan.program('forward'));
      const keys: Record<Exclude<keyof Taps, 'input'>, string> = {
        gridAfterEncoder: 'latent_grid_after_encoder',
        meshAfterEncoder: 'latent_mesh_after_encoder',
        meshAfterProcessor: 'latent_mesh_after_processor',
        output: 'grid_output',
      };
      for (const [tap, key] of Object.entries(keys)) {
        const found = await model.plan.read(model.taps[tap as keyof Taps]);
        const want = numbers(golden.expected.get(`internals:${key}`));
        expect(relativeError(found, want), key).toBeLessThan(1e-4);
      }
      const channels = golden.layout.inputs.length;
      const stacked = await model.plan.read(model.taps.input);
      const row = channels + 3;
      const input = Array.from({ length: model.gridNodes }, (_, g) => [
        ...stacked.subarray(g * row, g * row + channels),
      ]);
      const want = numbers(golden.expected.get('internals:grid_node_features'));
      expect(relativeError(input.flat(), want)).toBeLessThan(1e-4);
    }));

  it('forecasts what the reference predicts, in physical units', () =>
    withGolden(name, 1, async ({ golden, model, executor }) => {
      const steps = name === 'tiny' ? 3 : 2;
      const { layout, expected } = golden;
      for await (const { step, state } of rollout(model, executor, await golden.window(steps), steps)) {
        for (const variable of new Set(layout.state.map((channel) => channel.variable))) {
          const planes = layout.state.flatMap((channel, c) => (channel.variable === variable ? [c] : []));
          const found = planes.flatMap((c) => [
            ...state.subarray(c * model.gridNodes, (c + 1) * model.gridNodes),
          ]);
          const all = numbers(expected.get(`steps${steps}:prediction:${variable}`));
          const want = all.slice((step - 1) * found.length, step * found.length);
          expect(relativeError(found, want), `${variable}, step ${step}`).toBeLessThan(1e-4);
        }
      }
    }));
});
