import { describe, expect, it } from 'vitest';
import { GUARANTEED_WORKGROUP } from '../src/webgpu/paper_gpu';
import { list, matrix } from '../src/webgpu/tensor';
import { layerNorm, layerNormBackward } from './layer_norm/layer_norm';
import { layerNormSum } from './layer_norm_sum/layer_norm_sum';
import { linear } from './linear/linear';
import { linearBackwardWeights, weightPartials } from './linear/linear_backward_weights';
import {
  isKernelVariants,
  isVaried,
  type MatrixShape,
  type NormShape,
  shapeClass,
  shapeName,
  variantFor,
  variantsAt,
} from './variant_table';

const shape = (rows: number, inner = 512, columns = 512): MatrixShape => ({
  kernel: 'linear',
  rows,
  inner,
  columns,
  element: 'float32',
});

const norm = (kernel: NormShape['kernel'], inner = 512): NormShape => ({
  kernel,
  rows: 10000,
  inner,
  element: 'bfloat16',
});

const CPU = { isSoftware: true, subgroupSize: 8, ...GUARANTEED_WORKGROUP };
const CARD = { ...CPU, isSoftware: false };

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
    expect(variantFor(CPU, table, shape(1000))).toBe('tiled');
    expect(variantFor(CPU, table, shape(81900))).toBe('tiled_128x128x8_8x8');
  });

  it('follows the nearest rows where its class was not measured', () => {
    expect(variantFor(CPU, table, shape(256))).toBe('tiled');
    expect(variantFor(CPU, table, shape(4096))).toBe('tiled');
    expect(variantFor(CPU, table, shape(16384))).toBe('tiled_128x128x8_8x8');
  });

  it('is the default for other sizes, and the only one where there is one for all', () => {
    expect(variantFor(CPU, table, shape(1000, 186))).toBe('register');
    expect(variantFor(CPU, 'subgroup', shape(1000, 186))).toBe('subgroup');
  });
});

describe('kernels that normalise rows', () => {
  it('have classes without columns', () => {
    expect(shapeClass(norm('layer_norm'))).toBe('layer_norm 16384x512 bfloat16');
    expect(shapeName({ ...norm('layer_norm', 186), element: 'float32' })).toBe('layer_norm 10000 x 186');
  });

  it('take what the adapter is good at unless their class was measured', () => {
    const table = { default: 'tiled', 'layer_norm 1024x512 bfloat16': 'row' } as const;
    expect(variantFor(CARD, table, norm('layer_norm'))).toBe('row');
    expect(variantFor(CARD, table, norm('layer_norm_backward'))).toBe('shared');
    expect(variantFor(CARD, 'register', norm('layer_norm_sum'))).toBe('fused');
    expect(variantFor(CPU, 'register', norm('layer_norm_sum'))).toBe('row');
  });

  it('have one way for rows that are too wide to be shared', () => {
    expect(variantsAt(CARD, norm('layer_norm_sum'))).toEqual(['row', 'shared', 'fused']);
    expect(variantsAt(CARD, norm('layer_norm'))).toEqual(['row', 'shared']);
    expect(variantsAt(CARD, norm('layer_norm_sum', 1024))).toEqual(['row']);
    expect(variantFor(CARD, 'tiled', norm('layer_norm_sum', 1024))).toBe('row');
  });
});

it('a recorded kernel can be had by another variant', () => {
  const [x, w, y] = [matrix('x', 100, 8), matrix('w', 8, 12), matrix('y', 100, 12)];
  const { chunks, width } = weightPartials(x, y);
  const partial = matrix('partial', chunks, width);
  const [scale, offset, statistics] = [matrix('s', 1, 8), matrix('o', 1, 8), matrix('t', 100, 2)];
  for (const [dispatch, variant, usual, columns] of [
    [linear({ y, x, w, activation: 'swish' }), 'tiled', 'register', 12],
    [linearBackwardWeights({ partial, x, dy: y, withBias: true }), 'tiled', 'register', 12],
    [layerNorm({ y: x, x, scale, offset }), 'shared', 'row', undefined],
    [layerNormBackward({ dx: x, x, statistics, scale, dy: x }), 'shared', 'row', undefined],
  ] as const) {
    const [other] = dispatch.withVariant(variant).filter(isVaried);
    expect(other).toMatchObject({ variant, shape: dispatch.shape, tensors: dispatch.tensors });
    expect(other.shape).toMatchObject({ rows: 100, inner: 8 });
    expect(other.shape.columns).toBe(columns);
    expect(other.kernel).not.toBe(dispatch.kernel);
    expect(other.withVariant(usual)[0].kernel).toBe(dispatch.kernel);
  }
});

it('messages and their sums are one kernel or two', () => {
  const [x, y, out, starts] = [matrix('x', 9, 8), matrix('y', 9, 8), matrix('out', 2, 8), list('starts', 3)];
  const [scale, offset] = [matrix('scale', 1, 8), matrix('offset', 1, 8)];
  const recorded = layerNormSum({ out, y, x, scale, offset, starts });
  const names = (variant: 'row' | 'shared' | 'fused') =>
    recorded.withVariant(variant).map((dispatch) => `${dispatch.kernel.name} ${dispatch.variant ?? ''}`);
  expect(names('fused')).toEqual(['layer_norm_sum fused']);
  expect(names('row')).toEqual(['layer_norm row', 'segment_sum ']);
  expect(names('shared')).toEqual(['layer_norm shared', 'segment_sum ']);
  // Messages have memory as long as it is not decided: a plan never takes more than was foreseen.
  expect(recorded.tensors.y).toBe(y);
  expect(recorded.withVariant('fused')[0].tensors.y).toBeUndefined();
});

it('a table from a file is known by its variants and its default', () => {
  expect(isKernelVariants('tiled')).toBe(true);
  expect(isKernelVariants({ default: 'tiled', 'linear 256x4x4': 'register' })).toBe(true);
  expect(isKernelVariants({ default: 'tiled', 'layer_norm 256x4': 'shared' })).toBe(true);
  for (const wrong of [
    'fast',
    'row',
    null,
    3,
    {},
    { 'linear 256x4x4': 'tiled' },
    { default: 'tiled', a: 'fast' },
    { default: 'tiled', 'layer_norm 256x4': 'tiled' },
    { default: 'shared' },
  ]) {
    expect(isKernelVariants(wrong)).toBe(false);
  }
});
