import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../src/webgpu/kernel';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, type TestBench, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { adamw } from './adamw';
import { type AdamwSettings, type AdamwState, adamwReference } from './adamw.reference';

const settings: AdamwSettings = {
  learningRate: 1e-3,
  b1: 0.9,
  b2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  clipNorm: 32,
};

function tensorsOf(make: (name: string) => Tensor) {
  return {
    parameters: make('parameters'),
    moment1: make('moment1'),
    moment2: make('moment2'),
    gradients: make('gradients'),
    norm: list('norm', 1),
    schedule: list('schedule', 4),
  };
}

/** Some updates on the GPU and in the reference; what both have at the end. */
async function updates(
  run: TestBench['run'],
  make: (name: string) => Tensor,
  o: AdamwSettings & { norms: number[]; gradientScale?: number },
  change: (dispatch: Dispatch) => Dispatch = (dispatch) => dispatch,
) {
  const tensors = tensorsOf(make);
  const length = tensors.parameters.rows * tensors.parameters.width;
  const start = sampleValues('parameters', length);
  const expected: AdamwState = {
    parameters: Float64Array.from(start),
    moment1: new Float64Array(length),
    moment2: new Float64Array(length),
  };
  let found = [start, new Float32Array(length), new Float32Array(length)];
  for (const [i, norm] of o.norms.entries()) {
    const t = i + 1;
    const gradients = sampleValues(`gradients ${t}`, length, o.gradientScale ?? 1);
    const schedule = Float32Array.of(o.learningRate, 1 / (1 - o.b1 ** t), 1 / (1 - o.b2 ** t), Number.NaN);
    const inputs = new Map<Tensor, Float32Array>([
      [tensors.parameters, found[0]],
      [tensors.moment1, found[1]],
      [tensors.moment2, found[2]],
      [tensors.gradients, gradients],
      [tensors.norm, Float32Array.of(norm ** 2)],
      [tensors.schedule, schedule],
    ]);
    const outputs = [tensors.parameters, tensors.moment1, tensors.moment2];
    found = await run([change(adamw({ ...tensors, ...o }))], inputs, outputs);
    adamwReference(expected, gradients, norm, t, o);
  }
  const [parameters, moment1, moment2] = found;
  return { found: { parameters, moment1, moment2 }, expected, start };
}

const errors = ({ found, expected }: Awaited<ReturnType<typeof updates>>) =>
  (['parameters', 'moment1', 'moment2'] as const).map((name) => relativeError(found[name], expected[name]));

describe('adamw', () => {
  test.each([
    ['one number', (name: string) => matrix(name, 1, 1)],
    ['a vector of 83', (name: string) => matrix(name, 1, 83)],
    ['a matrix [186, 64]', (name: string) => matrix(name, 186, 64)],
    ['a flat list', (name: string) => list(name, 100_000)],
  ])('three updates of %s equal the reference', (_, make) =>
    withDevice(async ({ run }) => {
      // Norms below, at and above the clipping norm.
      for (const error of errors(await updates(run, make, { ...settings, norms: [5, 32, 300] }))) {
        expect(error).toBeLessThan(1e-5);
      }
    }),
  );

  test.each([
    { b2: 0.999, weightDecay: 0 },
    { learningRate: 0.5, eps: 1e-2 },
    { b1: 0, b2: 0 },
  ])('other settings: %o', (other) =>
    withDevice(async ({ run }) => {
      const make = (name: string) => matrix(name, 9, 7);
      for (const error of errors(await updates(run, make, { ...settings, ...other, norms: [1, 40] }))) {
        expect(error).toBeLessThan(1e-5);
      }
    }),
  );

  // The step is what counts here: the parameters hide it at a small learning rate.
  test('the step itself equals the reference, for tiny and for large gradients', () =>
    withDevice(async ({ run }) => {
      for (const gradientScale of [1e-10, 1e-4, 1e6]) {
        const o = { ...settings, learningRate: 1, weightDecay: 0, norms: [1, 1], gradientScale };
        const { found, expected, start } = await updates(run, (name) => matrix(name, 10, 8), o);
        const step = (after: ArrayLike<number>) => Array.from(start, (p, i) => after[i] - p);
        expect(relativeError(step(found.parameters), step(expected.parameters))).toBeLessThan(1e-5);
      }
    }));

  test('a learning rate of zero changes no parameter, but the moments', () =>
    withDevice(async ({ run }) => {
      const o = { ...settings, learningRate: 0, norms: [1] };
      const { found, expected, start } = await updates(run, (name) => matrix(name, 10, 8), o);
      expect(found.parameters).toEqual(start);
      expect(relativeError(found.moment1, expected.moment1)).toBeLessThan(1e-6);
    }));

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'a norm of %d leaves everything as it is, and the next update goes on from there',
    (bad) =>
      withDevice(async ({ run }) => {
        const o = { ...settings, norms: [5, bad, 300] };
        for (const error of errors(await updates(run, (name) => matrix(name, 4, 4), o))) {
          expect(error).toBeLessThan(1e-5);
        }
        const { found, start } = await updates(run, (name) => matrix(name, 4, 4), { ...o, norms: [bad] });
        expect(found.parameters).toEqual(start);
        expect([found.moment1, found.moment2]).toEqual([new Float32Array(16), new Float32Array(16)]);
      }),
  );

  test('lengths that do not fit are refused', () => {
    const tensors = tensorsOf((name) => matrix(name, 3, 8));
    expect(() => adamw({ ...tensors, ...settings, moment2: matrix('moment2', 3, 4) })).toThrow(RangeError);
    expect(() => adamw({ ...tensors, ...settings, norm: list('norm', 2) })).toThrow(RangeError);
    expect(() => adamw({ ...tensors, ...settings, schedule: list('schedule', 3) })).toThrow(RangeError);
    expect(() => adamw({ ...tensors, ...settings, eps: 0 })).toThrow(RangeError);
    expect(() => adamw({ ...tensorsOf((name) => list(name, 7)), ...settings })).toThrow(RangeError);
    expect(adamw({ ...tensorsOf((name) => list(name, 0)), ...settings }).workgroups).toBe(0);
  });

  test('a flipped sign is seen', () =>
    withDevice(async ({ run }) => {
      const flip = (dispatch: Dispatch) => tampered(dispatch, 'p - learning_rate', 'p + learning_rate');
      const o = { ...settings, learningRate: 0.1, norms: [1] };
      const [error] = errors(await updates(run, (name) => matrix(name, 4, 4), o, flip));
      expect(error).toBeGreaterThan(1e-3);
    }));
});
