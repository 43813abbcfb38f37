import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList } from '../expect_shape';
import partialSource from './square_sum.wgsl?raw';
import rangesSource from './square_sum_ranges.wgsl?raw';
import totalSource from './square_sum_total.wgsl?raw';

const WORKGROUP = 64;
/** Numbers that one invocation adds before there is another one, up to {@link MOST_CHUNKS}. */
const NUMBERS_PER_CHUNK = 64;
const MOST_CHUNKS = 4096;

const partialSums = defineKernel({
  name: 'square_sum',
  source: partialSource,
  bindings: {
    partial: { type: 'array<f32>', access: 'read_write' },
    values: { type: 'array<vec4f>', access: 'read' },
  },
  args: { first: 'u32', count: 'u32', chunks: 'u32' },
  constants: {},
});

const totalSum = defineKernel({
  name: 'square_sum_total',
  source: totalSource,
  bindings: {
    norm: { type: 'array<f32>', access: 'read_write' },
    partial: { type: 'array<f32>', access: 'read' },
    losses: { type: 'array<f32>', access: 'read', optional: true },
  },
  args: { count: 'u32', losses: 'u32' },
  constants: {},
});

const rangeSums = defineKernel({
  name: 'square_sum_ranges',
  source: rangesSource,
  bindings: {
    sums: { type: 'array<f32>', access: 'read_write' },
    ranges: { type: 'array<u32>', access: 'read' },
    values: { type: 'array<vec4f>', access: 'read' },
  },
  args: { first: 'u32', count: 'u32' },
  constants: {},
});

/** Partial sums that {@link squareSum} makes of `values`. */
export function squareSumChunks(values: Tensor): number {
  const chunks = Math.ceil(values.bytes / 4 / NUMBERS_PER_CHUNK / WORKGROUP) * WORKGROUP;
  return Math.min(MOST_CHUNKS, chunks);
}

/**
 * Partial sums of squares of all numbers of `values`, a matrix or a list whose length is a multiple of four: writes
 * squareSumChunks(values) numbers into the list `partial`, from position `first` on. A buffer larger than a binding
 * is taken in windows, one call each.
 *
 * @throws RangeError when the partial sums do not fit into `partial` or the length is no multiple of four.
 */
export function squareSum(o: { partial: Tensor; first?: number; values: Tensor }): Dispatch {
  const { partial, first = 0, values } = o;
  const chunks = squareSumChunks(values);
  expectList('square_sum partial', partial, partial.rows);
  if (values.bytes % 16 !== 0) {
    throw new RangeError(`square_sum: ${values.name} has ${values.bytes / 4} numbers, no multiple of four`);
  }
  if (first + chunks > partial.rows) {
    throw new RangeError(`square_sum: partial sums ${first} to ${first + chunks} of ${partial.rows}`);
  }
  return partialSums.dispatch({
    tensors: { partial, values },
    args: { first, count: values.bytes / 16, chunks },
    constants: {},
    workgroups: chunks / WORKGROUP,
    flops: values.bytes / 2,
  });
}

/**
 * Adds the list `partial` in a fixed order: norm[0] = the squared global norm (list [1]). Where any of `losses` (one
 * row, of any width) is NaN or infinite, so is the norm: a gradient of a loss that is no number is not worth following.
 *
 * @throws RangeError when `norm` is no list of one number.
 */
export function squareSumTotal(o: { norm: Tensor; partial: Tensor; losses?: Tensor }): Dispatch {
  const { norm, partial, losses } = o;
  expectList('square_sum_total norm', norm, 1);
  expectList('square_sum_total partial', partial, partial.rows);
  return totalSum.dispatch({
    tensors: { norm, partial, losses },
    args: { count: partial.rows, losses: losses?.width ?? 0 },
    constants: {},
    workgroups: 1,
    flops: partial.rows,
  });
}

/**
 * Sums of squares of ranges of `values`: sums[k] for row k of the list `ranges`, two u32 each, where a range begins and
 * ends, in numbers divided by four. One workgroup takes a range, so long ones are best cut.
 *
 * @param o `first` and `count` choose the rows that lie in `values` (a buffer larger than a binding is taken in windows,
 *   the ranges counted from the window's start)
 * @throws RangeError when the lists do not hold these rows or the length of `values` is no multiple of four.
 */
export function squareSumRanges(o: {
  sums: Tensor;
  ranges: Tensor;
  values: Tensor;
  first: number;
  count: number;
}): Dispatch {
  const { sums, ranges, values, first, count } = o;
  expectList('square_sum_ranges sums', sums, sums.rows);
  expectList('square_sum_ranges ranges', ranges, 2 * sums.rows);
  if (values.bytes % 16 !== 0 || first + count > sums.rows) {
    throw new RangeError(
      `square_sum_ranges: rows ${first} to ${first + count} of ${sums.rows}, ${values.bytes / 4} numbers`,
    );
  }
  return rangeSums.dispatch({
    tensors: { sums, ranges, values },
    args: { first, count },
    constants: {},
    workgroups: count,
    flops: values.bytes / 2,
  });
}
