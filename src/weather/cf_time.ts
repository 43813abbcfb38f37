import { DatasetError } from '../errors';

/** Seconds per CF time unit, under every spelling in use. */
const SECONDS: Record<string, number> = {};
for (const [seconds, names] of [
  [86_400, 'days day d'],
  [3_600, 'hours hour hrs hr h'],
  [60, 'minutes minute mins min'],
  [1, 'seconds second secs sec s'],
  [1e-3, 'milliseconds millisecond msecs msec ms'],
  [1e-6, 'microseconds microsecond us'],
  [1e-9, 'nanoseconds nanosecond ns'],
] as const) {
  for (const name of names.split(' ')) SECONDS[name] = seconds;
}

const SINCE =
  /^\s*(\w+)\s+since\s+(-?\d+)-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?\s*(?:Z|UTC|[+-]00:?(?:00)?)?\s*$/i;

/** From here on the mixed Julian/Gregorian `standard` calendar and the proleptic Gregorian one are the same. */
const GREGORIAN_REFORM = Date.UTC(1582, 9, 15) / 1000;
const YEAR_0 = Date.parse('0000-01-01T00:00Z') / 1000;
const YEAR_10000 = Date.UTC(10_000, 0) / 1000;

/** Whether units are those of points in time ('hours since 1970-01-01') rather than of a duration ('hours'). */
export function isReferenceTime(units: string): boolean {
  return /\bsince\b/i.test(units);
}

/**
 * Decodes a CF time variable to seconds since 1970-01-01 UTC, whole milliseconds.
 *
 * @param units such as 'hours since 1970-01-01 00:00:00'
 * @param calendar CF calendar; only the real (Gregorian) ones can be decoded
 * @param where file and variable, for the message
 * @throws DatasetError when units or calendar cannot be understood, or a value is missing
 */
export function decodeTimes(
  values: ArrayLike<number | bigint>,
  units: string,
  calendar: string,
  where: string,
): Float64Array {
  const match = SINCE.exec(units);
  const factor = match ? SECONDS[match[1].toLowerCase()] : undefined;
  if (!match || factor === undefined) {
    throw new DatasetError(
      `${where}: the time units '${units}' are not understood; expected units such as 'hours since 1970-01-01' in UTC.`,
    );
  }
  const [, , year, month, day, hour = '0', minute = '0', second = '0'] = match;
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const reference = date.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const gregorian =
    calendar === 'proleptic_gregorian' ||
    ((calendar === 'standard' || calendar === 'gregorian') && reference >= GREGORIAN_REFORM);
  if (!gregorian) {
    throw new DatasetError(
      `${where}: times '${units}' in the '${calendar}' calendar cannot be turned into UTC; use the proleptic_gregorian calendar.`,
    );
  }
  return Float64Array.from({ length: values.length }, (_, i) => {
    const time = reference + Number(values[i]) * factor;
    // xarray writes a missing time as the most negative int64, which is far outside as well.
    if (!(time >= YEAR_0 && time < YEAR_10000)) {
      throw new DatasetError(
        `${where}: the time of frame ${i} is missing or not between the years 0 and 9999; every frame needs a time.`,
      );
    }
    return Math.round(time * 1000) / 1000;
  });
}

/** '2021-06-30 18:00 UTC' (seconds only when there are some). */
export function formatUtc(time: number): string {
  const iso = new Date(time * 1000).toISOString();
  const seconds = iso.slice(17, 19) === '00' ? '' : iso.slice(16, 19);
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}${seconds} UTC`;
}
