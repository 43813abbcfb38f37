import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList } from '../expect_shape';
import source from './adamw.wgsl?raw';

const WORKGROUP = 64;

const kernel = defineKernel({
  name: 'adamw',
  source,
  bindings: {
    parameters: { type: 'array<vec4f>', access: 'read_write' },
    moment1: { type: 'array<vec4f>', access: 'read_write' },
    moment2: { type: 'array<vec4f>', access: 'read_write' },
    gradients: { type: 'array<vec4f>', access: 'read' },
    norm: { type: 'array<f32>', access: 'read' },
    schedule: { type: 'array<vec4f>', access: 'read' },
  },
  args: {
    count: 'u32',
    b1: 'f32',
    one_minus_b1: 'f32',
    b2: 'f32',
    one_minus_b2: 'f32',
    eps: 'f32',
    weight_decay: 'f32',
    clip_norm: 'f32',
  },
  constants: {},
});

/**
 * One AdamW update with clipping by the global norm, in place (specification 11; optax's clip_by_global_norm, then
 * adamw): g is scaled by clipNorm / norm where the norm is not below clipNorm; m = b1 m + (1 - b1) g;
 * v = b2 v + (1 - b2) g²; p -= lr (m̂ / (√v̂ + eps) + weightDecay p). Where the norm is NaN or infinite nothing changes.
 *
 * `parameters`, both moments and `gradients` are equally long, a multiple of four numbers; `norm` is a list [1] with
 * the *squared* global norm. Whatever changes from update to update is in the list `schedule` [4]: learning rate,
 * 1 / (1 - b1^t), 1 / (1 - b2^t) for update t = 1, 2, …, and one unused number. Give `weightDecay` 0 for vectors.
 *
 * @throws RangeError when lengths do not fit or `eps` is not positive (padding would become 0 / 0).
 */
export function adamw(o: {
  parameters: Tensor;
  moment1: Tensor;
  moment2: Tensor;
  gradients: Tensor;
  norm: Tensor;
  schedule: Tensor;
  b1: number;
  b2: number;
  eps: number;
  weightDecay: number;
  clipNorm: number;
}): Dispatch {
  const { parameters, moment1, moment2, gradients, norm, schedule } = o;
  const { bytes } = parameters;
  for (const tensor of [parameters, moment1, moment2, gradients]) {
    if (tensor.bytes !== bytes || bytes % 16 !== 0) {
      throw new RangeError(
        `adamw: ${tensor.name} has ${tensor.bytes / 4} numbers, ${parameters.name} ${bytes / 4}: they must be equal and a multiple of four`,
      );
    }
  }
  expectList('adamw norm', norm, 1);
  expectList('adamw schedule', schedule, 4);
  if (!(o.eps > 0)) throw new RangeError(`adamw: eps is ${o.eps}, it must be positive`);
  const count = bytes / 16;
  return kernel.dispatch({
    tensors: { parameters, moment1, moment2, gradients, norm, schedule },
    args: {
      count,
      b1: o.b1,
      one_minus_b1: 1 - o.b1,
      b2: o.b2,
      one_minus_b2: 1 - o.b2,
      eps: o.eps,
      weight_decay: o.weightDecay,
      clip_norm: o.clipNorm,
    },
    constants: {},
    workgroups: Math.ceil(count / WORKGROUP),
    flops: 16 * (bytes / 4),
  });
}
