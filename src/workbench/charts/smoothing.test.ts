import { expect, test } from 'vitest';
import { smoothed } from './smoothing';

test('a constant stays what it is from the first value on', () => {
  const values = smoothed([3, 3, 3], 0.9) as number[];
  for (const value of values) expect(value).toBeCloseTo(3);
});

test('a jump is followed by the share that is left', () => {
  const values = smoothed([...Array(200).fill(1), 2], 0.9) as number[];
  expect(values.at(-1)).toBeCloseTo(1.1);
});

test('gaps stay gaps, and no smoothing changes nothing', () => {
  expect(smoothed([1, null, 1], 0.5)).toEqual([1, null, 1]);
  expect(smoothed([1, 5, null], 0)).toEqual([1, 5, null]);
});
