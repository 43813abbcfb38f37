import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix } from '../expect_shape';
import forwardSource from './stack_channels.wgsl?raw';
import backwardSource from './stack_channels_backward.wgsl?raw';

/** Grid nodes that one workgroup takes of one channel. */
const BLOCK = 512;
const STRUCTURAL = 3;

const forward = defineKernel({
  name: 'stack_channels',
  source: forwardSource,
  bindings: {
    x: { type: 'array<f32>', access: 'read_write' },
    planes: { type: 'array<f32>', access: 'read' },
    plane: { type: 'array<u32>', access: 'read' },
    mean: { type: 'array<f32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
    structural: { type: 'array<f32>', access: 'read' },
  },
  args: { nodes: 'u32', channels: 'u32', stride: 'u32' },
  constants: {},
});

const backward = defineKernel({
  name: 'stack_channels_backward',
  source: backwardSource,
  bindings: {
    d_planes: { type: 'array<f32>', access: 'read_write' },
    dx: { type: 'array<f32>', access: 'read' },
    channel: { type: 'array<u32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
  },
  args: { nodes: 'u32', planes: 'u32', stride: 'u32' },
  constants: {},
});

/**
 * The network's input from physical fields (specification 5.2, 6, 7): x[g, c] = (planes[plane[c]][g] - mean[c]) /
 * scale[c] for the C channels, then the three structural features of grid node g.
 *
 * `x` [G, C + 3]; `planes` a list of planes [planes, G] in physical units; `plane` a u32 list [C], which plane feeds
 * channel c; `mean` and `scale` (the standard deviation) lists [C]; `structural` a matrix [G, 3].
 *
 * @throws RangeError when shapes do not fit.
 */
export function stackChannels(o: {
  x: Tensor;
  planes: Tensor;
  plane: Tensor;
  mean: Tensor;
  scale: Tensor;
  structural: Tensor;
}): Dispatch {
  const nodes = o.x.rows;
  const channels = o.plane.rows;
  expectMatrix('stack_channels x', o.x, nodes, channels + STRUCTURAL);
  expectPlanes('stack_channels planes', o.planes, nodes);
  expectList('stack_channels plane', o.plane, channels);
  expectList('stack_channels mean', o.mean, channels);
  expectList('stack_channels scale', o.scale, channels);
  expectMatrix('stack_channels structural', o.structural, nodes, STRUCTURAL);
  const { x, planes, plane, mean, scale, structural } = o;
  return forward.dispatch({
    tensors: { x, planes, plane, mean, scale, structural },
    args: { nodes, channels, stride: o.x.stride },
    constants: {},
    workgroups: Math.ceil(nodes / BLOCK) * o.x.stride,
    flops: 2 * nodes * channels,
  });
}

/**
 * The gradient of {@link stackChannels} with respect to planes: dPlanes[p][g] += dx[g, channel[p]] /
 * scale[channel[p]], for the planes that feed a channel.
 *
 * `dPlanes` a list of planes [P, G]; `dx` [G, C + 3]; `channel` a u32 list [P], the one channel that plane p feeds or
 * 0xffffffff; `scale` a list [C].
 *
 * @throws RangeError when shapes do not fit.
 */
export function stackChannelsBackward(o: {
  dPlanes: Tensor;
  dx: Tensor;
  channel: Tensor;
  scale: Tensor;
}): Dispatch {
  const nodes = o.dx.rows;
  const channels = o.scale.rows;
  const planes = o.channel.rows;
  expectMatrix('stack_channels_backward dx', o.dx, nodes, channels + STRUCTURAL);
  expectList('stack_channels_backward dPlanes', o.dPlanes, planes * nodes);
  expectList('stack_channels_backward channel', o.channel, planes);
  expectList('stack_channels_backward scale', o.scale, channels);
  return backward.dispatch({
    tensors: { d_planes: o.dPlanes, dx: o.dx, channel: o.channel, scale: o.scale },
    args: { nodes, planes, stride: o.dx.stride },
    constants: {},
    workgroups: Math.ceil(nodes / BLOCK) * planes,
    flops: 2 * nodes * planes,
  });
}

function expectPlanes(name: string, tensor: Tensor, nodes: number): void {
  expectList(name, tensor, tensor.rows);
  if (nodes > 0 && tensor.rows % nodes !== 0) {
    throw new RangeError(
      `${name}: ${tensor.rows} numbers are no whole number of planes of ${nodes} grid nodes`,
    );
  }
}
