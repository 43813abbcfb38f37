import { describe, expect, test } from 'vitest';
import type { StoredVariable } from './formats/array_store';
import { unpack, unpackCoordinate } from './packing';

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

test.each([-999.9, 1e20])('a fill value %d written as a double is found among floats', (fill) => {
  for (const attributes of [{ missing_value: fill }, { _FillValue: fill }]) {
    expect(Array.from(unpack(Float32Array.of(fill, 2), variable(attributes)))).toEqual([Number.NaN, 2]);
  }
});

describe('the fill values of the NetCDF library', () => {
  const cases = [
    Int16Array.of(-32_767, 1),
    Uint16Array.of(65_535, 1),
    Int32Array.of(-2_147_483_647, 1),
    Uint32Array.of(4_294_967_295, 1),
    BigInt64Array.of(-9_223_372_036_854_775_806n, 1n),
    BigUint64Array.of(18_446_744_073_709_551_614n, 1n),
    Float32Array.of(9.969209968386869e36, 1),
    Float64Array.of(9.969209968386869e36, 1),
  ];
  test.each(cases.map((stored) => [stored.constructor.name, stored] as const))('%s', (_, stored) => {
    expect(Array.from(unpack(stored, variable({})))).toEqual([Number.NaN, 1]);
    expect(Array.from(unpack(stored, variable({ missing_value: 7 })))).toEqual([Number.NaN, 1]);
    expect(unpack(stored, variable({ _FillValue: 7 }))[0]).toBe(Math.fround(Number(stored[0])));
  });

  test('bytes have none', () => {
    expect(Array.from(unpack(Int8Array.of(-127), variable({})))).toEqual([-127]);
    expect(Array.from(unpack(Uint8Array.of(255), variable({})))).toEqual([255]);
  });
});

test('coordinates keep their precision', () => {
  const attributes = { scale_factor: 0.1, add_offset: -90 };
  expect(Array.from(unpackCoordinate(Int16Array.of(1, 900), variable(attributes)))).toEqual([
    1 * 0.1 - 90,
    0,
  ]);
  expect(unpackCoordinate(Int32Array.of(1_700_000_001), variable({}))[0]).toBe(1_700_000_001);
});
