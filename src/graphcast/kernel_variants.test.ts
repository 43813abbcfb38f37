import { describe, expect, it } from 'vitest';
import { defaultVariant, supportedVariants } from '../../shaders/linear/variant';
import type { KernelVariants } from '../../shaders/linear/variant_table';
import { TASKS } from '../weather/task';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { noise } from '../webgpu/noise';
import { withDevice } from '../webgpu/testing';
import type { ShapeWork } from '../webgpu/variant_choice';
import { PRESETS } from './config';
import { createModel } from './create_model';
import type { ModelOptions } from './model';

const grid = {
  latitudes: Float32Array.from({ length: 7 }, (_, i) => -90 + 30 * i),
  longitudes: Float32Array.from({ length: 12 }, (_, i) => 30 * i),
};
const config = { ...PRESETS.tiny.model, mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 };

/** A small model, its variants, and the frame it forecasts from noise. */
async function forecast(
  gpu: Gpu,
  variant: ModelOptions['variant'],
): Promise<{ variants: KernelVariants; taken: Set<string | undefined>; frame: Float32Array }> {
  const statistics = { mean: () => 0, stddev: () => 1, diffsStddev: () => 1 };
  const model = await createModel(gpu, { config, task: TASKS.TASK_13, grid, statistics, variant });
  try {
    model.memory.write(model.parameters, noise(model.layout.length));
    const state = noise(model.channels.state.length * model.gridNodes);
    for (const which of ['previous', 'last'] as const) model.writeState(which, state);
    const commands = ['embed', 'forward', 'advance'].flatMap((program) => model.plan.program(program));
    await new Executor(gpu).run(commands);
    const products = commands.filter(({ dispatch }) => dispatch.kernel.name === 'linear');
    return {
      variants: model.variants,
      taken: new Set(products.map(({ dispatch }) => dispatch.variant)),
      frame: await model.memory.read(model.frame),
    };
  } finally {
    model.destroy();
  }
}

describe('kernel variants of a model', () => {
  it('are the adapter’s default, and every choice gives the same bits', () =>
    withDevice(async ({ gpu }) => {
      const usual = await forecast(gpu, undefined);
      expect(usual.variants).toBe(defaultVariant(gpu.adapter));
      expect(usual.taken).toEqual(new Set([defaultVariant(gpu.adapter)]));
      expect(usual.frame.every(Number.isFinite)).toBe(true);

      const forced = await forecast(gpu, 'tiled');
      expect([forced.variants, ...forced.taken]).toEqual(['tiled', 'tiled']);
      expect(forced.frame).toEqual(usual.frame);

      const table = { default: 'register', 'linear 256x16x16': 'tiled' } as const;
      const mixed = await forecast(gpu, table);
      expect(mixed.variants).toEqual(table);
      expect([...mixed.taken].sort()).toEqual(['register', 'tiled']);
      expect(mixed.frame).toEqual(usual.frame);
    }));

  it('may be chosen from what the model will run', () =>
    withDevice(async ({ gpu }) => {
      const seen: ShapeWork[] = [];
      const chosen = await forecast(gpu, async (works) => {
        seen.push(...works);
        return 'register';
      });
      expect([chosen.variants, ...chosen.taken]).toEqual(['register', 'register']);
      // The network's last layer: latents to state channels, on all grid nodes.
      expect(seen.map(({ shape }) => shape)).toContainEqual({
        kernel: 'linear',
        rows: 84,
        inner: 16,
        columns: 83,
        element: 'float32',
      });
      expect(seen.every(({ shape, flops }) => flops === 2 * shape.rows * shape.inner * shape.columns)).toBe(
        true,
      );
    }));

  it('that the adapter cannot run are refused', () =>
    withDevice(async ({ gpu }) => {
      const adapter = { ...gpu.adapter, subgroupSize: 4 };
      expect(supportedVariants(adapter)).not.toContain('subgroup');
      const table = { default: 'tiled', 'linear 256x16x16': 'subgroup' } as const;
      await expect(forecast({ ...gpu, adapter }, table)).rejects.toThrow(/'subgroup' needs wider subgroups/);
    }));
});
