import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { decodeTimes, formatUtc, isReferenceTime } from './cf_time';

const decode = (values: ArrayLike<number | bigint>, units: string, calendar = 'proleptic_gregorian') =>
  Array.from(decodeTimes(values, units, calendar, "x.nc: 'datetime'"));
const seconds = (time: string) => Date.parse(`${time}Z`) / 1000;

describe('decodeTimes', () => {
  const cases: [string, ArrayLike<number | bigint>, string, string[]][] = [
    [
      'hours',
      Int32Array.of(0, 6),
      'hours since 2021-06-30 18:00:00',
      ['2021-06-30T18:00', '2021-07-01T00:00'],
    ],
    ['negative hours', BigInt64Array.of(-96408n), 'hours since 1970-01-01', ['1959-01-02T00:00']],
    [
      'days as doubles',
      Float64Array.of(0.25, 40_000),
      'days since 1900-01-01',
      ['1900-01-01T06:00', '2009-07-08T00:00'],
    ],
    [
      'nanoseconds',
      BigInt64Array.of(1640995200_000000000n),
      'nanoseconds since 1970-01-01',
      ['2022-01-01T00:00'],
    ],
    ['seconds with a zone', Int32Array.of(60), 'seconds since 2000-02-29T12:30:00Z', ['2000-02-29T12:31']],
    [
      'minutes, fractions',
      Int32Array.of(1),
      'minutes since 2000-01-01 00:00:30.0 UTC',
      ['2000-01-01T00:01:30'],
    ],
    ['an early year', Int32Array.of(0), 'days since 0050-01-01', ['0050-01-01T00:00']],
  ];
  test.each(cases)('%s', (_, values, units, expected) => {
    expect(decode(values, units)).toEqual(expected.map(seconds));
  });

  test('rounds what floating point adds', () => {
    expect(decode(Float64Array.of(1 / 3), 'days since 1970-01-01')).toEqual([28_800]);
  });

  test('the standard calendar is Gregorian after the reform', () => {
    expect(decode([24], 'hours since 1900-01-01', 'standard')).toEqual([seconds('1900-01-02T00:00')]);
    expect(() => decode([24], 'hours since 0001-01-01', 'standard')).toThrow(/'standard' calendar/);
  });

  test.each([
    ['units without a date', [0], 'hours', 'standard', /time units 'hours'/],
    ['unknown units', [0], 'fortnights since 1970-01-01', 'standard', /fortnights/],
    ['a model calendar', [0], 'days since 1970-01-01', 'noleap', /'noleap' calendar/],
    ['a missing double', [0, Number.NaN], 'days since 1970-01-01', 'standard', /frame 1 is missing/],
    [
      'a missing int64',
      BigInt64Array.of(-(2n ** 63n)),
      'days since 1970-01-01',
      'standard',
      /frame 0 is missing/,
    ],
  ] as const)('refuses %s', (_, values, units, calendar, message) => {
    const attempt = () => decode(values as ArrayLike<number | bigint>, units, calendar);
    expect(attempt).toThrow(DatasetError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(/^x\.nc: 'datetime': /);
  });
});

test('a duration is told from a point in time', () => {
  expect(isReferenceTime('hours since 1970-01-01')).toBe(true);
  expect(isReferenceTime('hours')).toBe(false);
});

test('formatUtc', () => {
  expect(formatUtc(seconds('1959-01-02T06:00'))).toBe('1959-01-02 06:00 UTC');
  expect(formatUtc(5)).toBe('1970-01-01 00:00:05 UTC');
});
