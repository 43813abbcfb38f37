import { expect, test } from 'vitest';
import { dividedDays } from './divided_days';

const noon = (day: number) => Date.UTC(2000, 0, day, 12) / 1000;

test('the last days are held out', () => {
  const times = Array.from({ length: 40 }, (_, i) => noon(1) + i * 21_600);
  expect(dividedDays(times, 20)).toEqual({
    train: ['2000-01-01', '2000-01-09'],
    validation: ['2000-01-10', '2000-01-11'],
  });
});

test('nothing is divided where a part would be empty', () => {
  expect(dividedDays([noon(1), noon(2)], 20)).toBeUndefined();
  expect(dividedDays([noon(1), noon(9)], 0)).toBeUndefined();
  expect(dividedDays([], 20)).toBeUndefined();
});
