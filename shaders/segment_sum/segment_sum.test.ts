import { describe, expect, test } from 'vitest';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { segmentSum } from './segment_sum';
import { segmentSumBackwardReference, segmentSumReference } from './segment_sum.reference';

type Degrees = (v: number) => number;

const cases: [name: string, segments: number, width: number, degree: Degrees][] = [
  ['one row in one segment', 1, 1, () => 1],
  ['one column', 9, 1, (v) => v % 4],
  ['width 3', 70, 3, (v) => v % 6],
  ['width 48', 33, 48, (v) => (3 * v) % 11],
  ['empty segments only', 5, 8, () => 0],
  ['skewed as near a pole', 642, 64, (v) => (v % 160 === 3 ? 850 : 4 + (v % 37))],
  ['multi-mesh M4, latent 256', 2562, 256, (v) => (v < 12 ? 25 : 6 + 6 * (v % 5 === 0 ? 1 : 0))],
  ['decoder: three of each', 1860, 64, () => 3],
];

function startsOf(segments: number, degree: Degrees): Uint32Array {
  const starts = new Uint32Array(segments + 1);
  for (let v = 0; v < segments; v++) starts[v + 1] = starts[v] + degree(v);
  return starts;
}

/** A permutation that jumps about, as edges sorted by sender do in memory sorted by receiver. */
function orderOf(rows: number): Uint32Array {
  const keys = sampleValues('order', rows);
  return Uint32Array.from({ length: rows }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
}

describe.each(cases)('segment_sum, %s', (_, segments, width, degree) => {
  const starts = startsOf(segments, degree);
  const rows = starts[segments];
  const values = sampleValues('values', rows * width);
  const order = orderOf(rows);
  const before = sampleValues('before', segments * width);

  test.each([
    { ordered: false, accumulate: false },
    { ordered: true, accumulate: true },
  ])('equals the reference with %o', ({ ordered, accumulate }) =>
    withDevice(async ({ run }) => {
      const tensors = {
        out: matrix('out', segments, width),
        values: matrix('values', rows, width),
        starts: list('starts', segments + 1),
        order: ordered ? list('order', rows) : undefined,
      };
      const inputs = new Map<Tensor, Float32Array | Uint32Array>([
        [tensors.values, values],
        [tensors.starts, starts],
      ]);
      if (tensors.order) inputs.set(tensors.order, order);
      if (accumulate) inputs.set(tensors.out, before);
      const [found] = await run([segmentSum({ ...tensors, accumulate })], inputs, [tensors.out]);
      const sums = segmentSumReference({ values, starts, order: ordered ? order : undefined, width });
      expect(relativeError(found, accumulate ? plus(before, sums) : sums)).toBeLessThan(1e-5);
      const asLong = segmentSum({ ...tensors, accumulate, longest: 850 });
      expect((await run([asLong], inputs, [tensors.out]))[0]).toEqual(found);
    }),
  );
});

/** Node rows gathered by index; its gradient is the segment sum of edges sorted by node. */
const gather = (table: ArrayLike<number>, index: ArrayLike<number>, width: number) =>
  Float64Array.from(
    { length: index.length * width },
    (_, i) => table[index[Math.floor(i / width)] * width + (i % width)],
  );

test('it is the gradient of a gather, to finite differences', () =>
  withDevice(async ({ run }) => {
    const width = 3;
    const index = [2, 0, 2, 2, 4, 0];
    const table = sampleValues('table', 5 * width);
    const dGathered = sampleValues('gradient', index.length * width);
    const order = Uint32Array.from(index.keys()).sort((a, b) => index[a] - index[b] || a - b);
    const starts = Uint32Array.of(0, 2, 2, 5, 5, 6);
    const tensors = {
      out: matrix('out', 5, width),
      values: matrix('values', index.length, width),
      starts: list('starts', 6),
      order: list('order', index.length),
    };
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [tensors.values, dGathered],
      [tensors.starts, starts],
      [tensors.order, order],
    ]);
    const [found] = await run([segmentSum(tensors)], inputs, [tensors.out]);
    const loss = (t: Float64Array) =>
      gather(t, index, width).reduce((sum, v, i) => sum + v * dGathered[i], 0);
    expect(relativeError(found, finiteDifferences(loss, table))).toBeLessThan(1e-5);
  }));

test('the reference gradient equals finite differences', () => {
  const width = 2;
  const starts = [0, 3, 3, 5];
  const order = [4, 0, 2, 1, 3];
  const values = sampleValues('values', 5 * width);
  const dOut = sampleValues('gradient', 3 * width);
  const loss = (v: Float64Array) =>
    segmentSumReference({ values: v, starts, order, width }).reduce(
      (sum, value, i) => sum + value * dOut[i],
      0,
    );
  const gradient = segmentSumBackwardReference({ dOut, starts, order, rows: 5, width });
  expect(relativeError(gradient, finiteDifferences(loss, values))).toBeLessThan(1e-7);
});

test('more workgroups than one dimension of a dispatch holds', () =>
  withDevice(async ({ run }) => {
    const segments = 64 * 65536 + 1;
    const starts = new Uint32Array(segments + 1);
    starts[segments] = 2; // all segments are empty but the last
    const tensors = {
      out: matrix('out', segments, 1),
      values: matrix('values', 2, 1),
      starts: list('starts', segments + 1),
    };
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [tensors.values, Float32Array.of(3, 4)],
      [tensors.starts, starts],
    ]);
    const [found] = await run([segmentSum(tensors)], inputs, [tensors.out]);
    expect(found.findIndex((value) => value !== 0)).toBe(segments - 1);
    expect(found[segments - 1]).toBe(7);
  }));

test('rows are added in ascending order, to the bit', () =>
  withDevice(async ({ run }) => {
    const rows = 850;
    const values = sampleValues('values', rows * 4, 1e3);
    const tensors = {
      out: matrix('out', 1, 4),
      values: matrix('values', rows, 4),
      starts: list('starts', 2),
    };
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [tensors.values, values],
      [tensors.starts, Uint32Array.of(0, rows)],
    ]);
    const [found] = await run([segmentSum(tensors)], inputs, [tensors.out]);
    const inOrder = new Float32Array(4);
    for (let j = 0; j < rows; j++) for (let c = 0; c < 4; c++) inOrder[c] += values[4 * j + c];
    expect(found).toEqual(inOrder);
  }));

test('a NaN reaches its segment only', () =>
  withDevice(async ({ run }) => {
    const tensors = { out: matrix('out', 3, 1), values: matrix('values', 3, 1), starts: list('starts', 4) };
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [tensors.values, Float32Array.of(1, Number.NaN, 3)],
      [tensors.starts, Uint32Array.of(0, 1, 2, 3)],
    ]);
    const [found] = await run([segmentSum(tensors)], inputs, [tensors.out]);
    expect(Array.from(found)).toEqual([1, Number.NaN, 3]);
  }));

test('no segments run nothing, and shapes that do not fit are refused', () => {
  const values = matrix('values', 6, 8);
  const starts = (n: number) => list('starts', n);
  expect(segmentSum({ out: matrix('out', 0, 8), values, starts: starts(1) }).workgroups).toBe(0);
  expect(() => segmentSum({ out: matrix('out', 3, 8), values, starts: starts(3) })).toThrow(RangeError);
  expect(() => segmentSum({ out: matrix('out', 3, 4), values, starts: starts(4) })).toThrow(RangeError);
  expect(() => segmentSum({ out: matrix('out', 3, 8), values, starts: starts(4), order: values })).toThrow(
    RangeError,
  );
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const values = sampleValues('values', 7 * 4);
    const tensors = { out: matrix('out', 1, 4), values: matrix('values', 7, 4), starts: list('starts', 2) };
    const inputs = new Map<Tensor, Float32Array | Uint32Array>([
      [tensors.values, values],
      [tensors.starts, Uint32Array.of(0, 7)],
    ]);
    const wrong = tampered(segmentSum(tensors), '+ c) + d', '+ c) - d');
    const [found] = await run([wrong], inputs, [tensors.out]);
    const expected = segmentSumReference({ values, starts: [0, 7], width: 4 });
    expect(relativeError(found, expected)).toBeGreaterThan(1e-3);
  }));
