import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix } from '../expect_shape';
import source from './row_norm.wgsl?raw';

const WORKGROUP = 64;

const kernel = defineKernel({
  name: 'row_norm',
  source,
  bindings: {
    norms: { type: 'array<f32>', access: 'read_write' },
    x: { type: 'matrix', access: 'read' },
  },
  args: { rows: 'u32', columns: 'u32' },
  constants: {},
});

/**
 * norms[r] = |x[r]|, the Euclidean norm of each row of `x` [rows, width], into the list `norms` [rows].
 *
 * @throws RangeError when shapes do not fit.
 */
export function rowNorm(o: { norms: Tensor; x: Tensor }): Dispatch {
  const { rows, width } = o.x;
  expectMatrix('row_norm x', o.x, rows, width);
  expectList('row_norm norms', o.norms, rows);
  return kernel.dispatch({
    tensors: { ...o },
    args: { rows, columns: padded(width) / 4 },
    constants: {},
    workgroups: Math.ceil(rows / WORKGROUP),
    flops: 2 * rows * width,
  });
}
