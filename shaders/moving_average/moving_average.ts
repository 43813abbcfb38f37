import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import source from './moving_average.wgsl?raw';

const WORKGROUP = 64;

const kernel = defineKernel({
  name: 'moving_average',
  source,
  bindings: {
    average: { type: 'array<vec4f>', access: 'read_write' },
    values: { type: 'array<vec4f>', access: 'read' },
  },
  args: { count: 'u32', one_minus_decay: 'f32' },
  constants: {},
});

/**
 * One step of an exponential moving average, in place: average = decay · average + (1 - decay) · values. Both are
 * equally long, a multiple of four numbers.
 *
 * @throws RangeError when lengths do not fit or `decay` is not in [0, 1)
 */
export function movingAverage(o: { average: Tensor; values: Tensor; decay: number }): Dispatch {
  const { average, values, decay } = o;
  const { bytes } = average;
  if (values.bytes !== bytes || bytes % 16 !== 0) {
    throw new RangeError(
      `moving_average: ${values.name} has ${values.bytes / 4} numbers, ${average.name} ${bytes / 4}: they must be equal and a multiple of four`,
    );
  }
  if (!(decay >= 0 && decay < 1))
    throw new RangeError(`moving_average: decay is ${decay}, it must be at least 0 and less than 1`);
  const count = bytes / 16;
  return kernel.dispatch({
    tensors: { average, values },
    args: { count, one_minus_decay: 1 - decay },
    constants: {},
    workgroups: Math.ceil(count / WORKGROUP),
    flops: 3 * (bytes / 4),
  });
}
