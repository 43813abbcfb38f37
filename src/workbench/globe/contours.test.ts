import { expect, test } from 'vitest';
import { loopsAbove, type Point } from './contours';

const xs = [0, 1, 2, 3, 4];
const ys = [0, 1, 2, 3];

/** Signed area: positive where the high ground is on the left. */
function area(loop: Point[]): number {
  return loop.reduce((sum, [x, y], i) => {
    const [x1, y1] = loop[(i + 1) % loop.length];
    return sum + (x * y1 - x1 * y) / 2;
  }, 0);
}

test('one high point is circled at the interpolated distance', () => {
  const values = new Float32Array(20);
  values[1 * 5 + 2] = 1;
  const [loop, ...others] = loopsAbove(values, xs, ys, 0.25);
  expect(others).toEqual([]);
  const points = loop.map(([x, y]) => `${x},${y}`).sort();
  expect(points).toEqual(['1.25,1', '2,0.25', '2,1.75', '2.75,1']);
  expect(Math.abs(area(loop))).toBeCloseTo(2 * 0.75 ** 2);
});

test('a hole runs the other way round than what it is in', () => {
  const values = new Float32Array(20).fill(1);
  values[1 * 5 + 2] = 0;
  const areas = loopsAbove(values, xs, ys, 0.5).map(area);
  expect(areas).toHaveLength(2);
  expect(Math.sign(areas[0])).toBe(-Math.sign(areas[1]));
  expect(Math.max(...areas.map(Math.abs))).toBeCloseTo(12);
});

test('nothing high gives no loop', () => {
  expect(loopsAbove(new Float32Array(20), xs, ys, 0.5)).toEqual([]);
});
