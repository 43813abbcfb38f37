import { describe, expect, it } from 'vitest';
import { copy } from '../../shaders/adapter_limits/adapter_limits';
import { layerNorm } from '../../shaders/layer_norm/layer_norm';
import { layerNormSum } from '../../shaders/layer_norm_sum/layer_norm_sum';
import { linear } from '../../shaders/linear/linear';
import { defaultVariant, supportedVariants } from '../../shaders/linear/variant';
import type { KernelVariants } from '../../shaders/variant_table';
import { PlanBuilder } from '../webgpu/plan';
import { list, matrix } from '../webgpu/tensor';
import { withDevice } from '../webgpu/testing';
import type { ShapeWork } from '../webgpu/variant_choice';
import { takeVariants } from './kernel_variants';

/** Two products of different shapes and something else, in two programs. */
function recorded(maxBinding: number): PlanBuilder {
  const plan = new PlanBuilder(maxBinding);
  const [x, y, z] = [matrix('x', 84, 16), matrix('y', 84, 16), matrix('z', 84, 83)];
  plan.program('forward');
  plan.add(linear({ y, x, w: matrix('w', 16, 16), activation: 'swish' }));
  plan.program('advance');
  plan.add(linear({ y: z, x: y, w: matrix('v', 16, 83) }), copy({ y: x, x: y }));
  return plan;
}

const variantsOf = (plan: PlanBuilder) => [...plan.programs.values()].flat().map(({ variant }) => variant);

describe('kernel variants of a model', () => {
  it('are the adapter’s default, or one for all', () =>
    withDevice(async ({ gpu }) => {
      const usual = defaultVariant(gpu.adapter);
      const plan = recorded(gpu.maxBinding);
      expect(await takeVariants(gpu, plan, undefined)).toBe(usual);
      expect(variantsOf(plan)).toEqual([usual, usual, undefined]);
      expect(await takeVariants(gpu, plan, 'tiled')).toBe('tiled');
      expect(variantsOf(plan)).toEqual(['tiled', 'tiled', undefined]);
    }));

  it('go by shape', () =>
    withDevice(async ({ gpu }) => {
      const plan = recorded(gpu.maxBinding);
      const table = { default: 'register', 'linear 256x16x84': 'tiled' } as const;
      expect(await takeVariants(gpu, plan, table)).toBe(table);
      expect(variantsOf(plan)).toEqual(['register', 'tiled', undefined]);
    }));

  it('may be chosen from what the model will run', () =>
    withDevice(async ({ gpu }) => {
      const plan = recorded(gpu.maxBinding);
      const seen: ShapeWork[] = [];
      const chosen = await takeVariants(gpu, plan, async (works) => {
        seen.push(...works);
        return 'tiled';
      });
      expect(chosen).toBe('tiled');
      expect(variantsOf(plan)).toEqual(['tiled', 'tiled', undefined]);
      const shape = { kernel: 'linear', rows: 84, inner: 16, element: 'float32' };
      expect(seen).toMatchObject([
        { shape: { ...shape, columns: 16 }, work: 30 * 4 * (84 * 16 + 16 * 16 + 84 * 16) },
        { shape: { ...shape, columns: 83 }, work: 30 * 4 * (84 * 16 + 16 * 84 + 84 * 84) },
      ]);
    }));

  it('that the adapter cannot run are refused', () =>
    withDevice(async ({ gpu }) => {
      const adapter = { ...gpu.adapter, subgroupSize: 4 };
      expect(supportedVariants(adapter)).not.toContain('subgroup');
      const table = { default: 'tiled', 'linear 256x16x16': 'subgroup' } as const;
      const taken = takeVariants({ ...gpu, adapter }, recorded(gpu.maxBinding), table);
      await expect(taken).rejects.toThrow(/'subgroup' needs wider subgroups/);
      const plain = { ...gpu, adapter: { ...gpu.adapter, matrices: undefined } };
      const forced = takeVariants(plain, recorded(gpu.maxBinding), 'matrix_64x64x32_32x32');
      await expect(forced).rejects.toThrow(/'matrix_64x64x32_32x32' needs subgroup matrices/);
    }));

  it('of rows are the adapter’s, unless a table has their class', () =>
    withDevice(async ({ gpu }) => {
      const [x, scale, offset] = [matrix('x', 84, 16), matrix('scale', 1, 16), matrix('offset', 1, 16)];
      const [out, starts] = [matrix('out', 9, 16), list('starts', 10)];
      const taken = async (isSoftware: boolean, variants: KernelVariants) => {
        const plan = new PlanBuilder(gpu.maxBinding);
        plan.program('forward');
        plan.add(layerNorm({ y: matrix('y', 84, 16), x, scale, offset }));
        plan.add(layerNormSum({ out, y: matrix('messages', 84, 16), x, scale, offset, starts }));
        await takeVariants({ ...gpu, adapter: { ...gpu.adapter, isSoftware } }, plan, variants);
        return plan.programs.get('forward')!.map(({ kernel, variant }) => [kernel.name, variant].join(' '));
      };
      expect(await taken(true, 'tiled')).toEqual(['layer_norm row', 'layer_norm row', 'segment_sum ']);
      expect(await taken(false, 'tiled')).toEqual(['layer_norm shared', 'layer_norm_sum fused']);
      const table = { default: 'tiled', 'layer_norm_sum 256x16': 'shared' } as const;
      expect(await taken(true, table)).toEqual(['layer_norm row', 'layer_norm shared', 'segment_sum ']);
    }));
});
