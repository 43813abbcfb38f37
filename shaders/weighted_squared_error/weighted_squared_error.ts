import { type Dispatch, defineKernel } from '../../src/webgpu/kernel';
import type { Tensor } from '../../src/webgpu/tensor';
import { expectList, expectMatrix } from '../expect_shape';
import forwardSource from './weighted_squared_error.wgsl?raw';
import backwardSource from './weighted_squared_error_backward.wgsl?raw';

const WORKGROUP = 64;
/** Grid nodes that one workgroup takes of one channel. */
const BLOCK = 512;

const forward = defineKernel({
  name: 'weighted_squared_error',
  source: forwardSource,
  bindings: {
    partial: { type: 'array<f32>', access: 'read_write' },
    y: { type: 'array<f32>', access: 'read' },
    truth: { type: 'array<f32>', access: 'read' },
    last: { type: 'array<f32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
    mean: { type: 'array<f32>', access: 'read' },
    residual: { type: 'array<u32>', access: 'read' },
    area: { type: 'array<f32>', access: 'read' },
  },
  args: { nodes: 'u32', channels: 'u32', stride: 'u32', chunks: 'u32' },
  constants: {},
});

const backward = defineKernel({
  name: 'weighted_squared_error_backward',
  source: backwardSource,
  bindings: {
    dy: { type: 'array<f32>', access: 'read_write' },
    d_last: { type: 'array<f32>', access: 'read_write', optional: true },
    y: { type: 'array<f32>', access: 'read' },
    truth: { type: 'array<f32>', access: 'read' },
    last: { type: 'array<f32>', access: 'read' },
    scale: { type: 'array<f32>', access: 'read' },
    mean: { type: 'array<f32>', access: 'read' },
    residual: { type: 'array<u32>', access: 'read' },
    area: { type: 'array<f32>', access: 'read' },
    factor: { type: 'array<f32>', access: 'read' },
  },
  args: { nodes: 'u32', channels: 'u32', stride: 'u32' },
  constants: {},
});

/** What the error of a prediction is made of. Planes are [C, G], in physical units. */
interface Errors {
  /** The network's output [G, C], in the normalised space of the targets. */
  y: Tensor;
  /** The true next frame, planes. */
  target: Tensor;
  /** The newest input frame, planes. */
  last: Tensor;
  /** List [C]: the targets' scale. */
  scale: Tensor;
  /** List [C]: the targets' mean, used where a target is no residual. */
  mean: Tensor;
  /** u32 list [C]: 1 where the target is the difference from the last frame. */
  residual: Tensor;
  /** List [G]: the area weight of each grid node, of mean 1. */
  area: Tensor;
}

function expectErrors(name: string, o: Errors): { nodes: number; channels: number } {
  const { rows: nodes, width: channels } = o.y;
  expectMatrix(`${name} y`, o.y, nodes, channels);
  expectList(`${name} target`, o.target, channels * nodes);
  expectList(`${name} last`, o.last, channels * nodes);
  expectList(`${name} scale`, o.scale, channels);
  expectList(`${name} mean`, o.mean, channels);
  expectList(`${name} residual`, o.residual, channels);
  expectList(`${name} area`, o.area, nodes);
  return { nodes, channels };
}

/** Partial sums that {@link weightedSquaredError} makes over `rows` grid nodes: rows of its `partial`. */
export function errorChunks(rows: number): number {
  if (rows === 0) return 0;
  return Math.min(1024, Math.ceil(rows / 16 / WORKGROUP) * WORKGROUP);
}

/**
 * Area-weighted squared errors per channel (specification 8): partial sums over chunks of grid nodes of
 * area[g] (y[g, c] - t[g, c])², t = (target - (residual ? last : mean)) / scale. Writes `partial`
 * [errorChunks(G), C]; reduce_partials adds the chunks, and the loss is Σ_c factor[c] / G of those sums.
 *
 * @throws RangeError when shapes do not fit.
 */
export function weightedSquaredError(o: { partial: Tensor } & Errors): Dispatch {
  const { nodes, channels } = expectErrors('weighted_squared_error', o);
  const chunks = errorChunks(nodes);
  expectMatrix('weighted_squared_error partial', o.partial, chunks, channels);
  const { partial, y, target, last, scale, mean, residual, area } = o;
  return forward.dispatch({
    tensors: { partial, y, truth: target, last, scale, mean, residual, area },
    args: { nodes, channels, stride: y.stride, chunks },
    constants: {},
    workgroups: Math.ceil(chunks / WORKGROUP) * y.stride,
    flops: 6 * nodes * channels,
  });
}

/**
 * The gradient of the loss Σ_c factor[c] / G Σ_g area[g] (y - t)²: writes `dy` [G, C] = 2 area factor / G (y - t),
 * and adds dy / scale to `dLast` for residual targets, as t falls when the last frame rises. `factor` is a list [C].
 * `dLast` may be left out where the last frame is data.
 *
 * @throws RangeError when shapes do not fit.
 */
export function weightedSquaredErrorBackward(
  o: { dy: Tensor; dLast?: Tensor; factor: Tensor } & Errors,
): Dispatch {
  const { nodes, channels } = expectErrors('weighted_squared_error_backward', o);
  expectMatrix('weighted_squared_error_backward dy', o.dy, nodes, channels);
  expectList('weighted_squared_error_backward dLast', o.dLast, channels * nodes);
  expectList('weighted_squared_error_backward factor', o.factor, channels);
  const { dy, dLast, y, target, last, scale, mean, residual, area, factor } = o;
  return backward.dispatch({
    tensors: { dy, d_last: dLast, y, truth: target, last, scale, mean, residual, area, factor },
    args: { nodes, channels, stride: y.stride },
    constants: {},
    workgroups: Math.ceil(nodes / BLOCK) * y.stride,
    flops: 8 * nodes * channels,
  });
}
