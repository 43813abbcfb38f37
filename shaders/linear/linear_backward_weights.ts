import { defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectMatrix } from '../expect_shape';
import type { VariedDispatch } from '../variant_table';
import registerSource from './linear_backward_weights.wgsl?raw';
import matrixBody from './linear_backward_weights_matrix.wgsl?raw';
import subgroupBody from './linear_backward_weights_subgroup.wgsl?raw';
import tiledBody from './linear_backward_weights_tiled.wgsl?raw';
import matrixTileSource from './matrix_tile.wgsl?raw';
import { TILE_NUMBERS } from './tile_numbers';
import { eachOf, HALF_TILES, LANES, MATRIX_TILES, matrixSizes, TILES, type Tile } from './tiles';
import { type LinearVariant, withSizes } from './variant';

const kernel = (source: string, multipliesMatrices?: true) =>
  defineKernel({
    name: 'linear_backward_weights',
    source,
    multipliesMatrices,
    bindings: {
      partial: { type: 'array<vec4f>', access: 'read_write' },
      x: { type: 'matrix', access: 'read' },
      dy: { type: 'matrix', access: 'read' },
    },
    args: {
      rows: 'u32',
      inner: 'u32',
      columns: 'u32',
      inner_tiles: 'u32',
      column_tiles: 'u32',
      tiles: 'u32',
      rows_per_chunk: 'u32',
    },
    constants: { WITH_BIAS: 'bool' },
  });

function tiledKernel(tile: Tile, numbers: keyof typeof TILE_NUMBERS) {
  const sizes = {
    TILE_INNER: tile.rows / 4,
    TILE_COLUMNS: tile.columns / 4,
    DEPTH: tile.depth,
    INNER: tile.ownRows / 4,
    COLUMNS: tile.ownColumns / 4,
  };
  return kernel(withSizes(`${TILE_NUMBERS[numbers](['x', 'dy'])}\n${tiledBody}`, sizes));
}

const oneTile = ({ rows, columns }: Tile) => ({ inner: rows, columns, tiles: 1 });

/** Each variant's kernel; how many k and columns one tile covers, and how many tiles one workgroup computes. */
const VARIANTS = {
  register: { kernel: kernel(registerSource), inner: 8, columns: 16, tiles: 64 },
  ...eachOf(LANES, (lanes) => ({
    kernel: kernel(withSizes(subgroupBody, { LANES: lanes })),
    inner: 32,
    columns: 4 * lanes,
    tiles: 1,
  })),
  ...eachOf(TILES, (tile) => ({ kernel: tiledKernel(tile, 'float32'), ...oneTile(tile) })),
  ...eachOf(HALF_TILES, (tile) => ({ kernel: tiledKernel(tile, 'half'), ...oneTile(tile) })),
  ...eachOf(MATRIX_TILES, (tile) => ({
    kernel: kernel(withSizes(`${matrixBody}\n${matrixTileSource}`, matrixSizes(tile)), true),
    ...oneTile(tile),
  })),
};

/** The shaders of all variants, to notice when they change. */
export const LINEAR_BACKWARD_WEIGHTS_SHADERS = Object.values(VARIANTS).map(
  (variant) => variant.kernel.source,
);

/** Fewest rows that one partial sum covers, so that partial sums stay a small part of the memory traffic. */
const ROWS_PER_CHUNK = 512;
/** Most bytes that all partial sums of a weight may take. */
const MOST_PARTIAL_BYTES = 16 * 1024 * 1024;

/**
 * Shape of the `partial` of {@link linearBackwardWeights} for x [rows, K] and dy [rows, N]. One row for each chunk of
 * rows: the gradient of w [padded(K), N] and, from `biasColumn` on, that of the bias. It depends on nothing but the
 * shapes, so that sums have the same order on every adapter.
 */
export function weightPartials(x: Tensor, dy: Tensor): { chunks: number; width: number; biasColumn: number } {
  const biasColumn = padded(x.width) * padded(dy.width);
  const width = biasColumn + padded(dy.width);
  const most = Math.max(1, Math.floor(MOST_PARTIAL_BYTES / (4 * width)));
  return { chunks: Math.min(Math.ceil(x.rows / ROWS_PER_CHUNK), most), width, biasColumn };
}

/**
 * Partial sums of the gradients of linear() with respect to w and bias: for every chunk of rows, xᵀ dy and, `withBias`,
 * the column sums of dy, written into `partial` [chunks, width] of {@link weightPartials}. reducePartials() adds the
 * chunks to a gradient.
 *
 * `x` [rows, K] is the layer's input, `dy` [rows, N] the gradient before its activation.
 *
 * @throws RangeError when shapes do not fit.
 */
export function linearBackwardWeights(o: {
  partial: Tensor;
  x: Tensor;
  dy: Tensor;
  withBias: boolean;
  variant?: LinearVariant;
}): VariedDispatch {
  const { rows, width } = o.x;
  const { chunks, width: partialWidth } = weightPartials(o.x, o.dy);
  expectMatrix('linear_backward_weights x', o.x, rows, width);
  expectMatrix('linear_backward_weights dy', o.dy, rows, o.dy.width);
  expectMatrix('linear_backward_weights partial', o.partial, chunks, partialWidth);
  const variant = o.variant ?? 'register';
  const { kernel, ...tile } = VARIANTS[variant];
  const inner_tiles = Math.ceil(width / tile.inner);
  const column_tiles = Math.ceil(o.dy.width / tile.columns);
  const tiles = chunks * inner_tiles * column_tiles;
  const dispatch = kernel.dispatch({
    tensors: { partial: o.partial, x: o.x, dy: o.dy },
    args: {
      rows,
      inner: padded(width) / 4,
      columns: padded(o.dy.width) / 4,
      inner_tiles,
      column_tiles,
      tiles,
      rows_per_chunk: padded(Math.ceil(rows / Math.max(1, chunks))),
    },
    constants: { WITH_BIAS: o.withBias },
    workgroups: Math.ceil(tiles / tile.tiles),
    flops: 2 * rows * width * o.dy.width,
  });
  const { element } = o.x;
  const shape = {
    kernel: 'linear_backward_weights',
    rows,
    inner: width,
    columns: o.dy.width,
    element,
  } as const;
  return {
    ...dispatch,
    variant,
    shape,
    withVariant: (other) => [linearBackwardWeights({ ...o, variant: other as LinearVariant })],
  };
}
