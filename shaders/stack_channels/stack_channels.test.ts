import { describe, expect, test } from 'vitest';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { stackChannels, stackChannelsBackward } from './stack_channels';
import { stackChannelsBackwardReference, stackChannelsReference } from './stack_channels.reference';

const NO_CHANNEL = 0xffffffff;

/** Grid nodes, channels. 183 channels are TASK_13's, 10 of them on a grid of 12 x 24. */
const shapes = [
  [1, 1],
  [1, 9],
  [70, 2],
  [312, 6],
  [288, 183],
  [1860, 40],
] as const;

/** Every channel has a plane of its own, in reverse; plane 0 feeds nothing. */
function sample(nodes: number, channels: number) {
  const values = {
    planes: sampleValues('planes', (channels + 1) * nodes, 50).map((v) => v + 280),
    plane: Uint32Array.from({ length: channels }, (_, c) => channels - c),
    mean: sampleValues('mean', channels, 5).map((v) => v + 270),
    scale: sampleValues('scale', channels).map((v) => 20 + 5 * v),
    structural: sampleValues('structural', nodes * 3),
    dx: sampleValues('dx', nodes * (channels + 3)),
    channel: Uint32Array.from({ length: channels + 1 }, (_, p) => (p === 0 ? NO_CHANNEL : channels - p)),
    before: sampleValues('before', (channels + 1) * nodes, 0.1),
  };
  const tensors = {
    x: matrix('x', nodes, channels + 3),
    planes: list('planes', (channels + 1) * nodes),
    plane: list('plane', channels),
    mean: list('mean', channels),
    scale: list('scale', channels),
    structural: matrix('structural', nodes, 3),
    dx: matrix('dx', nodes, channels + 3),
    channel: list('channel', channels + 1),
    dPlanes: list('dPlanes', (channels + 1) * nodes),
  };
  const inputs = new Map<Tensor, Float32Array | Uint32Array>();
  for (const name of ['planes', 'plane', 'mean', 'scale', 'structural', 'dx', 'channel'] as const) {
    inputs.set(tensors[name], values[name]);
  }
  inputs.set(tensors.dPlanes, values.before);
  return { values, tensors, inputs };
}

describe.each(shapes)('stack_channels [%i, %i]', (nodes, channels) => {
  const { values, tensors, inputs } = sample(nodes, channels);

  test('forward equals the reference', () =>
    withDevice(async ({ run }) => {
      const [found] = await run([stackChannels(tensors)], inputs, [tensors.x]);
      expect(relativeError(found, stackChannelsReference(values))).toBeLessThan(1e-5);
    }));

  test('backward equals the reference', () =>
    withDevice(async ({ run }) => {
      const [found] = await run([stackChannelsBackward(tensors)], inputs, [tensors.dPlanes]);
      const gradient = stackChannelsBackwardReference({ ...values, planes: channels + 1 });
      expect(relativeError(found, plus(values.before, gradient))).toBeLessThan(1e-5);
    }));
});

test('the reference gradient equals finite differences', () => {
  const { values } = sample(3, 4);
  const loss = (planes: Float64Array) =>
    stackChannelsReference({ ...values, planes }).reduce((sum, v, i) => sum + v * values.dx[i], 0);
  const gradient = stackChannelsBackwardReference({ ...values, planes: 5 });
  expect(relativeError(gradient, finiteDifferences(loss, values.planes))).toBeLessThan(1e-6);
});

test('a NaN reaches its own node and channel only', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(3, 2);
    values.planes[1 * 3 + 2] = Number.NaN; // plane 1 feeds channel 1
    const [found] = await run([stackChannels(tensors)], inputs, [tensors.x]);
    expect(Array.from(found.keys()).filter((i) => Number.isNaN(found[i]))).toEqual([2 * 5 + 1]);
  }));

test('no nodes run nothing, and shapes that do not fit are refused', () => {
  expect(stackChannels(sample(0, 4).tensors).workgroups).toBe(0);
  expect(stackChannelsBackward(sample(0, 4).tensors).workgroups).toBe(0);
  const { tensors } = sample(5, 4);
  expect(() => stackChannels({ ...tensors, x: matrix('x', 5, 4) })).toThrow(RangeError);
  expect(() => stackChannels({ ...tensors, planes: list('planes', 24) })).toThrow(RangeError);
  expect(() => stackChannels({ ...tensors, mean: list('mean', 3) })).toThrow(RangeError);
  expect(() => stackChannels({ ...tensors, structural: matrix('s', 4, 3) })).toThrow(RangeError);
  expect(() => stackChannelsBackward({ ...tensors, dPlanes: list('dPlanes', 20) })).toThrow(RangeError);
  expect(() => stackChannelsBackward({ ...tensors, scale: list('scale', 3) })).toThrow(RangeError);
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(10, 4);
    const wrong = tampered(stackChannels(tensors), '- mean_c', '+ mean_c');
    const [found] = await run([wrong], inputs, [tensors.x]);
    expect(relativeError(found, stackChannelsReference(values))).toBeGreaterThan(1e-3);
  }));
