import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix } from '../expect_shape';
import source from './segment_sum.wgsl?raw';

const WORKGROUP = 64;
/** Rows of a segment that keeps a GPU waiting while the others of its dispatch are done. */
const LONG = 64;

const kernel = defineKernel({
  name: 'segment_sum',
  source,
  bindings: {
    out: { type: 'matrix', access: 'read_write' },
    values: { type: 'matrix', access: 'read' },
    starts: { type: 'array<u32>', access: 'read' },
    order: { type: 'array<u32>', access: 'read', optional: true },
  },
  args: { segments: 'u32', columns: 'u32' },
  constants: { ACCUMULATE: 'bool', LONG: 'bool' },
});

/**
 * Sums rows of `values` [edges, width] by segment: out[v] = Σ values[order[j]] for j from starts[v] up to, not
 * including, starts[v + 1], added in that order (specification 5.1, aggregation). With `accumulate` it is added to
 * `out` [segments, width]. An empty segment's sum is zero.
 *
 * `starts` is a u32 list [segments + 1] of ascending positions; `order` a u32 list of row numbers, absent where the
 * rows already lie in order. Forward, edges are sorted by receiver; sorted by sender (or receiver) through `order`,
 * this is the gradient of the gather of node rows, and the gather is this kernel's own gradient.
 *
 * `longest` is the most rows of any segment, where that is known: long ones are read in another way, which changes no bit.
 *
 * @throws RangeError when shapes do not fit.
 */
export function segmentSum(o: {
  out: Tensor;
  values: Tensor;
  starts: Tensor;
  order?: Tensor;
  accumulate?: boolean;
  longest?: number;
}): Dispatch {
  const { rows: segments, width } = o.out;
  expectMatrix('segment_sum out', o.out, segments, width);
  expectMatrix('segment_sum values', o.values, o.values.rows, width);
  expectList('segment_sum starts', o.starts, segments + 1);
  expectList('segment_sum order', o.order, o.order?.rows ?? 0);
  const { out, values, starts, order } = o;
  return kernel.dispatch({
    tensors: { out, values, starts, order },
    args: { segments, columns: padded(width) / 4 },
    constants: { ACCUMULATE: o.accumulate ?? false, LONG: (o.longest ?? 0) > LONG },
    workgroups: Math.ceil((segments * padded(width)) / 4 / WORKGROUP),
    flops: (order ?? values).rows * width,
  });
}
