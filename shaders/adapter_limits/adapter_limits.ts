import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import copySource from './copy.wgsl?raw';
import multiplyAddSource from './multiply_add.wgsl?raw';

const WORKGROUP = 64;
/** Multiply-adds of one round: four links of four chains of vec4f. */
const PER_ROUND = 64;

const multiplyAddKernel = defineKernel({
  name: 'multiply_add',
  source: multiplyAddSource,
  bindings: { y: { type: 'array<vec4f>', access: 'read_write' } },
  args: { rounds: 'u32' },
  constants: {},
});

const copyKernel = defineKernel({
  name: 'copy',
  source: copySource,
  bindings: {
    y: { type: 'array<vec4f>', access: 'read_write' },
    x: { type: 'array<vec4f>', access: 'read' },
  },
  args: { count: 'u32' },
  constants: {},
});

/**
 * Nothing but multiply-adds: how many an adapter can do. `y` [invocations, 4] keeps the result, so that no compiler
 * may drop the work.
 */
export function multiplyAdd(o: { y: Tensor; rounds: number }): Dispatch {
  const invocations = o.y.rows;
  return multiplyAddKernel.dispatch({
    tensors: { y: o.y },
    args: { rounds: o.rounds },
    constants: {},
    workgroups: Math.ceil(invocations / WORKGROUP),
    flops: 2 * PER_ROUND * invocations * o.rounds,
  });
}

/** y = x: how many bytes an adapter can move, counted once read and once written. Lengths are multiples of four. */
export function copy(o: { y: Tensor; x: Tensor }): Dispatch {
  if (o.y.bytes !== o.x.bytes || o.x.bytes % 16 !== 0) {
    throw new RangeError(
      `copy: ${o.x.name} and ${o.y.name} must be equally long, a multiple of four numbers`,
    );
  }
  const count = o.x.bytes / 16;
  return copyKernel.dispatch({
    tensors: { y: o.y, x: o.x },
    args: { count },
    constants: {},
    workgroups: Math.ceil(count / WORKGROUP),
    flops: 0,
  });
}
