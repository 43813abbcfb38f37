import { describe, expect, it } from 'vitest';
import { matrix } from '../../src/webgpu/tensor';
import { linear } from './linear';
import { linearBackwardWeights, weightPartials } from './linear_backward_weights';
import {
  isKernelVariants,
  isMatrixDispatch,
  type MatrixShape,
  shapeClass,
  variantFor,
} from './variant_table';

const shape = (rows: number, inner = 512, columns = 512): MatrixShape => ({
  kernel: 'linear',
  rows,
  inner,
  columns,
  element: 'float32',
});

describe('shape classes', () => {
  it.each([
    [1, 256],
    [511, 256],
    [513, 1024],
    [10242, 16384],
    [81900, 65536],
    [3_000_000, 65536],
  ])('%i rows belong to %i', (rows, nearest) => {
    expect(shapeClass(shape(rows))).toBe(`linear ${nearest}x512x512`);
  });

  it('pad the other sizes, and tell kernels and element types apart', () => {
    expect(shapeClass(shape(1000, 186, 83))).toBe('linear 1024x188x84');
    expect(shapeClass({ ...shape(1000), element: 'bfloat16' })).toBe('linear 1024x512x512 bfloat16');
    expect(shapeClass({ ...shape(1000), kernel: 'linear_backward_weights' })).toMatch(/^linear_back/);
  });
});

describe('the variant of a shape', () => {
  const table = {
    default: 'register',
    'linear 1024x512x512': 'tiled',
    'linear 65536x512x512': 'tiled_128x128x8_8x8',
  } as const;

  it('is its class’s', () => {
    expect(variantFor(table, shape(1000))).toBe('tiled');
    expect(variantFor(table, shape(81900))).toBe('tiled_128x128x8_8x8');
  });

  it('follows the nearest rows where its class was not measured', () => {
    expect(variantFor(table, shape(256))).toBe('tiled');
    expect(variantFor(table, shape(4096))).toBe('tiled');
    expect(variantFor(table, shape(16384))).toBe('tiled_128x128x8_8x8');
  });

  it('is the default for other sizes, and the only one where there is one for all', () => {
    expect(variantFor(table, shape(1000, 186))).toBe('register');
    expect(variantFor('subgroup', shape(1000, 186))).toBe('subgroup');
  });
});

it('a recorded product can be had by another variant', () => {
  const [x, w, y] = [matrix('x', 100, 8), matrix('w', 8, 12), matrix('y', 100, 12)];
  const { chunks, width } = weightPartials(x, y);
  const partial = matrix('partial', chunks, width);
  for (const dispatch of [
    linear({ y, x, w, activation: 'swish' }),
    linearBackwardWeights({ partial, x, dy: y, withBias: true }),
  ]) {
    const other = dispatch.withVariant('tiled');
    expect(isMatrixDispatch(other)).toBe(true);
    expect(other).toMatchObject({ variant: 'tiled', shape: dispatch.shape, constants: dispatch.constants });
    expect(other.shape).toMatchObject({ rows: 100, inner: 8, columns: 12 });
    expect(other.kernel).not.toBe(dispatch.kernel);
    expect(other.withVariant('register').kernel).toBe(dispatch.kernel);
  }
});

it('a table from a file is known by its variants and its default', () => {
  expect(isKernelVariants('tiled')).toBe(true);
  expect(isKernelVariants({ default: 'tiled', 'linear 256x4x4': 'register' })).toBe(true);
  for (const wrong of ['fast', null, 3, {}, { 'linear 256x4x4': 'tiled' }, { default: 'tiled', a: 'fast' }]) {
    expect(isKernelVariants(wrong)).toBe(false);
  }
});
