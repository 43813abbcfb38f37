import { defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix, expectVector } from '../expect_shape';
import { layerNorm } from '../layer_norm/layer_norm';
import { type NormVariant, shareOf } from '../layer_norm/norm_variant';
import sharedRowSource from '../layer_norm/shared_row.wgsl?raw';
import { segmentSum } from '../segment_sum/segment_sum';
import type { VariedDispatch } from '../variant_table';
import source from './layer_norm_sum.wgsl?raw';

const kernel = defineKernel({
  name: 'layer_norm_sum',
  source: `${sharedRowSource}\n${source}`,
  bindings: {
    out: { type: 'matrix', access: 'read_write' },
    y: { type: 'matrix', access: 'read_write', optional: true },
    sum: { type: 'matrix', access: 'read_write', optional: true },
    statistics: { type: 'array<vec4f>', access: 'read_write', optional: true },
    x: { type: 'matrix', access: 'read' },
    residual: { type: 'matrix', access: 'read', optional: true },
    scale: { type: 'array<vec4f>', access: 'read' },
    offset: { type: 'array<vec4f>', access: 'read' },
    starts: { type: 'array<u32>', access: 'read' },
  },
  args: { segments: 'u32', width: 'u32', columns: 'u32' },
  constants: { SHARE: 'u32' },
});

/** The shader, to notice when it changes. */
export const LAYER_NORM_SUM_SHADER = kernel.source;

/** Most messages of a receiver: it has one workgroup, and longer segments would keep a GPU waiting for theirs. */
export const MOST_MESSAGES = 64;

/**
 * Messages and their sums at receivers: y = layerNorm(x), `sum` = residual + y, `out` = segmentSum(y), in one kernel or in
 * two. For segments of at most {@link MOST_MESSAGES}.
 *
 * `x`, `y`, `sum`, `residual` [edges, width], `statistics` [edges, 2], `out` [segments, width], `starts` a u32 list
 * [segments + 1] that begins with 0 and ends with edges. As it is recorded, and in two kernels, messages are written to
 * `y`; `fused` leaves it alone.
 *
 * @throws RangeError when shapes do not fit, or `sum` has no `residual`
 */
export function layerNormSum(o: {
  out: Tensor;
  y: Tensor;
  sum?: Tensor;
  statistics?: Tensor;
  x: Tensor;
  residual?: Tensor;
  scale: Tensor;
  offset: Tensor;
  starts: Tensor;
}): VariedDispatch {
  const { rows, width, element } = o.x;
  const { rows: segments } = o.out;
  if (!o.sum !== !o.residual) throw new RangeError('layer_norm_sum: sum and residual come together');
  for (const name of ['x', 'y', 'sum', 'residual'] as const) {
    expectMatrix(`layer_norm_sum ${name}`, o[name], rows, width);
  }
  expectMatrix('layer_norm_sum out', o.out, segments, width);
  expectMatrix('layer_norm_sum statistics', o.statistics, rows, 2);
  expectVector('layer_norm_sum scale', o.scale, width);
  expectVector('layer_norm_sum offset', o.offset, width);
  expectList('layer_norm_sum starts', o.starts, segments + 1);
  const { out, y, sum, statistics, x, residual, scale, offset, starts } = o;
  const fused = (tensors: { y?: Tensor }): VariedDispatch => ({
    ...kernel.dispatch({
      tensors: { out, sum, statistics, x, residual, scale, offset, starts, ...tensors },
      args: { segments, width, columns: padded(width) / 4 },
      constants: { SHARE: shareOf(width) },
      workgroups: segments,
      flops: 9 * rows * width,
    }),
    variant: 'fused',
    shape: { kernel: 'layer_norm_sum', rows, inner: width, element },
    withVariant: (variant) =>
      variant === 'fused'
        ? [fused({})]
        : [
            layerNorm({ y, sum, statistics, x, residual, scale, offset, variant: variant as NormVariant }),
            segmentSum({ out, values: y, starts }),
          ],
  });
  return fused({ y });
}
