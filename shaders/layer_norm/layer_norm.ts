import { type Binding, type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix, expectVector } from '../expect_shape';
import type { VariedDispatch } from '../variant_table';
import forwardSource from './layer_norm.wgsl?raw';
import backwardSource from './layer_norm_backward.wgsl?raw';
import parametersSource from './layer_norm_backward_parameters.wgsl?raw';
import sharedBackwardSource from './layer_norm_backward_shared.wgsl?raw';
import sharedForwardSource from './layer_norm_shared.wgsl?raw';
import { type NormVariant, SHARED_ROWS, shareOf } from './norm_variant';
import sharedRowSource from './shared_row.wgsl?raw';

const WORKGROUP = 64;

const args = { rows: 'u32', width: 'u32', columns: 'u32' } as const;

/** Both variants of a kernel. */
const kernels = <B extends string>(
  name: string,
  row: string,
  shared: string,
  bindings: Record<B, Binding>,
) => ({
  row: defineKernel({ name, source: row, bindings, args, constants: { PADDED: 'bool' } }),
  shared: defineKernel({
    name,
    source: `${sharedRowSource}\n${shared}`,
    bindings,
    args,
    constants: { SHARE: 'u32' },
  }),
});

const forward = kernels('layer_norm', forwardSource, sharedForwardSource, {
  y: { type: 'matrix', access: 'read_write', optional: true },
  sum: { type: 'matrix', access: 'read_write', optional: true },
  statistics: { type: 'array<vec4f>', access: 'read_write', optional: true },
  x: { type: 'matrix', access: 'read' },
  residual: { type: 'matrix', access: 'read', optional: true },
  scale: { type: 'array<vec4f>', access: 'read' },
  offset: { type: 'array<vec4f>', access: 'read' },
});

const backward = kernels('layer_norm_backward', backwardSource, sharedBackwardSource, {
  dx: { type: 'matrix', access: 'read_write' },
  x: { type: 'matrix', access: 'read' },
  statistics: { type: 'array<vec4f>', access: 'read' },
  scale: { type: 'array<vec4f>', access: 'read' },
  dy: { type: 'matrix', access: 'read', optional: true },
  table: { type: 'matrix', access: 'read', optional: true },
  index: { type: 'array<u32>', access: 'read', optional: true },
});

/** The shaders of all variants, to notice when they change. */
export const LAYER_NORM_SHADERS = [forward, backward].flatMap(({ row, shared }) => [
  row.source,
  shared.source,
]);

const backwardParameters = defineKernel({
  name: 'layer_norm_backward_parameters',
  source: parametersSource,
  bindings: {
    partial: { type: 'array<vec4f>', access: 'read_write' },
    x: { type: 'matrix', access: 'read' },
    statistics: { type: 'array<vec4f>', access: 'read' },
    dy: { type: 'matrix', access: 'read', optional: true },
    table: { type: 'matrix', access: 'read', optional: true },
    index: { type: 'array<u32>', access: 'read', optional: true },
  },
  args: { rows: 'u32', width: 'u32', columns: 'u32', chunks: 'u32', rows_per_chunk: 'u32' },
  constants: {},
});

/**
 * Layer normalisation over each row's true width: y = scale (x - mean) / sqrt(variance + 1e-5) + offset, with the
 * population variance in two passes (specification 5.1).
 *
 * Writes `y` [rows, width], or `sum` = residual + y, or both; and for the backward pass `statistics` [rows, 2]: mean
 * and 1 / sqrt(variance + 1e-5), which may be all that is asked for. `scale` and `offset` are one padded row each.
 *
 * @throws RangeError when shapes do not fit, when nothing is asked for, or `sum` has no `residual`.
 */
export function layerNorm(o: {
  y?: Tensor;
  sum?: Tensor;
  statistics?: Tensor;
  x: Tensor;
  residual?: Tensor;
  scale: Tensor;
  offset: Tensor;
  variant?: NormVariant;
}): VariedDispatch {
  const { rows, width } = o.x;
  if (!o.y && !o.sum && !o.statistics)
    throw new RangeError('layer_norm: needs y, sum or statistics to write');
  if (!o.sum !== !o.residual) throw new RangeError('layer_norm: sum and residual come together');
  expectMatrix('layer_norm x', o.x, rows, width);
  expectMatrix('layer_norm y', o.y, rows, width);
  expectMatrix('layer_norm sum', o.sum, rows, width);
  expectMatrix('layer_norm residual', o.residual, rows, width);
  expectMatrix('layer_norm statistics', o.statistics, rows, 2);
  expectVector('layer_norm scale', o.scale, width);
  expectVector('layer_norm offset', o.offset, width);
  const { y, sum, statistics, x, residual, scale, offset, variant = 'row' } = o;
  const tensors = { y, sum, statistics, x, residual, scale, offset };
  return {
    ...rowDispatch(forward, variant, tensors, { rows, width, flops: 8 * rows * width }),
    variant,
    shape: { kernel: 'layer_norm', rows, inner: width, element: x.element },
    withVariant: (other) => [layerNorm({ ...o, variant: other as NormVariant })],
  };
}

/** One of a kernel's variants over [rows, width]. */
function rowDispatch<B extends string>(
  { row, shared }: ReturnType<typeof kernels<B>>,
  variant: NormVariant,
  tensors: Partial<Record<B, Tensor>>,
  { rows, width, flops }: { rows: number; width: number; flops: number },
): Dispatch {
  const run = { tensors, args: { rows, width, columns: padded(width) / 4 }, flops };
  if (variant === 'row') {
    const constants = { PADDED: width !== padded(width) };
    return row.dispatch({ ...run, constants, workgroups: Math.ceil(rows / WORKGROUP) });
  }
  const constants = { SHARE: shareOf(width) };
  return shared.dispatch({ ...run, constants, workgroups: Math.ceil(rows / SHARED_ROWS) });
}

/** The gradient g [rows, width] that reaches a layer's output: dy[r] + table[index[r]], either part absent. */
interface Incoming {
  dy?: Tensor;
  /** Rows of `table` gathered by the u32 list `index` [rows]: an edge message's gradient is its receiver's. */
  gathered?: { table: Tensor; index: Tensor };
}

function expectIncoming(name: string, o: Incoming, rows: number, width: number): void {
  if (!o.dy && !o.gathered) throw new RangeError(`${name}: needs dy, gathered, or both`);
  expectMatrix(`${name} dy`, o.dy, rows, width);
  if (o.gathered) {
    expectMatrix(`${name} table`, o.gathered.table, o.gathered.table.rows, width);
    expectList(`${name} index`, o.gathered.index, rows);
  }
}

/**
 * The gradient of {@link layerNorm} with respect to x: writes `dx` [rows, width] from the incoming gradient and the
 * forward pass's `x` and `statistics`. Derivation in README.md.
 *
 * @throws RangeError when shapes do not fit or there is no incoming gradient.
 */
export function layerNormBackward(
  o: { dx: Tensor; x: Tensor; statistics: Tensor; scale: Tensor; variant?: NormVariant } & Incoming,
): VariedDispatch {
  const { rows, width } = o.x;
  expectMatrix('layer_norm_backward x', o.x, rows, width);
  expectMatrix('layer_norm_backward dx', o.dx, rows, width);
  expectMatrix('layer_norm_backward statistics', o.statistics, rows, 2);
  expectVector('layer_norm_backward scale', o.scale, width);
  expectIncoming('layer_norm_backward', o, rows, width);
  const { dx, x, statistics, scale, dy, gathered, variant = 'row' } = o;
  const tensors = { dx, x, statistics, scale, dy, table: gathered?.table, index: gathered?.index };
  return {
    ...rowDispatch(backward, variant, tensors, { rows, width, flops: 12 * rows * width }),
    variant,
    shape: { kernel: 'layer_norm_backward', rows, inner: width, element: x.element },
    withVariant: (other) => [layerNormBackward({ ...o, variant: other as NormVariant })],
  };
}

/** Fewest rows that one partial sum covers, so that partial sums stay a small part of the memory traffic. */
const ROWS_PER_CHUNK = 32;
/** Invocations that keep a GPU busy. */
const BUSY = 8192;

/**
 * Partial sums that {@link layerNormBackwardParameters} makes for a shape: rows of its `partial`. As many as a chunk
 * has rows, which is the shortest way through both stages, or more where that leaves a GPU idle.
 */
export function layerNormChunks(rows: number, width: number): number {
  const busy = Math.ceil(BUSY / (padded(width) / 4));
  return Math.max(Math.ceil(Math.sqrt(rows)), Math.min(busy, Math.ceil(rows / ROWS_PER_CHUNK)));
}

/**
 * Partial gradients of {@link layerNorm} with respect to its parameters. Writes `partial`
 * [layerNormChunks(rows, width), 2 padded(width)]: for every chunk of rows the sum of g (x - mean) / deviation (the
 * scale's gradient), then from column padded(width) on the sum of g (the offset's). reduce_partials adds the chunks.
 *
 * @throws RangeError when shapes do not fit or there is no incoming gradient.
 */
export function layerNormBackwardParameters(
  o: { partial: Tensor; x: Tensor; statistics: Tensor } & Incoming,
): Dispatch {
  const { rows, width } = o.x;
  const chunks = layerNormChunks(rows, width);
  const rows_per_chunk = Math.ceil(rows / Math.max(1, chunks));
  expectMatrix('layer_norm_backward_parameters x', o.x, rows, width);
  expectMatrix('layer_norm_backward_parameters partial', o.partial, chunks, 2 * padded(width));
  expectMatrix('layer_norm_backward_parameters statistics', o.statistics, rows, 2);
  expectIncoming('layer_norm_backward_parameters', o, rows, width);
  const { partial, x, statistics, dy, gathered } = o;
  return backwardParameters.dispatch({
    tensors: { partial, x, statistics, dy, table: gathered?.table, index: gathered?.index },
    args: { rows, width, columns: padded(width) / 4, chunks, rows_per_chunk },
    constants: {},
    workgroups: Math.ceil((chunks * padded(width)) / 4 / WORKGROUP),
    flops: 5 * rows * width,
  });
}
