import { expect, test } from 'vitest';
import { decadeTicks, rooflineScale } from './roofline_scale';

const limits = { flopsPerSecond: 50e9, bytesPerSecond: 5e9 };

test('axes are whole decades that hold the kernels and the ridge', () => {
  const { intensities, rates, x, y } = rooflineScale(
    [
      { intensity: 150, flopsPerSecond: 30e9 },
      { intensity: 0.25, flopsPerSecond: 0.5e9 },
    ],
    limits,
  );
  expect(intensities).toEqual([0.1, 1000]);
  expect(rates).toEqual([1e8, 1e11]);
  expect(x(0.1)).toBe(0);
  expect(x(1000)).toBeCloseTo(1);
  expect(x(10)).toBeCloseTo(0.5);
  expect(y(50e9)).toBeCloseTo(Math.log10(500) / 3);
});

test('without a kernel there are axes around the ridge all the same', () => {
  const { intensities, rates } = rooflineScale([], limits);
  expect(intensities).toEqual([10, 1000]);
  expect(rates).toEqual([1e10, 1e12]);
});

test('ticks are the powers of ten', () => {
  const ticks = decadeTicks([0.1, 1000]);
  expect(ticks).toHaveLength(5);
  for (const [i, tick] of ticks.entries()) expect(tick).toBeCloseTo(10 ** (i - 1));
});
