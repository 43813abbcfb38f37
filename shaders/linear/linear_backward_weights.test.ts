import { describe, expect, test } from 'vitest';
import { matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { plus } from '../plus';
import { reducePartials } from '../reduce_partials/reduce_partials';
import { tampered } from '../tampered';
import { linearBackwardReference } from './linear.reference';
import { linearBackwardWeights, weightPartials } from './linear_backward_weights';
import { TILES } from './tiles';
import { defaultVariant, LINEAR_VARIANTS, variantOfEachShader } from './variant';

/** rows, K, N; from 513 rows on there are several chunks. */
const shapes = [
  [1, 1, 1],
  [3, 64, 64],
  [33, 3, 34],
  [513, 18, 130],
  [1537, 4, 64],
  [1860, 186, 64],
  [1860, 64, 83],
  [5100, 64, 64],
  [700, 256, 256],
] as const;

/** The gradient before the activation, so that the reference's activation must be flat: pre = 0 halves its dy. */
function sample(rows: number, inner: number, width: number) {
  const x = sampleValues('x', rows * inner);
  const dy = sampleValues('dy', rows * width);
  const pre = new Float64Array(rows * width);
  const w = new Float64Array(inner * width);
  const doubled = dy.map((v) => 2 * v);
  return { x, dy, reference: () => linearBackwardReference({ x, w, pre, dy: doubled, rows, width }) };
}

function tensorsOf(rows: number, inner: number, width: number) {
  const [x, dy] = [matrix('x', rows, inner), matrix('dy', rows, width)];
  const { chunks, width: partialWidth, biasColumn } = weightPartials(x, dy);
  return {
    x,
    dy,
    partial: matrix('partial', chunks, partialWidth),
    biasColumn,
    dw: matrix('dw', padded(inner), width),
    db: matrix('db', 1, width),
  };
}

describe.each(shapes)('gradient of w [%i, %i] x [.., %i]', (rows, inner, width) => {
  const { x, dy, partial, biasColumn, dw, db } = tensorsOf(rows, inner, width);
  const values = sample(rows, inner, width);
  const oldW = sampleValues('old w', inner * width);
  const oldBias = sampleValues('old bias', width);

  test('every variant adds the reference gradient to w and bias', () =>
    withDevice(async ({ gpu, run }) => {
      const expected = values.reference();
      const zeroRows = new Float32Array(padded(inner) * width);
      zeroRows.set(oldW);
      const inputs = new Map<Tensor, Float32Array>([
        [x, values.x],
        [dy, values.dy],
        [dw, zeroRows],
        [db, oldBias],
      ]);
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const [foundW, foundBias] = await run(
          [
            linearBackwardWeights({ partial, x, dy, withBias: true, variant }),
            reducePartials({ into: dw, partial, column: 0 }),
            reducePartials({ into: db, partial, column: biasColumn }),
          ],
          inputs,
          [dw, db],
        );
        const rowsOfW = foundW.subarray(0, inner * width);
        expect(relativeError(rowsOfW, plus(oldW, expected.dw)), variant).toBeLessThan(1e-5);
        expect(relativeError(foundBias, plus(oldBias, expected.dBias)), variant).toBeLessThan(1e-5);
        expect(
          foundW.subarray(inner * width).every((v) => v === 0),
          variant,
        ).toBe(true);
      }
    }));
});

test('without the bias its column is not written', () =>
  withDevice(async ({ gpu, run }) => {
    const [rows, inner, width] = [600, 8, 8];
    const { x, dy, partial, biasColumn } = tensorsOf(rows, inner, width);
    const { x: xValues, dy: dyValues } = sample(rows, inner, width);
    const inputs = new Map([
      [x, xValues],
      [dy, dyValues],
    ]);
    const variant = defaultVariant(gpu.adapter);
    const dispatch = linearBackwardWeights({ partial, x, dy, withBias: false, variant });
    const [found] = await run([dispatch], inputs, [partial]);
    found.forEach((v, i) => {
      expect(Number.isNaN(v)).toBe(i % partial.width >= biasColumn);
    });
  }));

test('chunks depend on shapes alone and partial sums stay small', () => {
  const partials = (rows: number, inner: number, width: number) =>
    weightPartials(matrix('x', rows, inner), matrix('dy', rows, width));
  expect(partials(0, 64, 64).chunks).toBe(0);
  expect(partials(512, 64, 64).chunks).toBe(1);
  expect(partials(513, 64, 64)).toEqual({ chunks: 2, width: 64 * 64 + 64, biasColumn: 64 * 64 });
  const large = partials(327660, 512, 512);
  expect(large.chunks * large.width * 4).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(partials(327660, 4096, 4096).chunks).toBe(1);
});

test('no rows: nothing is dispatched', () => {
  const { x, dy, partial } = tensorsOf(0, 8, 8);
  for (const variant of LINEAR_VARIANTS) {
    expect(linearBackwardWeights({ partial, x, dy, withBias: true, variant })).toMatchObject({
      workgroups: 0,
      flops: 0,
    });
  }
});

test('shapes that do not fit are named', () => {
  const { x, dy, partial } = tensorsOf(3, 8, 8);
  const other = matrix('dy', 4, 8);
  expect(() => linearBackwardWeights({ partial, x, dy: other, withBias: true })).toThrow(/dy/);
  expect(() => linearBackwardWeights({ partial: matrix('partial', 2, 72), x, dy, withBias: true })).toThrow(
    /partial/,
  );
});

test('a wrong sign in the shader is noticed', () =>
  withDevice(async ({ gpu, run }) => {
    const [rows, inner, width] = [40, 8, 12];
    const { x, dy, partial, dw, db } = tensorsOf(rows, inner, width);
    const values = sample(rows, inner, width);
    const inputs = new Map([
      [x, values.x],
      [dy, values.dy],
      [dw, new Float32Array(inner * width)],
      [db, new Float32Array(width)],
    ]);
    const variant = defaultVariant(gpu.adapter);
    const sign = variant in TILES ? 'vec4f(x4.x), dy4[j]' : 'vec4f(x.x), dy[0]';
    const wrong = tampered(
      linearBackwardWeights({ partial, x, dy, withBias: true, variant }),
      sign,
      `-${sign}`,
    );
    const reduce = reducePartials({ into: dw, partial, column: 0 });
    const [found] = await run([wrong, reduce], inputs, [dw]);
    expect(relativeError(found, values.reference().dw)).toBeGreaterThan(1e-2);
  }));
