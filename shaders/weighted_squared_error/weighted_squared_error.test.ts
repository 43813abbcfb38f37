import { describe, expect, test } from 'vitest';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { errorChunks, weightedSquaredError, weightedSquaredErrorBackward } from './weighted_squared_error';
import {
  weightedSquaredErrorBackwardReference,
  weightedSquaredErrorReference,
} from './weighted_squared_error.reference';

/** Grid nodes, channels. 83 channels are TASK_13's; 65160 nodes are a grid of 1 degree, with more nodes than sums. */
const shapes = [
  [1, 1],
  [1, 6],
  [70, 3],
  [312, 8],
  [1860, 83],
  [65160, 5],
] as const;

function sample(nodes: number, channels: number) {
  const last = sampleValues('last', channels * nodes, 20).map((v) => v + 280);
  const values = {
    y: sampleValues('y', nodes * channels),
    target: sampleValues('target', channels * nodes, 3).map((v, i) => last[i] + v),
    last,
    scale: sampleValues('scale', channels).map((v) => 3 + v),
    mean: sampleValues('mean', channels, 10).map((v) => v + 280),
    residual: Uint32Array.from({ length: channels }, (_, c) => (c % 3 === 1 ? 0 : 1)),
    area: sampleValues('area', nodes).map((v) => 1 + 0.9 * v),
    factor: sampleValues('factor', channels).map((v) => 0.6 + 0.5 * v),
    dLast: sampleValues('dLast before', channels * nodes, 0.1 / nodes),
  };
  const planes = (name: string) => list(name, channels * nodes);
  const tensors = {
    partial: matrix('partial', errorChunks(nodes), channels),
    y: matrix('y', nodes, channels),
    target: planes('target'),
    last: planes('last'),
    scale: list('scale', channels),
    mean: list('mean', channels),
    residual: list('residual', channels),
    area: list('area', nodes),
    factor: list('factor', channels),
    dy: matrix('dy', nodes, channels),
    dLast: planes('dLast'),
  };
  const inputs = new Map<Tensor, Float32Array | Uint32Array>();
  for (const [name, array] of Object.entries(values)) inputs.set(tensors[name as keyof typeof values], array);
  return { values, tensors, inputs };
}

/** What reduce_partials does with `partial`: sums over its rows. */
function addChunks(partial: Float32Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (const [i, value] of partial.entries()) sums[i % channels] += value;
  return sums;
}

describe.each(shapes)('weighted_squared_error [%i, %i]', (nodes, channels) => {
  const { values, tensors, inputs } = sample(nodes, channels);

  test('forward equals the reference', () =>
    withDevice(async ({ run }) => {
      const [partial] = await run([weightedSquaredError(tensors)], inputs, [tensors.partial]);
      const found = addChunks(partial, channels);
      expect(relativeError(found, weightedSquaredErrorReference(values))).toBeLessThan(1e-5);
    }));

  test.each([true, false])('backward equals the reference, with the last frame: %s', (withLast) =>
    withDevice(async ({ run }) => {
      const dLast = withLast ? tensors.dLast : undefined;
      const outputs = withLast ? [tensors.dy, tensors.dLast] : [tensors.dy];
      const dispatch = weightedSquaredErrorBackward({ ...tensors, dLast });
      const [foundY, foundLast] = await run([dispatch], inputs, outputs);
      const expected = weightedSquaredErrorBackwardReference(values);
      expect(relativeError(foundY, expected.dy)).toBeLessThan(1e-5);
      if (withLast) expect(relativeError(foundLast, plus(values.dLast, expected.dLast))).toBeLessThan(1e-5);
    }),
  );
});

test('the reference gradient equals finite differences', () => {
  const { values } = sample(3, 4);
  const loss = (changed: Partial<typeof values>) =>
    weightedSquaredErrorReference({ ...values, ...changed }).reduce(
      (sum, error, c) => sum + (values.factor[c] * error) / 3,
      0,
    );
  const { dy, dLast } = weightedSquaredErrorBackwardReference(values);
  const differences = (name: 'y' | 'last') =>
    finiteDifferences((v) => loss({ [name]: v } as object), values[name]);
  expect(relativeError(dy, differences('y'))).toBeLessThan(1e-6);
  expect(relativeError(dLast, differences('last'))).toBeLessThan(1e-6);
});

test('a NaN reaches its channel of the loss, and its own gradient', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(3, 5);
    values.target[2 * 3 + 1] = Number.NaN;
    const dispatches = [weightedSquaredError(tensors), weightedSquaredErrorBackward(tensors)];
    const [partial, dy] = await run(dispatches, inputs, [tensors.partial, tensors.dy]);
    expect(Array.from(addChunks(partial, 5), Number.isNaN)).toEqual([false, false, true, false, false]);
    expect(Array.from(dy.keys()).filter((i) => Number.isNaN(dy[i]))).toEqual([1 * 5 + 2]);
  }));

test('no nodes run nothing, and shapes that do not fit are refused', () => {
  expect(weightedSquaredError(sample(0, 4).tensors).workgroups).toBe(0);
  expect(weightedSquaredErrorBackward(sample(0, 4).tensors).workgroups).toBe(0);
  const { tensors } = sample(5, 4);
  const short = list('short', 3);
  for (const name of ['target', 'last', 'scale', 'mean', 'residual', 'area'] as const) {
    expect(() => weightedSquaredError({ ...tensors, [name]: short })).toThrow(RangeError);
    expect(() => weightedSquaredErrorBackward({ ...tensors, [name]: short })).toThrow(RangeError);
  }
  expect(() => weightedSquaredError({ ...tensors, partial: matrix('p', 1, 4) })).toThrow(RangeError);
  expect(() => weightedSquaredErrorBackward({ ...tensors, factor: short })).toThrow(RangeError);
  expect(() => weightedSquaredErrorBackward({ ...tensors, dLast: short })).toThrow(RangeError);
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(10, 4);
    const wrong = tampered(
      weightedSquaredErrorBackward(tensors),
      '(truth[at] - origin)',
      '(truth[at] + origin)',
    );
    const [found] = await run([wrong], inputs, [tensors.dy]);
    const { dy } = weightedSquaredErrorBackwardReference(values);
    expect(relativeError(found, dy)).toBeGreaterThan(1e-3);
  }));
