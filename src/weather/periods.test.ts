import { describe, expect, test } from 'vitest';
import { ConfigError } from '../errors';
import { isWithin, type Period, parsePeriods, periodNamed } from './periods';

const utc = (iso: string) => Date.parse(iso) / 1000;
const train = (first: string, last: string) => periodNamed({ train: [first, last] }, 'train') as Period;

describe('a period is inclusive, to the end of what its last date names', () => {
  test.each([
    ['days', '2015-12-30', '2015-12-31', '2015-12-30T00:00Z', '2015-12-31T23:59Z'],
    ['years', '1979', '2015', '1979-01-01T00:00Z', '2015-12-31T18:00Z'],
    ['months, into a leap day', '2020-01', '2020-02', '2020-01-01T00:00Z', '2020-02-29T18:00Z'],
    ['a single time', '2020-01-01T06:00', '2020-01-01T06:00Z', '2020-01-01T06:00Z', '2020-01-01T06:00Z'],
    ['hours', '2020-01-01T06', '2020-01-01 07', '2020-01-01T06:00Z', '2020-01-01T07:59Z'],
    ['seconds', '2020-01-01T06:00:05', '2020-01-01T06:00:09', '2020-01-01T06:00:05Z', '2020-01-01T06:00:09Z'],
  ])('%s', (_, first, last, earliest, latest) => {
    const period = train(first, last);
    expect(isWithin(period, utc(earliest))).toBe(true);
    expect(isWithin(period, utc(earliest) - 1)).toBe(false);
    expect(isWithin(period, utc(latest))).toBe(true);
    expect(isWithin(period, utc(latest) + 86_400 * 366)).toBe(false);
  });

  test('and ends there', () => {
    const period = train('2020-01-01', '2020-01-31');
    expect(isWithin(period, utc('2020-01-31T23:59:59Z'))).toBe(true);
    expect(isWithin(period, utc('2020-02-01T00:00Z'))).toBe(false);
  });
});

test('without periods every time is in', () => {
  expect(periodNamed(undefined, 'train')).toBeUndefined();
  expect(isWithin(undefined, 0)).toBe(true);
});

test('neighbours that share no time are kept as they were written', () => {
  const periods = {
    train: ['1979', '2015'],
    validation: ['2016-01-01', '2016-12-31'],
    test: ['2017', '2018'],
  };
  expect(parsePeriods(periods, 'run.json: periods')).toEqual(periods);
});

test.each([
  ['no object', [], /run\.json: periods must be an object/],
  [
    'an unknown name',
    { training: ['1979', '2015'] },
    /unknown field 'training'; the periods are train, validation/,
  ],
  ['no pair', { train: ['1979'] }, /periods\.train is \["1979"\], expected the first and the last date/],
  ['no text', { train: [1979, 2015] }, /periods\.train is \[1979,2015\]/],
  ['no date', { train: ['1979', 'now'] }, /periods\.train has the date 'now', expected an ISO date/],
  ['a day that does not exist', { train: ['2020-02-30', '2021'] }, /has the date '2020-02-30'/],
  ['the end first', { train: ['2015', '1979'] }, /periods\.train ends before it begins \(2015 to 1979\)/],
  [
    'an overlap',
    { train: ['1979', '2015-12-31'], test: ['2015-12-31T18:00', '2017'] },
    /the train period 1979 to 2015-12-31 and the test period 2015-12-31T18:00 to 2017 overlap/,
  ],
  ['nothing to train on', { test: ['2017', '2018'] }, /periods has no 'train': say which dates/],
])('%s is refused', (_, json, message) => {
  expect(() => parsePeriods(json, 'run.json: periods')).toThrow(ConfigError);
  expect(() => parsePeriods(json, 'run.json: periods')).toThrow(message);
});
