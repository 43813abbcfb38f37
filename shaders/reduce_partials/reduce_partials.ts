import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectMatrix } from '../expect_shape';
import source from './reduce_partials.wgsl?raw';

const WORKGROUP = 64;

const kernel = defineKernel({
  name: 'reduce_partials',
  source,
  bindings: {
    into: { type: 'array<vec4f>', access: 'read_write' },
    partial: { type: 'array<vec4f>', access: 'read' },
  },
  args: { count: 'u32', chunks: 'u32', columns: 'u32', column: 'u32' },
  constants: {},
});

/**
 * Adds partial sums, in ascending order, to what `into` holds: into[i] += Σ_chunk partial[chunk, column + i], where i
 * runs over all of `into`'s memory, padding included (the padding of partial sums is zero).
 *
 * `partial` [chunks, width], `column` a multiple of four.
 *
 * @throws RangeError when the part of `partial` from `column` on is shorter than `into`, or `column` is misaligned.
 */
export function reducePartials(o: { into: Tensor; partial: Tensor; column: number }): Dispatch {
  const { into, partial, column } = o;
  expectMatrix('reduce_partials partial', partial, partial.rows, partial.width);
  if (column % 4 !== 0 || into.bytes % 16 !== 0 || column + into.bytes / 4 > partial.stride) {
    throw new RangeError(
      `reduce_partials: ${into.name} has ${into.bytes / 4} numbers, columns from ${column} of ${partial.width} do not fit`,
    );
  }
  const count = into.bytes / 16;
  return kernel.dispatch({
    tensors: { into, partial },
    args: { count, chunks: partial.rows, columns: partial.stride / 4, column: column / 4 },
    constants: {},
    workgroups: partial.rows === 0 ? 0 : Math.ceil(count / WORKGROUP),
    flops: partial.rows * count * 4,
  });
}
