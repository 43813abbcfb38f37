import { ConfigError } from '../errors';

export const PERIOD_NAMES = ['train', 'validation', 'test'] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/**
 * Which part of the data serves what: the first and the last year, month, day or time of each period, both inclusive,
 * as ISO 8601 in UTC: `["1979", "2015"]`, `["2016-01-01", "2017-12-31"]`, `["2018-01-01T06:00", "2018-01-09T18:00"]`.
 */
export type Periods = Partial<Record<PeriodName, [string, string]>>;

/** A stretch of time that windows may not leave. */
export interface Period {
  /** As in 'the train period 1979-01-01 to 2015-12-31', for messages. */
  name: string;
  /** Seconds since 1970-01-01 UTC, inclusive. */
  from: number;
  /** Seconds since 1970-01-01 UTC, exclusive: where the last day or minute that was named ends. */
  end: number;
}

/**
 * Reads periods from a configuration.
 *
 * @param place where they stand, for messages
 * @throws ConfigError when a name is unknown, a date is none, a period ends before it begins, two periods overlap, or
 *   the data are divided without saying which part is for training
 */
export function parsePeriods(json: unknown, place: string): Periods {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ConfigError(
      `${place} must be an object such as {"train": ["1979-01-01", "2015-12-31"]}; the periods are ${PERIOD_NAMES.join(', ')}.`,
    );
  }
  const unknown = Object.keys(json).find((name) => !PERIOD_NAMES.includes(name as PeriodName));
  if (unknown !== undefined) {
    throw new ConfigError(
      `${place} has an unknown field '${unknown}'; the periods are ${PERIOD_NAMES.join(', ')}.`,
    );
  }
  for (const [name, range] of Object.entries(json)) {
    if (!Array.isArray(range) || range.length !== 2 || range.some((date) => typeof date !== 'string')) {
      throw new ConfigError(
        `${place}.${name} is ${JSON.stringify(range)}, expected the first and the last date, such as ["1979-01-01", "2015-12-31"].`,
      );
    }
  }
  const periods = json as Periods;
  const given = PERIOD_NAMES.flatMap((name) => periodNamed(periods, name, place) ?? []);
  for (const [i, later] of given.entries()) {
    const other = given.slice(0, i).find(({ from, end }) => later.from < end && from < later.end);
    if (other) {
      throw new ConfigError(
        `${place}: ${other.name} and ${later.name} overlap; no time may belong to two periods.`,
      );
    }
  }
  if (given.length > 0 && !periods.train) {
    throw new ConfigError(
      `${place} has no 'train': say which dates are for training, or leave periods out to train on all of them.`,
    );
  }
  return periods;
}

/**
 * A period by name, or undefined when it is not given.
 * @throws ConfigError as {@link parsePeriods}
 */
export function periodNamed(
  periods: Periods | undefined,
  name: PeriodName,
  place = 'periods',
): Period | undefined {
  const range = periods?.[name];
  return range && periodBetween(range, `the ${name} period`, `${place}.${name}`);
}

/**
 * The time from the first date to the end of the last one.
 * @param name what it is called in messages, and `place` where the dates stand
 * @throws ConfigError when a date is none, or the period ends before it begins
 */
export function periodBetween(range: [string, string], name: string, place: string): Period {
  const [first, last] = range.map((date) => stretchOf(date, place));
  if (first.from >= last.end) {
    throw new ConfigError(
      `${place} ends before it begins (${range.join(' to ')}); give the first date, then the last.`,
    );
  }
  return { name: `${name} ${range.join(' to ')}`, from: first.from, end: last.end };
}

/** Whether a time (seconds since 1970-01-01 UTC) lies in a period; every time does in an absent one. */
export function isWithin(period: Period | undefined, time: number): boolean {
  return period === undefined || (time >= period.from && time < period.end);
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d))?)?(?:Z|\+00:?00)?)?)?)?$/;

/** Start and end (exclusive) of the year, month, day, hour, minute or second that a date names. */
function stretchOf(date: string, place: string): { from: number; end: number } {
  const given = DATE.exec(date)
    ?.slice(1)
    .filter((part) => part !== undefined)
    .map(Number);
  if (given) {
    const at = ([year, month = 1, day = 1, ...clock]: number[]) =>
      Date.UTC(year, month - 1, day, ...clock) / 1000;
    const from = at(given);
    // Date.UTC carries over what is too large: 30 February becomes 1 March, which is not what was written.
    const found = new Date(from * 1000).toISOString().split(/\D/).map(Number);
    if (given.every((part, i) => part === found[i])) {
      return { from, end: at(given.with(-1, given[given.length - 1] + 1)) };
    }
  }
  throw new ConfigError(
    `${place} has the date '${date}', expected an ISO date or time in UTC such as 2015-12-31 or 2015-12-31T18:00.`,
  );
}
