import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import { padded, type Tensor } from '../../src/webgpu/tensor';
import { expectMatrix } from '../expect_shape';
import source from './transpose.wgsl?raw';

const WORKGROUP = 64;

const kernel = defineKernel({
  name: 'transpose',
  source,
  bindings: {
    wt: { type: 'array<vec4f>', access: 'read_write' },
    w: { type: 'array<vec4f>', access: 'read' },
  },
  args: { row_blocks: 'u32', column_blocks: 'u32' },
  constants: {},
});

/**
 * wt[n, k] = w[k, n], for the gradient of a linear layer's input. `w` [K, N] as a layer holds it, K a multiple of four;
 * `wt` [padded(N), K], whose rows past N are zero because w's padding is. Where K is the padded width of what the layer
 * acts on, `wt` may have that true width: its columns past it are zero too.
 *
 * @throws RangeError when shapes do not fit.
 */
export function transpose(o: { wt: Tensor; w: Tensor }): Dispatch {
  const { rows, width } = o.w;
  expectMatrix('transpose w', o.w, padded(rows), width);
  expectMatrix('transpose wt', o.wt, padded(width), rows);
  const blocks = { row_blocks: rows / 4, column_blocks: padded(width) / 4 };
  return kernel.dispatch({
    tensors: { ...o },
    args: blocks,
    constants: {},
    workgroups: Math.ceil((blocks.row_blocks * blocks.column_blocks) / WORKGROUP),
    flops: 0,
  });
}
