import { defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix, expectVector } from '../expect_shape';
import type { VariedDispatch } from '../variant_table';
import registerSource from './linear.wgsl?raw';
import epilogueSource from './linear_epilogue.wgsl?raw';
import matrixBody from './linear_matrix.wgsl?raw';
import subgroupBody from './linear_subgroup.wgsl?raw';
import tiledBody from './linear_tiled.wgsl?raw';
import matrixTileSource from './matrix_tile.wgsl?raw';
import { TILE_NUMBERS } from './tile_numbers';
import { eachOf, HALF_TILES, LANES, MATRIX_TILES, matrixSizes, TILES, type Tile } from './tiles';
import { type LinearVariant, withSizes } from './variant';

const kernel = (source: string, multipliesMatrices?: true) =>
  defineKernel({
    name: 'linear',
    source: `${source}\n${epilogueSource}`,
    multipliesMatrices,
    bindings: {
      y: { type: 'matrix', access: 'read_write' },
      pre: { type: 'matrix', access: 'read_write', optional: true },
      x: { type: 'matrix', access: 'read' },
      w: { type: 'array<vec4f>', access: 'read' },
      bias: { type: 'array<vec4f>', access: 'read', optional: true },
      addend: { type: 'matrix', access: 'read', optional: true },
      sender_addend: { type: 'matrix', access: 'read', optional: true },
      senders: { type: 'array<u32>', access: 'read', optional: true },
      receiver_addend: { type: 'matrix', access: 'read', optional: true },
      receivers: { type: 'array<u32>', access: 'read', optional: true },
    },
    args: { rows: 'u32', inner: 'u32', columns: 'u32', column_tiles: 'u32', tiles: 'u32' },
    constants: { SWISH: 'bool', SWISH_GRADIENT: 'bool', ACCUMULATE: 'bool' },
  });

function tiledKernel(tile: Tile, numbers: keyof typeof TILE_NUMBERS) {
  const sizes = {
    TILE_ROWS: tile.rows,
    TILE_COLUMNS: tile.columns / 4,
    DEPTH: tile.depth / 4,
    ROWS: tile.ownRows,
    COLUMNS: tile.ownColumns / 4,
  };
  return kernel(withSizes(`${TILE_NUMBERS[numbers](['x'])}\n${tiledBody}`, sizes));
}

const oneTile = ({ rows, columns }: Tile) => ({ rows, columns, tiles: 1 });

/** Each variant's kernel; how many rows and columns one tile covers, and how many tiles one workgroup computes. */
const VARIANTS = {
  register: { kernel: kernel(registerSource), rows: 8, columns: 16, tiles: 64 },
  ...eachOf(LANES, (lanes) => ({
    kernel: kernel(withSizes(subgroupBody, { LANES: lanes })),
    rows: 32,
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
export const LINEAR_SHADERS = Object.values(VARIANTS).map((variant) => variant.kernel.source);

/** Rows of `table` [any, N] picked by the u32 list `index` [rows]. */
export interface Gathered {
  table: Tensor;
  index: Tensor;
}

/**
 * y = act(x w + bias + addend + sender rows + receiver rows): a linear layer of GraphCast's MLPs (specification 5.1),
 * act being swish or nothing. The gathered terms are the products of the first edge layer that were computed once per
 * node (design, section 6).
 *
 * `x` [rows, K], `w` [padded(K), N] (rows past K are zero), `y` [rows, N], `bias` one row of N, `addend` [rows, N].
 * With `activation` and `pre` [rows, N], `pre` receives the value before the activation, which the backward pass needs.
 *
 * The gradient with respect to x is the same product with w transposed: y = (x w) swish'(swishGradientAt), where x is
 * the gradient before this layer's activation, w comes from transpose(), and `swishGradientAt` [rows, N] is the `pre` of
 * the layer below; left out, the factor is 1.
 *
 * `accumulate` adds the result to what `y` holds.
 *
 * @throws RangeError when shapes do not fit, when `pre` is given without an activation, or both an activation and its
 * gradient are asked for.
 */
export function linear(o: {
  y: Tensor;
  x: Tensor;
  w: Tensor;
  bias?: Tensor;
  addend?: Tensor;
  senderAddend?: Gathered;
  receiverAddend?: Gathered;
  activation?: 'swish';
  pre?: Tensor;
  swishGradientAt?: Tensor;
  accumulate?: boolean;
  variant?: LinearVariant;
}): VariedDispatch {
  const { y, x, w, variant = 'register' } = o;
  checkShapes(o);
  const { kernel, ...tile } = VARIANTS[variant];
  const column_tiles = Math.ceil(y.width / tile.columns);
  const tiles = Math.ceil(x.rows / tile.rows) * column_tiles;
  const dispatch = kernel.dispatch({
    tensors: {
      y,
      pre: o.swishGradientAt ?? o.pre,
      x,
      w,
      bias: o.bias,
      addend: o.addend,
      sender_addend: o.senderAddend?.table,
      senders: o.senderAddend?.index,
      receiver_addend: o.receiverAddend?.table,
      receivers: o.receiverAddend?.index,
    },
    args: { rows: x.rows, inner: x.stride / 4, columns: y.stride / 4, column_tiles, tiles },
    constants: {
      SWISH: o.activation === 'swish',
      SWISH_GRADIENT: o.swishGradientAt !== undefined,
      ACCUMULATE: o.accumulate ?? false,
    },
    workgroups: Math.ceil(tiles / tile.tiles),
    flops: 2 * x.rows * x.width * y.width,
  });
  const { rows, width: inner, element } = x;
  const shape = { kernel: 'linear', rows, inner, columns: y.width, element } as const;
  return {
    ...dispatch,
    variant,
    shape,
    withVariant: (other) => [linear({ ...o, variant: other as LinearVariant })],
  };
}

function checkShapes(o: Parameters<typeof linear>[0]): void {
  const { rows, width } = o.y;
  expectMatrix('linear y', o.y, rows, width);
  expectMatrix('linear x', o.x, rows, o.x.width);
  if (o.w.rows !== o.x.stride || o.w.stride !== o.y.stride) {
    throw new RangeError(
      `linear w: ${o.w.name} is [${o.w.rows}, ${o.w.width}], expected [${o.x.stride}, ${width}] for x [${rows}, ${o.x.width}]`,
    );
  }
  if (o.bias) expectVector('linear bias', o.bias, width);
  expectMatrix('linear addend', o.addend, rows, width);
  expectMatrix('linear pre', o.pre, rows, width);
  expectMatrix('linear swishGradientAt', o.swishGradientAt, rows, width);
  for (const gathered of [o.senderAddend, o.receiverAddend]) {
    expectMatrix('linear gathered table', gathered?.table, gathered?.table.rows ?? 0, width);
    expectList('linear gathered index', gathered?.index, rows);
  }
  if (o.pre && !o.activation) throw new RangeError('linear: pre comes with an activation');
  if (o.swishGradientAt && o.activation) {
    throw new RangeError('linear: activation and swishGradientAt exclude each other');
  }
}
