import { expect, test } from 'vitest';
import { legendTicks, niceRange, niceStep, ticks } from './colour_range';

test('steps are round', () => {
  expect([niceStep(100, 10), niceStep(120, 5), niceStep(0.9, 4), niceStep(0, 4)]).toEqual([10, 25, 0.25, 1]);
});

test('a spread becomes a range with round ends that holds it', () => {
  const range = niceRange(497.3, 588.1, 'spread');
  expect(range).toEqual({ low: 490, high: 590 });
});

test('a symmetric range has equal ends about zero', () => {
  expect(niceRange(-31, 44, 'symmetric')).toEqual({ low: -50, high: 50 });
  expect(niceRange(0, 0, 'symmetric')).toEqual({ low: -1, high: 1 });
});

test('humidity starts at zero, a field with real negatives does not', () => {
  expect(niceRange(0.1, 17.2, 'from zero').low).toBe(0);
  expect(niceRange(-20, 40, 'from zero').low).toBeLessThanOrEqual(-20);
});

test('a constant field gets a range of its own', () => {
  const { low, high } = niceRange(273, 273, 'spread');
  expect(low).toBeLessThan(273);
  expect(high).toBeGreaterThan(273);
});

test('ticks are round, inside, and zero is zero', () => {
  expect(ticks({ low: -3, high: 3 }, 5)).toEqual([-2, 0, 2]);
  expect(ticks({ low: 490, high: 590 }, 5)).toEqual([500, 520, 540, 560, 580]);
  expect(Object.is(ticks({ low: -0.3, high: 0.3 }, 6)[3], 0)).toBe(true);
});

test('a legend writes out ends that are not round, and nothing that would touch them', () => {
  expect(legendTicks({ low: -20, high: 20 }, 4)).toEqual({ values: [-20, -10, 0, 10, 20], step: 10 });
  expect(legendTicks({ low: 449.3, high: 586.1 }, 5).values).toEqual([449.3, 500, 550, 586.1]);
});
