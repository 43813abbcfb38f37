import { expect, test } from 'vitest';
import { addPoint, curvesUntil, emptyCurves } from './curves';

test('a short run keeps every update', () => {
  let curves = emptyCurves();
  for (let update = 1; update <= 100; update++) curves = addPoint(curves, update, 1 / update, update);
  expect(curves.update).toHaveLength(100);
  expect(curves.loss[99]).toBeCloseTo(0.01, 10);
  expect(curvesUntil(curves, 40).gradientNorm.at(-1)).toBe(40);
});

test('a long run keeps the first update and evenly spaced ones, not more than a chart can show', () => {
  let curves = emptyCurves();
  for (let update = 1; update <= 50_000; update++) curves = addPoint(curves, update, update, update);
  expect(curves.update.length).toBeLessThanOrEqual(4000);
  expect(curves.update.length).toBeGreaterThan(1500);
  expect(curves.update[0]).toBe(1);
  const gaps = new Set(curves.update.slice(2).map((update, i) => update - curves.update[i + 1]));
  expect([...gaps]).toEqual([curves.stride]);
  expect(curves.loss).toEqual(curves.update);
});
