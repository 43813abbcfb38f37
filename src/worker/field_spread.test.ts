import { expect, test } from 'vitest';
import { fieldSpread } from './field_spread';

test('outliers and missing values are left out, the first and the last frame are not', async () => {
  const read = async (frame: number) =>
    Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e9 : i === 1 ? Number.NaN : frame + i / 1000));
  const { low, high } = await fieldSpread(11, read);
  expect(low).toBeCloseTo(0.06, 1);
  expect(high).toBeCloseTo(10.94, 1);
});

test('a field without any finite value has no spread', async () => {
  expect(await fieldSpread(1, async () => new Float32Array(4).fill(Number.NaN))).toEqual({ low: 0, high: 0 });
});
