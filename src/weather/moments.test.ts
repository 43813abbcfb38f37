import { expect, test } from 'vitest';
import { Moments } from './moments';

test('equals a direct computation, however the values are cut into blocks', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1e6 + Math.sin(i * i));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const stddev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  for (const block of [1, 7, 333, 1000]) {
    const moments = new Moments();
    for (let at = 0; at < values.length; at += block) moments.add(values.subarray(at, at + block));
    expect(moments.mean).toBeCloseTo(mean, 8);
    expect(moments.stddev).toBeCloseTo(stddev, 10);
  }
});

test('a constant has no deviation, nothing has no moments', () => {
  const constant = new Moments();
  constant.add([0.1, 0.1, 0.1]);
  constant.add([0.1]);
  expect(constant.stddev).toBe(0);
  const empty = new Moments();
  empty.add([]);
  expect([empty.mean, empty.stddev]).toEqual([undefined, undefined]);
});
