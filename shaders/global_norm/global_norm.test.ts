import { describe, expect, test } from 'vitest';
import { list, matrix, padded, rowsOf, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { squareSum, squareSumChunks, squareSumTotal } from './global_norm';
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
  });

  test('a flipped sign is seen', () =>
    withDevice(async ({ run }) => {
      const values = list('values', 1000);
      const numbers = sampleValues('values', values.rows);
      const { dispatches, norm } = globalNorm([values]);
      dispatches[1] = tampered(dispatches[1], 'total += totals', 'total -= totals');
      const [found] = await run(dispatches, new Map([[values, numbers]]), [norm]);
      expect(relativeError(found, [squareSumReference(numbers)])).toBeGreaterThan(1e-3);
    }));
});
