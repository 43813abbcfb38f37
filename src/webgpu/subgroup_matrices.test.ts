import { describe, expect, it } from 'vitest';
import { linear } from '../../shaders/linear/linear';
import { linearBackwardWeights } from '../../shaders/linear/linear_backward_weights';
import { isShareable, MATRIX_TILES, type MatrixVariant, matrixWorkgroup } from '../../shaders/linear/tiles';
import { DeviceError } from '../errors';
import { kernelSource } from './kernel';
import { usefulMatrices } from './subgroup_matrices';
import { matrix } from './tensor';
import { withDevice } from './testing';

const config = (componentType: string, resultComponentType: string, M: number, N: number, K: number) => ({
  componentType,
  resultComponentType,
  M,
  N,
  K,
});

describe('the matrices that kernels use', () => {
  it('add up in float32, f16 factors first, the largest of them', () => {
    const nvidia = [
      config('f16', 'f16', 16, 16, 16),
      config('f16', 'f32', 16, 8, 8),
      config('f16', 'f32', 16, 16, 16),
      config('f16', 'f32', 16, 8, 16),
      config('i8', 'i32', 16, 16, 32),
    ];
    const subgroups = { subgroupSize: 32, asksForSize: false };
    expect(usefulMatrices(nvidia, subgroups)).toEqual({
      rows: 16,
      columns: 16,
      inner: 16,
      factors: 'f16',
      ...subgroups,
    });
    const apple = [config('f32', 'f32', 8, 8, 8), config('f16', 'f16', 8, 8, 8)];
    expect(usefulMatrices(apple, subgroups)).toMatchObject({ rows: 8, columns: 8, inner: 8, factors: 'f32' });
  });

  it('are none where nothing adds up in float32', () => {
    const subgroups = { subgroupSize: 32, asksForSize: true };
    const others = [config('f16', 'f16', 8, 8, 8), config('u8', 'u32', 8, 8, 8)];
    expect(usefulMatrices(others, subgroups)).toBeUndefined();
    expect(usefulMatrices([], subgroups)).toBeUndefined();
  });
});

const [x, y, w] = [matrix('x', 8, 8, 'bfloat16'), matrix('y', 8, 8), matrix('w', 8, 8)];
const partial = matrix('partial', 1, 72);
const dispatchesOf = (variant: MatrixVariant) => [
  linear({ y, x, w, variant }),
  linearBackwardWeights({ partial, x, dy: x, withBias: true, variant }),
];

it('a kernel that multiplies them says when there are none', () => {
  const [{ kernel, constants }] = dispatchesOf('matrix_32x32x32_16x16');
  const source = () => kernelSource(kernel, constants, () => 'float32', {});
  expect(source).toThrow(DeviceError);
});

/** Of adapters at large: rows, columns, inner, factors, subgroup. Kernels for them must be valid, where this one can tell. */
const OTHERS = [
  [16, 16, 16, 'f16', 32],
  [16, 8, 16, 'f16', 32],
  [16, 8, 8, 'f16', 32],
  [16, 16, 16, 'f16', 64],
  [8, 8, 8, 'f32', 32],
] as const;

it('kernels for other adapters’ matrices are valid WGSL', () =>
  withDevice(async ({ gpu }) => {
    const tellable = gpu.adapter.matrices ? OTHERS : [];
    for (const [rows, columns, inner, factors, subgroupSize] of tellable) {
      const matrices = { rows, columns, inner, factors, subgroupSize, asksForSize: subgroupSize === 64 };
      for (const [variant, tile] of Object.entries(MATRIX_TILES)) {
        expect(isShareable(tile, matrices)).toBe(true);
        expect(matrixWorkgroup(tile, matrices).bytes).toBeLessThanOrEqual(65536);
        for (const { kernel, constants, tensors } of dispatchesOf(variant as MatrixVariant)) {
          const elementOf = (name: string) => tensors[name]?.element;
          const code = kernelSource(kernel, constants, elementOf, { matrices });
          const { messages } = await gpu.device.createShaderModule({ code }).getCompilationInfo();
          expect(
            messages.map(({ lineNum, message }) => `${lineNum}: ${message}`),
            variant,
          ).toEqual([]);
        }
      }
    }
  }));
