import { expect, test } from 'vitest';
import { type Periods, parsePeriods } from '../../weather/periods';
import {
  datesOf,
  dividedDays,
  heldOutShare,
  periodProblem,
  placeInData,
  unlessWhole,
  withoutPeriod,
  withPeriod,
} from './divided_days';

const noon = (day: number) => Date.UTC(2000, 0, day, 12) / 1000;
/** Every 6 h of the eleven days from 1 to 11 January 2000. */
const times = Array.from({ length: 41 }, (_, i) => noon(1) + i * 21_600);

test('the last days are held out', () => {
  expect(dividedDays(times, 20)).toEqual({
    train: ['2000-01-01', '2000-01-09'],
    validation: ['2000-01-10', '2000-01-11'],
  });
  expect(dividedDays(times, 50, true)).toEqual({
    train: ['2000-01-01', '2000-01-05'],
    validation: ['2000-01-06', '2000-01-08'],
    test: ['2000-01-09', '2000-01-11'],
  });
});

test('nothing is divided where a part would be empty', () => {
  expect(dividedDays([noon(1), noon(2)], 20)).toBeUndefined();
  expect(dividedDays([noon(1), noon(9)], 0)).toBeUndefined();
  expect(dividedDays([], 20)).toBeUndefined();
  expect(dividedDays(times, 9, true)?.test).toBeUndefined();
});

test('the share that is held out follows from the periods, for every share that can be held out', () => {
  expect(heldOutShare(times, undefined)).toBe(0);
  expect(heldOutShare(times, { train: ['1990', '2000-01-05'], test: ['2000-01-08', '2000-01-11'] })).toBe(55);
  expect(heldOutShare(times, { train: ['2001', '2002'] })).toBe(100);
  const year = Array.from({ length: 4 * 366 }, (_, i) => noon(1) + i * 21_600);
  for (let share = 1; share <= 90; share++) {
    for (const withTest of [false, true]) {
      const periods = dividedDays(year, share, withTest)!;
      expect(heldOutShare(year, periods)).toBe(share);
      expect(periodProblem(periods, year)).toBeNull();
      expect(() => parsePeriods(periods, 'periods')).not.toThrow();
    }
  }
});

test('a test takes half of the validation, and gives it back', () => {
  const divided = dividedDays(times, 36)!;
  const tested = withPeriod(times, divided, 'test')!;
  expect(tested).toEqual({
    train: ['2000-01-01', '2000-01-07'],
    validation: ['2000-01-08', '2000-01-09'],
    test: ['2000-01-10', '2000-01-11'],
  });
  expect(withoutPeriod(tested, 'test')).toEqual(divided);
  expect(withoutPeriod(tested, 'validation')).toEqual({
    train: ['2000-01-01', '2000-01-09'],
    test: ['2000-01-10', '2000-01-11'],
  });
});

test('a period that is added to undivided days takes the last ones, and without it they are whole again', () => {
  const validated = withPeriod(times, undefined, 'validation')!;
  expect(validated).toEqual(dividedDays(times, 20));
  expect(unlessWhole(times, validated)).toBe(validated);
  expect(unlessWhole(times, withoutPeriod(validated, 'validation'))).toBeUndefined();
  const oneDay: Periods = { train: ['2000-01-01', '2000-01-01'] };
  expect(withPeriod(times, oneDay, 'test')).toBe(oneDay);
});

test('days that no other period ends before are given to none', () => {
  const apart: Periods = { train: ['2000-01-01', '2000-01-04'], test: ['2000-01-08', '2000-01-09'] };
  expect(withoutPeriod(apart, 'test')).toEqual({ train: ['2000-01-01', '2000-01-04'] });
});

test.each<[Periods, RegExp]>([
  [{ train: ['1999-12-31', '2000-01-05'] }, /^Training begins on 1999-12-31.* 2000-01-01\.$/],
  [
    { train: ['2000-01-01', '2000-01-05'], test: ['2000-01-06', '2000-01-12'] },
    /^Test ends on 2000-01-12.* 2000-01-11\.$/,
  ],
  [
    { train: ['2000-01-01', '2000-01-06'], validation: ['2000-01-05', '2000-01-11'] },
    /^Training and Validation share the days 2000-01-05 to 2000-01-06/,
  ],
  [
    { train: ['2000-01-05', '2000-01-04'] },
    /^Training ends on 2000-01-04, before it begins, on 2000-01-05\.$/,
  ],
  [{ train: ['2000-01-05', ''] }, /^Training needs a first and a last day/],
  [{ train: ['2000-02-30', '2000-03-01'] }, /^Training needs a first and a last day/],
])('what cannot be used is said in one sentence: %o', (periods, words) => {
  expect(periodProblem(periods, times)?.words).toMatch(words);
});

test('periods of years, months and hours are shown and placed by their days', () => {
  const years: Periods = { train: ['2000', '2000'], test: ['2001-02-28T06:00', '2001-03'] };
  expect(datesOf(years, 'train')).toEqual(['2000-01-01', '2000-12-31']);
  expect(datesOf(years, 'test')).toEqual(['2001-02-28', '2001-03-31']);
  expect(datesOf(years, 'validation')).toBeUndefined();
  expect(placeInData(times, { train: ['2000-01-01', '2000-01-11'] }, 'train')).toEqual({ start: 0, end: 1 });
});
