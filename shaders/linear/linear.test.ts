import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../src/webgpu/kernel';
import { list, matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { linear } from './linear';
import { linearBackwardReference, linearReference, swishDerivative } from './linear.reference';
import { defaultVariant, LINEAR_VARIANTS, variantOfEachShader } from './variant';

/** rows, K, N: one of everything, no multiples of a tile, and the layers of real configurations. */
const shapes = [
  [1, 1, 1],
  [1, 64, 64],
  [7, 5, 1],
  [33, 3, 34],
  [70, 18, 130],
  [641, 4, 64],
  [1860, 186, 64],
  [1860, 64, 83],
  [5100, 64, 64],
  [700, 256, 256],
  [100, 512, 512],
] as const;

const NODES = 9;

function sample(rows: number, inner: number, width: number) {
  const index = (factor: number) => Uint32Array.from({ length: rows }, (_, r) => (factor * r) % NODES);
  return {
    x: sampleValues('x', rows * inner),
    w: sampleValues('w', inner * width, 2 / Math.sqrt(inner)),
    bias: sampleValues('bias', width),
    addend: sampleValues('addend', rows * width),
    senderTable: sampleValues('sender table', NODES * width),
    receiverTable: sampleValues('receiver table', NODES * width),
    senders: index(7),
    receivers: index(4),
    old: sampleValues('old', rows * width),
  };
}

function tensorsOf(rows: number, inner: number, width: number) {
  return {
    x: matrix('x', rows, inner),
    w: matrix('w', padded(inner), width),
    bias: matrix('bias', 1, width),
    addend: matrix('addend', rows, width),
    senderTable: matrix('sender table', NODES, width),
    receiverTable: matrix('receiver table', NODES, width),
    senders: list('senders', rows),
    receivers: list('receivers', rows),
    y: matrix('y', rows, width),
    pre: matrix('pre', rows, width),
  };
}

/** w [K, N] with the rows of zeros that a layer's weight has up to a multiple of four. */
function withZeroRows(w: Float32Array, inner: number, width: number): Float32Array {
  const values = new Float32Array(padded(inner) * width);
  values.set(w);
  return values;
}

describe.each(shapes)('linear [%i, %i] x [.., %i]', (rows, inner, width) => {
  const values = sample(rows, inner, width);
  const tensors = tensorsOf(rows, inner, width);
  const { x, w, y, pre, bias, addend } = tensors;
  const inputs = new Map<Tensor, Float32Array | Uint32Array>([
    [x, values.x],
    [w, withZeroRows(values.w, inner, width)],
    [bias, values.bias],
    [addend, values.addend],
    [tensors.senderTable, values.senderTable],
    [tensors.receiverTable, values.receiverTable],
    [tensors.senders, values.senders],
    [tensors.receivers, values.receivers],
  ]);
  const senderAddend = { table: tensors.senderTable, index: tensors.senders };
  const receiverAddend = { table: tensors.receiverTable, index: tensors.receivers };

  test('the plain product equals the reference in every variant', () =>
    withDevice(async ({ gpu, run }) => {
      const expected = linearReference({ ...values, bias: undefined, addend: undefined, rows, width });
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const [found] = await run([linear({ y, x, w, variant })], inputs, [y]);
        expect(relativeError(found, expected.pre), variant).toBeLessThan(1e-5);
      }
    }));

  test('all terms and swish equal the reference in every variant', () =>
    withDevice(async ({ gpu, run }) => {
      const expected = linearReference({
        ...values,
        rows,
        width,
        gathered: [
          { table: values.senderTable, index: values.senders },
          { table: values.receiverTable, index: values.receivers },
        ],
      });
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const terms = { bias, addend, senderAddend, receiverAddend };
        const dispatch = linear({ y, x, w, ...terms, activation: 'swish', pre, variant });
        const [foundY, foundPre] = await run([dispatch], inputs, [y, pre]);
        expect(relativeError(foundPre, expected.pre), variant).toBeLessThan(1e-5);
        expect(relativeError(foundY, expected.y), variant).toBeLessThan(1e-5);
      }
    }));

  test('the gradient through a swish, added to what is there, equals the reference in every variant', () =>
    withDevice(async ({ gpu, run }) => {
      const product = linearReference({ x: values.x, w: values.w, rows, width });
      const gradient = product.pre.map((v, i) => v * swishDerivative(values.addend[i]));
      const accumulated = new Map(inputs).set(y, values.old);
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const dispatch = linear({ y, x, w, swishGradientAt: addend, accumulate: true, variant });
        const [found] = await run([dispatch], accumulated, [y]);
        expect(relativeError(found, plus(values.old, gradient)), variant).toBeLessThan(1e-5);
      }
    }));
});

test('swish and its gradient stay finite far below the range of exp', () =>
  withDevice(async ({ gpu, run }) => {
    const variant = defaultVariant(gpu.adapter);
    const at = Float32Array.from([-3e38, -1e4, -200, -89, -88, -80, -20, -1, 0, 1, 20, 88, 200, 3e38]);
    const { x, w, y, addend } = tensorsOf(at.length, 1, 1);
    const inputs = new Map([
      [x, at],
      [w, Float32Array.of(1, 0, 0, 0)],
      [addend, at],
    ]);
    const [activated] = await run([linear({ y, x, w, activation: 'swish', variant })], inputs, [y]);
    const ones = new Map(inputs).set(
      x,
      at.map(() => 1),
    );
    const [derivative] = await run([linear({ y, x, w, swishGradientAt: addend, variant })], ones, [y]);
    at.forEach((v, i) => {
      const size = Math.max(1, Math.abs(v));
      expect(Math.abs(activated[i] - v / (1 + Math.exp(-v))) / size).toBeLessThan(1e-6);
      expect(Math.abs(derivative[i] - swishDerivative(v))).toBeLessThan(2e-6);
    });
  }));

test('no rows: nothing is dispatched', () => {
  const { x, w, y } = tensorsOf(0, 8, 8);
  for (const variant of LINEAR_VARIANTS) {
    expect(linear({ y, x, w, variant })).toMatchObject({ workgroups: 0, flops: 0 });
  }
});

test('shapes that do not fit are named', () => {
  const { x, w, y, pre, addend } = tensorsOf(3, 8, 8);
  expect(() => linear({ y, x, w: matrix('w', 4, 8) })).toThrow(/linear w: w is \[4, 8\], expected \[8, 8\]/);
  expect(() => linear({ y: matrix('y', 2, 8), x, w })).toThrow(RangeError);
  expect(() => linear({ y, x, w, addend: matrix('addend', 3, 4) })).toThrow(/addend/);
  expect(() => linear({ y, x, w, pre })).toThrow(/activation/);
  expect(() => linear({ y, x, w, activation: 'swish', swishGradientAt: addend })).toThrow(/exclude/);
});

test('the reference gradient equals finite differences', () => {
  const [rows, inner, width] = [3, 4, 5];
  const { x, w, bias } = sample(rows, inner, width);
  const dy = sampleValues('dy', rows * width);
  const loss = (o: { x?: Float64Array; w?: Float64Array; bias?: Float64Array }) =>
    linearReference({ x, w, bias, ...o, rows, width }).y.reduce((sum, v, i) => sum + v * dy[i], 0);
  const { pre } = linearReference({ x, w, bias, rows, width });
  const found = linearBackwardReference({ x, w, pre, dy, rows, width });
  expect(
    relativeError(
      found.dx,
      finiteDifferences((v) => loss({ x: v }), x),
    ),
  ).toBeLessThan(1e-8);
  expect(
    relativeError(
      found.dw,
      finiteDifferences((v) => loss({ w: v }), w),
    ),
  ).toBeLessThan(1e-8);
  expect(
    relativeError(
      found.dBias,
      finiteDifferences((v) => loss({ bias: v }), bias),
    ),
  ).toBeLessThan(1e-8);
});

/** A factor in every variant's shader whose sign matters. */
const SIGN = 'vec4f(x.x), w[0]';

test('a wrong sign in the shader is noticed', () =>
  withDevice(async ({ gpu, run }) => {
    const [rows, inner, width] = [40, 8, 12];
    const values = sample(rows, inner, width);
    const { x, w, y, addend } = tensorsOf(rows, inner, width);
    const inputs = new Map([
      [x, values.x],
      [w, values.w],
      [addend, values.addend],
    ]);
    const error = async (dispatch: Dispatch, expected: Float64Array) => {
      const [found] = await run([dispatch], inputs, [y]);
      return relativeError(found, expected);
    };
    const { pre } = linearReference({ x: values.x, w: values.w, rows, width });
    const variant = defaultVariant(gpu.adapter);
    const right = linear({ y, x, w, variant });
    const wrong = tampered(right, SIGN, `-${SIGN}`);
    expect(await error(right, pre)).toBeLessThan(1e-5);
    expect(await error(wrong, pre)).toBeGreaterThan(1e-2);

    const gradient = pre.map((v, i) => v * swishDerivative(values.addend[i]));
    const rightGradient = linear({ y, x, w, swishGradientAt: addend, variant });
    const wrongGradient = tampered(rightGradient, '(1.0 + max', '(1.0 - max');
    expect(await error(rightGradient, gradient)).toBeLessThan(1e-5);
    expect(await error(wrongGradient, gradient)).toBeGreaterThan(1e-2);
  }));
