/**
 * The variants that multiply rounded numbers, against the 64-bit reference.
 *
 * Tolerances: each product x w may be off by its factors' rounding, so that a sum may be off by that share of Σ |x| |w|,
 * which the reference computes as well. f16 rounds by at most 2⁻¹¹, bfloat16 by 2⁻⁸. What is bfloat16 is exact in both. Adding up
 * in float32 takes another 2⁻²⁰ at these sizes.
 */
import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../src/webgpu/kernel';
import { type ElementType, list, matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, type TestBench, withDevice } from '../../src/webgpu/testing';
import { throughBfloat16 } from '../bfloat16/bfloat16';
import { reducePartials } from '../reduce_partials/reduce_partials';
import { tampered } from '../tampered';
import { linear } from './linear';
import { linearBackwardReference, linearReference, swishDerivative } from './linear.reference';
import { linearBackwardWeights, weightPartials } from './linear_backward_weights';
import { HALF_TILES, MATRIX_TILES } from './tiles';
import { type ReducedVariant, reducedOfEachShader, supportedVariants } from './variant';

/** rows, K, N, and how x (and dy) are stored; from 513 rows on there are several chunks of the weights' gradient. */
const shapes = [
  [1, 1, 1, 'bfloat16'],
  [1, 64, 64, 'float32'],
  [7, 5, 1, 'bfloat16'],
  [33, 3, 34, 'float32'],
  [70, 18, 130, 'bfloat16'],
  [641, 4, 64, 'bfloat16'],
  [186, 186, 83, 'float32'],
  [1100, 64, 64, 'bfloat16'],
  [100, 512, 512, 'bfloat16'],
] as const;
const NODES = 9;

const F16 = 2 ** -11;
const BFLOAT16 = 2 ** -8;
const SUMMING = 2 ** -20;

/** How much a variant may miss a product by that is made of rows stored as `element`, and weights. */
function productError(variant: ReducedVariant, element: ElementType): number {
  const rows = element === 'bfloat16' ? 0 : variant in HALF_TILES ? BFLOAT16 : F16;
  return rows + F16 + SUMMING;
}

const magnitudes = (values: ArrayLike<number>) => Float64Array.from(values, Math.abs);

/** Largest error, each relative to what may be at most: Σ |x| |w| of its sum. NaN where something is NaN. */
function worst(found: ArrayLike<number>, expected: ArrayLike<number>, most: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i] - expected[i]) / (most[i] || 1);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/** Numbers as a tensor of that type holds them. */
const stored = (values: Float32Array, element: ElementType) =>
  element === 'bfloat16' ? throughBfloat16(values) : values;

function sample(rows: number, inner: number, width: number, element: ElementType) {
  const index = (factor: number) => Uint32Array.from({ length: rows }, (_, r) => (factor * r) % NODES);
  return {
    x: stored(sampleValues('x', rows * inner), element),
    w: sampleValues('w', inner * width, 2 / Math.sqrt(inner)),
    bias: sampleValues('bias', width),
    addend: sampleValues('addend', rows * width),
    table: sampleValues('table', NODES * width),
    senders: index(7),
    old: sampleValues('old', rows * width),
    dy: stored(sampleValues('dy', rows * width), element),
  };
}

function tensorsOf(rows: number, inner: number, width: number, element: ElementType) {
  const x = matrix('x', rows, inner, element);
  const dy = matrix('dy', rows, width, element);
  const { chunks, width: partialWidth, biasColumn } = weightPartials(x, dy);
  return {
    x,
    dy,
    w: matrix('w', padded(inner), width),
    bias: matrix('bias', 1, width),
    addend: matrix('addend', rows, width),
    table: matrix('table', NODES, width),
    senders: list('senders', rows),
    y: matrix('y', rows, width),
    pre: matrix('pre', rows, width),
    partial: matrix('partial', chunks, partialWidth),
    biasColumn,
    dw: matrix('dw', padded(inner), width),
    db: matrix('db', 1, width),
  };
}

function withZeroRows(w: Float32Array, inner: number, width: number): Float32Array {
  const values = new Float32Array(padded(inner) * width);
  values.set(w);
  return values;
}

/** Runs a check for the reduced variants that the adapter supports, one for each shader. */
const everyShader = (check: (bench: TestBench, variant: ReducedVariant) => Promise<void>) =>
  withDevice(async (bench) => {
    for (const variant of reducedOfEachShader(bench.gpu.adapter)) await check(bench, variant);
  });

/** For several shaders on a driver that takes seconds for each, and minutes for large tiles, ms. */
const SLOW_COMPILER = 600_000;

describe.each(shapes)(
  '[%i, %i] x [.., %i], %s',
  { timeout: SLOW_COMPILER },
  (rows, inner, width, element) => {
    const values = sample(rows, inner, width, element);
    const t = tensorsOf(rows, inner, width, element);
    const { x, w, y, pre, bias, addend } = t;
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [x, values.x],
      [w, withZeroRows(values.w, inner, width)],
      [bias, values.bias],
      [addend, values.addend],
      [t.table, values.table],
      [t.senders, values.senders],
      [t.dy, values.dy],
    ]);
    const most = linearReference({ x: magnitudes(values.x), w: magnitudes(values.w), rows, width }).pre;

    test('all terms and swish are the reference’s', () => {
      const gathered = [{ table: values.table, index: values.senders }];
      const expected = linearReference({ ...values, rows, width, gathered });
      const terms = { bias, addend, senderAddend: { table: t.table, index: t.senders } };
      return everyShader(async ({ run }, variant) => {
        const dispatch = linear({ y, x, w, ...terms, activation: 'swish', pre, variant });
        const [foundY, foundPre] = await run([dispatch], inputs, [y, pre]);
        const allowed = productError(variant, element);
        const summed = most.map((v) => v + 3); // the other terms round, too, in float32
        expect(worst(foundPre, expected.pre, summed), variant).toBeLessThan(allowed);
        expect(worst(foundY, expected.y, summed), variant).toBeLessThan(1.1 * allowed);
      });
    });

    test('the gradient through a swish, added to what is there, is the reference’s', () => {
      const product = linearReference({ x: values.x, w: values.w, rows, width });
      const expected = product.pre.map((v, i) => values.old[i] + v * swishDerivative(values.addend[i]));
      const accumulated = new Map(inputs).set(y, values.old);
      return everyShader(async ({ run }, variant) => {
        const dispatch = linear({ y, x, w, swishGradientAt: addend, accumulate: true, variant });
        const [found] = await run([dispatch], accumulated, [y]);
        const summed = most.map((v) => v + 1);
        expect(worst(found, expected, summed), variant).toBeLessThan(1.1 * productError(variant, element));
      });
    });

    test('the gradient of weights and bias is the reference’s', () => {
      const flat = { pre: new Float64Array(rows * width), w: new Float64Array(inner * width), rows, width };
      const gradients = (x: Float32Array | Float64Array, dy: Float32Array | Float64Array) =>
        linearBackwardReference({ ...flat, x, dy: dy.map((v) => 2 * v) });
      const expected = gradients(values.x, values.dy);
      const largest = gradients(magnitudes(values.x), magnitudes(values.dy));
      const { dw, db, partial, biasColumn } = t;
      const zeros = new Map(inputs)
        .set(dw, new Float32Array(padded(inner) * width))
        .set(db, new Float32Array(width));
      return everyShader(async ({ run }, variant) => {
        const [foundW, foundBias] = await run(
          [
            linearBackwardWeights({ partial, x, dy: t.dy, withBias: true, variant }),
            reducePartials({ into: dw, partial, column: 0 }),
            reducePartials({ into: db, partial, column: biasColumn }),
          ],
          zeros,
          [dw, db],
        );
        const rowError = productError(variant, element) - F16 - SUMMING;
        const [ofW, ofBias] = [foundW.subarray(0, inner * width), foundBias];
        expect(worst(ofW, expected.dw, largest.dw), variant).toBeLessThan(2 * rowError + SUMMING);
        expect(worst(ofBias, expected.dBias, largest.dBias), variant).toBeLessThan(rowError + SUMMING);
        expect(foundW.subarray(inner * width).every((v) => v === 0)).toBe(true);
      });
    });
  },
);

describe('every tile', { timeout: SLOW_COMPILER }, () => {
  const [rows, inner, width] = [515, 38, 133];
  const values = sample(rows, inner, width, 'bfloat16');
  const { x, w, y, dy, partial } = tensorsOf(rows, inner, width, 'bfloat16');
  const inputs = new Map([
    [x, values.x],
    [w, withZeroRows(values.w, inner, width)],
    [dy, values.dy],
  ]);

  /** The first variant of each shader is held to the reference elsewhere; float32 sums in another order are no other number. */
  test.each([
    ['linear', (variant: ReducedVariant) => linear({ y, x, w, variant }), y],
    [
      'linear_backward_weights',
      (variant: ReducedVariant) => linearBackwardWeights({ partial, x, dy, withBias: true, variant }),
      partial,
    ],
  ] as const)('of %s gives the sums of the first of its shader', (_, dispatch, output) =>
    withDevice(async ({ gpu, run }) => {
      for (const first of reducedOfEachShader(gpu.adapter)) {
        const [expected] = await run([dispatch(first)], inputs, [output]);
        const shader = first in HALF_TILES ? HALF_TILES : MATRIX_TILES;
        for (const variant of supportedVariants(gpu.adapter).filter(
          (name) => name !== first && name in shader,
        )) {
          const [found] = await run([dispatch(variant as ReducedVariant)], inputs, [output]);
          expect(relativeError(found, expected), variant).toBeLessThan(SUMMING);
        }
      }
    }),
  );
});

describe('numbers that f16 cannot hold', () => {
  const [rows, inner, width] = [97, 150, 68];
  const { x, w, y, partial, dy, dw } = tensorsOf(rows, inner, width, 'bfloat16');
  const values = sample(rows, inner, width, 'bfloat16');
  const weights = withZeroRows(values.w, inner, width);

  test.each([
    ['as small as gradients get', () => 2 ** -60],
    ['as large as sums of a thousand messages', () => 2 ** 20],
    ['that grow from k to k', (_: number, k: number) => 2 ** (k - 100)],
    ['that shrink from k to k', (_: number, k: number) => 2 ** (40 - k)],
    ['of which the first are zeros', (_: number, k: number) => (k < 70 ? 0 : 2 ** -30)],
    ['that are all zeros', () => 0],
  ])('%s', (_, factor) => {
    const scaled = values.x.map((v, i) => v * factor(Math.floor(i / inner), i % inner));
    const expected = linearReference({ x: scaled, w: values.w, rows, width }).pre;
    const most = linearReference({ x: magnitudes(scaled), w: magnitudes(values.w), rows, width }).pre;
    return everyShader(async ({ run }, variant) => {
      const inputs = new Map([
        [x, scaled],
        [w, weights],
      ]);
      const [found] = await run([linear({ y, x, w, variant })], inputs, [y]);
      expect(worst(found, expected, most), variant).toBeLessThan(productError(variant, 'bfloat16'));
    });
  });

  test('gradients of weights whose rows differ by many powers of two', () => {
    const dyScaled = values.dy.map((v, i) => v * 2 ** (-20 - (Math.floor(i / width) % 50)));
    const flat = { pre: new Float64Array(rows * width), w: new Float64Array(inner * width), rows, width };
    const expected = linearBackwardReference({ ...flat, x: values.x, dy: dyScaled.map((v) => 2 * v) }).dw;
    const most = linearBackwardReference({
      ...flat,
      x: magnitudes(values.x),
      dy: magnitudes(dyScaled).map((v) => 2 * v),
    }).dw;
    return everyShader(async ({ run }, variant) => {
      const inputs = new Map([
        [x, values.x],
        [dy, dyScaled],
        [dw, new Float32Array(padded(inner) * width)],
      ]);
      const dispatch = linearBackwardWeights({ partial, x, dy, withBias: false, variant });
      const [found] = await run([dispatch, reducePartials({ into: dw, partial, column: 0 })], inputs, [dw]);
      expect(worst(found.subarray(0, inner * width), expected, most), variant).toBeLessThan(SUMMING);
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d in x or w is still seen in the result',
    (bad) =>
      everyShader(async ({ run }, variant) => {
        for (const [at, place] of [
          [x, 5 * inner + 3],
          [w, 3 * width + 7],
        ] as const) {
          const inputs = new Map([
            [x, values.x],
            [w, weights],
          ]);
          const broken = Float32Array.from(inputs.get(at)!);
          broken[place] = bad;
          const [found] = await run([linear({ y, x, w, variant })], inputs.set(at, broken), [y]);
          expect(Number.isFinite(found[5 * width + 7]), variant).toBe(false);
        }
      }),
  );
});

test('a wrong sign in the shader is noticed', () => {
  const [rows, inner, width] = [40, 8, 12];
  const values = sample(rows, inner, width, 'bfloat16');
  const { x, w, y, dy, partial } = tensorsOf(rows, inner, width, 'bfloat16');
  const inputs = new Map([
    [x, values.x],
    [w, values.w],
    [dy, values.dy],
  ]);
  const most = linearReference({ x: magnitudes(values.x), w: magnitudes(values.w), rows, width }).pre;
  const expected = linearReference({ x: values.x, w: values.w, rows, width }).pre;
  return everyShader(async ({ run }, variant) => {
    const error = async (dispatch: Dispatch) =>
      worst((await run([dispatch], inputs, [y]))[0], expected, most);
    const right = linear({ y, x, w, variant });
    const sign = variant in HALF_TILES ? 'vec4f(x.x), w[0]' : 'share.a[i] * power.x';
    expect(await error(right)).toBeLessThan(F16 + SUMMING);
    expect(await error(tampered(right, sign, `-${sign}`))).toBeGreaterThan(1e-2);

    const gradient = linearBackwardWeights({ partial, x, dy, withBias: true, variant });
    const factor = variant in HALF_TILES ? 'vec4f(x4.x), dy4[j]' : 'share.b[i] * power.y';
    const [found, wrong] = [
      ...(await run([gradient], inputs, [partial])),
      ...(await run([tampered(gradient, factor, `-${factor}`)], inputs, [partial])),
    ];
    expect(found.some((v, i) => Math.abs(v - wrong[i]) > 1e-2)).toBe(true);
  });
});
