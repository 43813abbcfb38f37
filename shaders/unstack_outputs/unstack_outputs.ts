import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix } from '../expect_shape';
import forwardSource from './unstack_outputs.wgsl?raw';
import backwardSource from './unstack_outputs_backward.wgsl?raw';

/** Grid nodes that one workgroup takes of one channel. */
const BLOCK = 512;

const forward = defineKernel({
  name: 'unstack_outputs',
  source: forwardSource,
  bindings: {
    frame: { type: 'array<f32>', access: 'read_write' },
    y: { type: 'array<f32>', access: 'read' },
    last: { type: 'array<f32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
    mean: { type: 'array<f32>', access: 'read' },
    residual: { type: 'array<u32>', access: 'read' },
  },
  args: { nodes: 'u32', channels: 'u32', stride: 'u32' },
  constants: {},
});

const backward = defineKernel({
  name: 'unstack_outputs_backward',
  source: backwardSource,
  bindings: {
    dy: { type: 'array<f32>', access: 'read_write' },
    d_last: { type: 'array<f32>', access: 'read_write', optional: true },
    d_frame: { type: 'array<f32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
    residual: { type: 'array<u32>', access: 'read' },
  },
  args: { nodes: 'u32', channels: 'u32', stride: 'u32' },
  constants: {},
});

/**
 * The next frame in physical units from the network's output (specification 7): frame[c][g] = y[g, c] scale[c] +
 * (residual[c] ? last[c][g] : mean[c]).
 *
 * `frame` and `last` (the newest input frame) are lists of planes [C, G]; `y` [G, C]; `scale` and `mean` lists [C];
 * `residual` a u32 list [C], 1 where the target is predicted as a difference from the last frame.
 *
 * @throws RangeError when shapes do not fit.
 */
export function unstackOutputs(o: {
  frame: Tensor;
  y: Tensor;
  last: Tensor;
  scale: Tensor;
  mean: Tensor;
  residual: Tensor;
}): Dispatch {
  const { rows: nodes, width: channels } = o.y;
  expectMatrix('unstack_outputs y', o.y, nodes, channels);
  expectList('unstack_outputs frame', o.frame, channels * nodes);
  expectList('unstack_outputs last', o.last, channels * nodes);
  expectList('unstack_outputs scale', o.scale, channels);
  expectList('unstack_outputs mean', o.mean, channels);
  expectList('unstack_outputs residual', o.residual, channels);
  const { frame, y, last, scale, mean, residual } = o;
  return forward.dispatch({
    tensors: { frame, y, last, scale, mean, residual },
    args: { nodes, channels, stride: o.y.stride },
    constants: {},
    workgroups: Math.ceil(nodes / BLOCK) * channels,
    flops: 2 * nodes * channels,
  });
}

/**
 * The gradient of {@link unstackOutputs}: dy[g, c] += dFrame[c][g] scale[c], and for residual targets dLast[c][g] +=
 * dFrame[c][g]. Shapes as forward; `dLast` may be left out where the last frame is data.
 *
 * @throws RangeError when shapes do not fit.
 */
export function unstackOutputsBackward(o: {
  dy: Tensor;
  dLast?: Tensor;
  dFrame: Tensor;
  scale: Tensor;
  residual: Tensor;
}): Dispatch {
  const { rows: nodes, width: channels } = o.dy;
  expectMatrix('unstack_outputs_backward dy', o.dy, nodes, channels);
  expectList('unstack_outputs_backward dLast', o.dLast, channels * nodes);
  expectList('unstack_outputs_backward dFrame', o.dFrame, channels * nodes);
  expectList('unstack_outputs_backward scale', o.scale, channels);
  expectList('unstack_outputs_backward residual', o.residual, channels);
  return backward.dispatch({
    tensors: { dy: o.dy, d_last: o.dLast, d_frame: o.dFrame, scale: o.scale, residual: o.residual },
    args: { nodes, channels, stride: o.dy.stride },
    constants: {},
    workgroups: Math.ceil(nodes / BLOCK) * channels,
    flops: 3 * nodes * channels,
  });
}
