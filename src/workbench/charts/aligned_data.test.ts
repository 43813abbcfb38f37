import { expect, test } from 'vitest';
import { alignedData } from './aligned_data';

test('lines on the same x stay as they are', () => {
  const [x, values] = [
    [1, 2],
    [5, 6],
  ];
  expect(alignedData(x, [{ values }], false)).toEqual([x, values]);
});

test('lines on different x share all of them, with gaps', () => {
  const lines = [{ values: [5, 6] }, { values: [7, 8], x: [2, 3] }];
  expect(alignedData([1, 2], lines, false)).toEqual([
    [1, 2, 3],
    [5, 6, null],
    [null, 7, 8],
  ]);
});

test('a logarithmic axis has no place for zero', () => {
  expect(alignedData([1, 2], [{ values: [0, 6] }], true)).toEqual([
    [1, 2],
    [null, 6],
  ]);
});
