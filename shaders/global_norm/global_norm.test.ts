import { describe, expect, test } from 'vitest';
import { list, matrix, padded, rowsOf, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { squareSum, squareSumChunks, squareSumRanges, squareSumTotal } from './global_norm';
import { squareSumReference } from './global_norm.reference';

/** Dispatches for the norm of `values` taken in windows of rows, and the norm they write. */
function globalNorm(windows: Tensor[]) {
  const chunks = windows.map(squareSumChunks);
  const partial = list(
    'partial',
    chunks.reduce((a, b) => a + b, 0),
  );
  const norm = list('norm', 1);
  let first = 0;
  const dispatches = windows.map((values, i) => {
    const dispatch = squareSum({ partial, first, values });
    first += chunks[i];
    return dispatch;
  });
  return { dispatches: [...dispatches, squareSumTotal({ norm, partial })], norm };
}

describe('global_norm', () => {
  test.each([
    ['a matrix of one number', matrix('values', 1, 1)],
    ['a row', matrix('values', 1, 83)],
    ['a column', matrix('values', 70, 1)],
    ['a weight', matrix('values', 186, 64)],
    ['a list', list('values', 4 * 333)],
    ['a flat gradient', list('values', 1_500_000)],
  ])('of %s equals the reference', (_, values) =>
    withDevice(async ({ run }) => {
      const numbers = sampleValues('values', values.rows * values.width, 3);
      const { dispatches, norm } = globalNorm([values]);
      const [found] = await run(dispatches, new Map([[values, numbers]]), [norm]);
      expect(relativeError(found, [squareSumReference(numbers)])).toBeLessThan(1e-5);
    }),
  );

  test('of windows equals that of the whole', () =>
    withDevice(async ({ run }) => {
      const values = list('values', 100_000);
      const numbers = sampleValues('values', values.rows, 3);
      const windows = [0, 48_000, 96_000].map((start) =>
        rowsOf(values, start, Math.min(48_000, values.rows - start)),
      );
      const { dispatches, norm } = globalNorm(windows);
      const [found] = await run(dispatches, new Map([[values, numbers]]), [norm]);
      expect(relativeError(found, [squareSumReference(numbers)])).toBeLessThan(1e-5);
    }));

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('one %d anywhere is not lost', (bad) =>
    withDevice(async ({ run }) => {
      const values = list('values', 40_000);
      const numbers = sampleValues('values', values.rows);
      numbers[31_234] = bad;
      const { dispatches, norm } = globalNorm([values]);
      const [found] = await run(dispatches, new Map([[values, numbers]]), [norm]);
      expect(found[0]).toBe(bad);
    }),
  );

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %d makes the norm no number', (bad) =>
    withDevice(async ({ run }) => {
      const [values, norm, losses] = [list('values', 4000), list('norm', 1), matrix('losses', 1, 83)];
      const partial = list('partial', squareSumChunks(values));
      const normWith = async (last: number) => {
        const given = sampleValues('losses', 83);
        given[82] = last;
        const dispatches = [squareSum({ partial, values }), squareSumTotal({ norm, partial, losses })];
        const inputs = new Map([
          [values, sampleValues('values', 4000)],
          [losses, given],
        ]);
        return (await run(dispatches, inputs, [norm]))[0][0];
      };
      expect(await normWith(1)).toBeCloseTo(squareSumReference(sampleValues('values', 4000)), 2);
      expect(Number.isFinite(await normWith(bad))).toBe(false);
    }),
  );

  test('of ranges equals the reference, in windows as in the whole', () =>
    withDevice(async ({ run }) => {
      const values = list('values', 4096);
      const numbers = sampleValues('values', 4096, 3);
      // An empty range, one vector, a ragged one, the rest; the second window begins at number 2048.
      const whole = [0, 0, 0, 1, 1, 500, 500, 512, 0, 130, 130, 512];
      const [sums, ranges] = [list('sums', 6), list('ranges', 12)];
      const dispatches = [
        squareSumRanges({ sums, ranges, values: rowsOf(values, 0, 2048), first: 0, count: 4 }),
        squareSumRanges({ sums, ranges, values: rowsOf(values, 2048, 2048), first: 4, count: 2 }),
      ];
      const inputs = new Map<Tensor, Float32Array | Uint32Array>([
        [values, numbers],
        [ranges, Uint32Array.from(whole)],
      ]);
      const [found] = await run(dispatches, inputs, [sums]);
      const expected = Array.from({ length: 6 }, (_, k) => {
        const base = k < 4 ? 0 : 2048;
        return squareSumReference(numbers.subarray(base + 4 * whole[2 * k], base + 4 * whole[2 * k + 1]));
      });
      expect(relativeError(found, expected)).toBeLessThan(1e-5);
    }));

  test('no numbers make a norm of zero', () =>
    withDevice(async ({ run }) => {
      const { dispatches, norm } = globalNorm([list('values', 0)]);
      expect(dispatches[0].workgroups).toBe(0);
      const [found] = await run(dispatches, new Map(), [norm]);
      expect(found[0]).toBe(0);
    }));

  test('shapes that do not fit are refused', () => {
    const values = matrix('values', 10, padded(5));
    const partial = list('partial', 64);
    expect(() => squareSum({ partial: list('partial', 63), values })).toThrow(RangeError);
    expect(() => squareSum({ partial, first: 1, values })).toThrow(RangeError);
    expect(() => squareSum({ partial, values: list('values', 7) })).toThrow(RangeError);
    expect(() => squareSumTotal({ norm: list('norm', 2), partial })).toThrow(RangeError);
    const [sums, ranges] = [list('sums', 3), list('ranges', 6)];
    expect(() => squareSumRanges({ sums, ranges, values, first: 2, count: 2 })).toThrow(RangeError);
    const short = list('ranges', 5);
    expect(() => squareSumRanges({ sums, ranges: short, values, first: 0, count: 3 })).toThrow(RangeError);
  });

  test('a flipped sign is seen', () =>
    withDevice(async ({ run }) => {
      const values = list('values', 1000);
      const numbers = sampleValues('values', values.rows);
      const { dispatches, norm } = globalNorm([values]);
      dispatches[1] = tampered(dispatches[1], 'total += totals', 'total -= totals');
      const [found] = await run(dispatches, new Map([[values, numbers]]), [norm]);
      expect(relativeError(found, [squareSumReference(numbers)])).toBeGreaterThan(1e-3);

      const [sums, ranges] = [list('sums', 1), list('ranges', 2)];
      const whole = squareSumRanges({ sums, ranges, values, first: 0, count: 1 });
      const inputs = new Map<Tensor, Float32Array | Uint32Array>([
        [values, numbers],
        [ranges, Uint32Array.of(0, 250)],
      ]);
      const [wrong] = await run([tampered(whole, 'sum += totals', 'sum -= totals')], inputs, [sums]);
      expect(relativeError(wrong, [squareSumReference(numbers)])).toBeGreaterThan(1e-3);
    }));
});
