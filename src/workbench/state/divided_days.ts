/** The data's days divided into training, validation and test periods, and whether a division can be used. */
import { PERIOD_NAMES, type PeriodName, type Periods, periodNamed } from '../../weather/periods';
import { t } from '../words/words';

const DAY = 86_400;
/** Percent of the days that are held out unless the user says otherwise, or that a period takes when it is added. */
export const USUAL_SHARE = 20;

/** Days since 1970-01-01, both inclusive. */
interface Days {
  first: number;
  last: number;
}

/** What periods are called. */
export const PERIOD_WORDS: Record<PeriodName, string> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
};

/**
 * The first days for training, the last ones for validation, or half of these for validation and half for a test.
 *
 * @param times of the frames, ascending, seconds since 1970-01-01 UTC
 * @param share of the days that are held out, percent
 * @returns undefined when a period would have no day
 */
export function dividedDays(times: ArrayLike<number>, share: number, withTest = false): Periods | undefined {
  const data = daysOfData(times);
  if (!data) return undefined;
  const count = countOf(data);
  const held = Math.round((count * share) / 100);
  if (held <= 0 || held >= count) return undefined;
  const [train, rest] = split(data, count - held);
  const tested = withTest && held > 1;
  const [validation, test] = tested ? split(rest, Math.ceil(held / 2)) : [rest];
  return { train: range(train), validation: range(validation), ...(test && { test: range(test) }) };
}

/** Percent of the data's days that are not trained on. */
export function heldOutShare(times: ArrayLike<number>, periods: Periods | undefined): number {
  const data = daysOfData(times);
  const train = daysOf(periods, 'train');
  if (!data || !train) return 0;
  const trained = Math.min(train.last, data.last) - Math.max(train.first, data.first) + 1;
  return Math.round(100 * (1 - Math.max(0, trained) / countOf(data)));
}

/**
 * Gives a validation or a test days of its own: half of those for the other one, else the last ones for training.
 *
 * @returns the same periods where there are no days to give
 */
export function withPeriod(
  times: ArrayLike<number>,
  periods: Periods | undefined,
  name: 'validation' | 'test',
): Periods | undefined {
  const data = daysOfData(times);
  if (!data) return periods;
  const from = name === 'test' && periods?.validation ? 'validation' : 'train';
  const days = daysOf(periods, from) ?? data;
  const share = from === 'train' ? USUAL_SHARE / 100 : 0.5;
  const given = Math.max(1, Math.round(countOf(days) * share));
  if (given >= countOf(days)) return periods;
  const [kept, own] = split(days, countOf(days) - given);
  return ordered({ ...periods, [from]: range(kept), [name]: range(own) });
}

/** Takes a period away; its days go to the period that ends the day before it begins. */
export function withoutPeriod(periods: Periods, name: 'validation' | 'test'): Periods {
  const { [name]: _, ...others } = periods;
  const days = daysOf(periods, name);
  const before = PERIOD_NAMES.find((other) => days && daysOf(others, other)?.last === days.first - 1);
  if (!days || !before) return others;
  return { ...others, [before]: range({ ...daysOf(others, before)!, last: days.last }) };
}

/** Undefined, as an undivided run says it, where all days are for training. */
export function unlessWhole(times: ArrayLike<number>, periods: Periods | undefined): Periods | undefined {
  const data = daysOfData(times);
  const train = daysOf(periods, 'train');
  const isWhole = data && train && train.first === data.first && train.last === data.last;
  return isWhole && !periods?.validation && !periods?.test ? undefined : periods;
}

/** Why a division of the data cannot be used, in one sentence, and whose dates are to be changed. */
export interface PeriodProblem {
  words: string;
  names: PeriodName[];
}

/**
 * What is wrong with a division of the data; null when it can be used.
 *
 * @param periods every date an ISO date, or '' where none is given
 */
export function periodProblem(periods: Periods | undefined, times: ArrayLike<number>): PeriodProblem | null {
  const data = daysOfData(times);
  if (!periods || !data) return null;
  const known: { name: PeriodName; days: Days }[] = [];
  for (const name of PERIOD_NAMES) {
    if (!periods[name]) continue;
    const period = t(PERIOD_WORDS[name]);
    const days = daysOf(periods, name);
    if (!days) return { words: reversed(periods[name], period), names: [name] };
    const [first, last] = [days.first, days.last].map(dateOf);
    if (days.first < data.first) {
      const words = '{period} begins on {first}, before the data do: their first day is {day}.';
      return { words: t(words, { period, first, day: dateOf(data.first) }), names: [name] };
    }
    if (days.last > data.last) {
      const words = '{period} ends on {last}, after the data do: their last day is {day}.';
      return { words: t(words, { period, last, day: dateOf(data.last) }), names: [name] };
    }
    const other = known.find(({ days: theirs }) => days.first <= theirs.last && theirs.first <= days.last);
    if (other) {
      const words = t(
        '{period} and {other} share the days {first} to {last}: a day can serve one of them only.',
        {
          ...{ period: t(PERIOD_WORDS[other.name]), other: period },
          first: dateOf(Math.max(days.first, other.days.first)),
          last: dateOf(Math.min(days.last, other.days.last)),
        },
      );
      return { words, names: [other.name, name] };
    }
    known.push({ name, days });
  }
  return null;
}

function reversed([first, last]: [string, string], period: string): string {
  const isDate = (date: string) => daysOf({ train: [date, date] }, 'train') !== undefined;
  if (!isDate(first) || !isDate(last)) {
    return t('{period} needs a first and a last day, such as 2001-01-31.', { period });
  }
  return t('{period} ends on {last}, before it begins, on {first}.', { period, first, last });
}

/** First and last day of a period, '2001-01-31', as they are shown and typed; undefined where there is none. */
export function datesOf(periods: Periods | undefined, name: PeriodName): [string, string] | undefined {
  const days = daysOf(periods, name);
  // What is no period yet is shown as it was typed.
  return days ? range(days) : periods?.[name];
}

/** First and last day of the data; undefined without any. */
export function datesOfData(times: ArrayLike<number>): [string, string] | undefined {
  const days = daysOfData(times);
  return days && range(days);
}

/** Number of days of a period; 0 where it is none. */
export function dayCount(periods: Periods | undefined, name: PeriodName): number {
  const days = daysOf(periods, name);
  return days ? countOf(days) : 0;
}

/** Where a period lies in the data, as shares of their days from 0 to 1. */
export function placeInData(
  times: ArrayLike<number>,
  periods: Periods,
  name: PeriodName,
): { start: number; end: number } | undefined {
  const data = daysOfData(times);
  const days = daysOf(periods, name);
  if (!data || !days) return undefined;
  const share = (day: number) => Math.max(0, Math.min(1, (day - data.first) / countOf(data)));
  return { start: share(days.first), end: share(days.last + 1) };
}

function daysOfData(times: ArrayLike<number>): Days | undefined {
  if (times.length === 0) return undefined;
  return { first: Math.floor(times[0] / DAY), last: Math.floor(times[times.length - 1] / DAY) };
}

/** Undefined where dates are missing or wrong, or in the wrong order. */
function daysOf(periods: Periods | undefined, name: PeriodName): Days | undefined {
  try {
    const period = periodNamed(periods, name);
    return period && { first: Math.floor(period.from / DAY), last: Math.ceil(period.end / DAY) - 1 };
  } catch {
    return undefined;
  }
}

function countOf({ first, last }: Days): number {
  return last - first + 1;
}

/** The first `count` days, and the others. */
function split({ first, last }: Days, count: number): [Days, Days] {
  return [
    { first, last: first + count - 1 },
    { first: first + count, last },
  ];
}

function ordered(periods: Periods): Periods {
  return Object.fromEntries(PERIOD_NAMES.flatMap((name) => (periods[name] ? [[name, periods[name]]] : [])));
}

function range({ first, last }: Days): [string, string] {
  return [dateOf(first), dateOf(last)];
}

function dateOf(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}
