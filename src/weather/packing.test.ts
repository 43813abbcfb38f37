import { expect, test } from 'vitest';
import type { StoredVariable } from './array_store';
import { unpack } from './packing';

const variable = (attributes: StoredVariable['attributes']): StoredVariable => ({
  name: 'v',
  dimensions: ['x'],
  shape: [4],
  attributes,
});

test('packed integers are scaled and shifted, fill values become NaN', () => {
  const attributes = { scale_factor: 0.25, add_offset: 273, _FillValue: -32768, missing_value: 9999 };
  const values = unpack(Int16Array.of(0, -8, -32768, 9999), variable(attributes));
  expect(Array.from(values)).toEqual([273, 271, Number.NaN, Number.NaN]);
});

test('scaling is done in float64', () => {
  const [value] = unpack(Int32Array.of(1_234_567), variable({ scale_factor: 1e-3, add_offset: 100_000 }));
  expect(value).toBe(Math.fround(1_234_567 * 1e-3 + 100_000));
});

test('float fill values become NaN, a NaN fill value changes nothing', () => {
  const huge = Math.fround(9.96921e36);
  expect(Array.from(unpack(Float32Array.of(1, huge), variable({ _FillValue: huge })))).toEqual([
    1,
    Number.NaN,
  ]);
  const values = Float32Array.of(1, Number.NaN);
  expect(unpack(values, variable({ _FillValue: Number.NaN }))).toBe(values);
});

test('doubles and 64-bit integers become float32', () => {
  expect(Array.from(unpack(Float64Array.of(0.1, 2), variable({})))).toEqual([Math.fround(0.1), 2]);
  expect(Array.from(unpack(BigInt64Array.of(-7n, 12n), variable({ _FillValue: 12n })))).toEqual([
    -7,
    Number.NaN,
  ]);
});
