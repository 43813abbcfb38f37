import { describe, expect, test } from 'vitest';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { unstackOutputs, unstackOutputsBackward } from './unstack_outputs';
import { unstackOutputsBackwardReference, unstackOutputsReference } from './unstack_outputs.reference';

/** Grid nodes, channels. 83 channels are TASK_13's. */
const shapes = [
  [1, 1],
  [1, 6],
  [70, 3],
  [312, 8],
  [288, 83],
  [1860, 21],
] as const;

function sample(nodes: number, channels: number) {
  const values = {
    y: sampleValues('y', nodes * channels),
    last: sampleValues('last', channels * nodes, 30),
    scale: sampleValues('scale', channels).map((v) => 3 + v),
    mean: sampleValues('mean', channels, 10),
    residual: Uint32Array.from({ length: channels }, (_, c) => (c % 3 === 1 ? 0 : 1)),
    dFrame: sampleValues('dFrame', channels * nodes),
    dy: sampleValues('dy before', nodes * channels),
    dLast: sampleValues('dLast before', channels * nodes),
  };
  const planes = (name: string) => list(name, channels * nodes);
  const tensors = {
    frame: planes('frame'),
    y: matrix('y', nodes, channels),
    last: planes('last'),
    scale: list('scale', channels),
    mean: list('mean', channels),
    residual: list('residual', channels),
    dFrame: planes('dFrame'),
    dy: matrix('dy', nodes, channels),
    dLast: planes('dLast'),
  };
  const inputs = new Map<Tensor, Float32Array | Uint32Array>();
  for (const [name, array] of Object.entries(values)) inputs.set(tensors[name as keyof typeof values], array);
  return { values, tensors, inputs };
}

describe.each(shapes)('unstack_outputs [%i, %i]', (nodes, channels) => {
  const { values, tensors, inputs } = sample(nodes, channels);

  test('forward equals the reference', () =>
    withDevice(async ({ run }) => {
      const [found] = await run([unstackOutputs(tensors)], inputs, [tensors.frame]);
      expect(relativeError(found, unstackOutputsReference(values))).toBeLessThan(1e-5);
    }));

  test.each([true, false])('backward equals the reference, with the last frame: %s', (withLast) =>
    withDevice(async ({ run }) => {
      const dLast = withLast ? tensors.dLast : undefined;
      const outputs = withLast ? [tensors.dy, tensors.dLast] : [tensors.dy];
      const [foundY, foundLast] = await run([unstackOutputsBackward({ ...tensors, dLast })], inputs, outputs);
      const expected = unstackOutputsBackwardReference(values);
      expect(relativeError(foundY, plus(values.dy, expected.dy))).toBeLessThan(1e-5);
      if (withLast) expect(relativeError(foundLast, plus(values.dLast, expected.dLast))).toBeLessThan(1e-5);
    }),
  );
});

test('the reference gradient equals finite differences', () => {
  const { values } = sample(3, 4);
  const loss = (changed: Partial<typeof values>) =>
    unstackOutputsReference({ ...values, ...changed }).reduce((sum, v, i) => sum + v * values.dFrame[i], 0);
  const { dy, dLast } = unstackOutputsBackwardReference(values);
  const differences = (name: 'y' | 'last') =>
    finiteDifferences((v) => loss({ [name]: v } as object), values[name]);
  expect(relativeError(dy, differences('y'))).toBeLessThan(1e-6);
  expect(relativeError(dLast, differences('last'))).toBeLessThan(1e-6);
});

test('a NaN reaches its own node and channel only', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(3, 2);
    values.y[2 * 2 + 1] = Number.NaN;
    const [found] = await run([unstackOutputs(tensors)], inputs, [tensors.frame]);
    expect(Array.from(found.keys()).filter((i) => Number.isNaN(found[i]))).toEqual([1 * 3 + 2]);
  }));

test('no nodes run nothing, and shapes that do not fit are refused', () => {
  expect(unstackOutputs(sample(0, 4).tensors).workgroups).toBe(0);
  expect(unstackOutputsBackward(sample(0, 4).tensors).workgroups).toBe(0);
  const { tensors } = sample(5, 4);
  const short = list('short', 3);
  expect(() => unstackOutputs({ ...tensors, frame: list('frame', 15) })).toThrow(RangeError);
  expect(() => unstackOutputs({ ...tensors, last: short })).toThrow(RangeError);
  expect(() => unstackOutputs({ ...tensors, residual: short })).toThrow(RangeError);
  expect(() => unstackOutputsBackward({ ...tensors, dLast: short })).toThrow(RangeError);
  expect(() => unstackOutputsBackward({ ...tensors, dFrame: short })).toThrow(RangeError);
  expect(() => unstackOutputsBackward({ ...tensors, scale: short })).toThrow(RangeError);
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const { values, tensors, inputs } = sample(10, 4);
    const wrong = tampered(
      unstackOutputsBackward(tensors),
      'd_last[at] += gradient',
      'd_last[at] -= gradient',
    );
    const [found] = await run([wrong], inputs, [tensors.dLast]);
    const { dLast } = unstackOutputsBackwardReference(values);
    expect(relativeError(found, plus(values.dLast, dLast))).toBeGreaterThan(1e-3);
  }));
