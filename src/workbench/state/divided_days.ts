import type { Periods } from '../../weather/periods';

const DAY = 86_400;

/**
 * The first days for training, the last ones for validation.
 *
 * @param times of the frames, ascending, seconds since 1970-01-01 UTC
 * @param share of the days that are held out, percent
 * @returns undefined when either would have no day
 */
export function dividedDays(times: ArrayLike<number>, share: number): Periods | undefined {
  if (times.length === 0) return undefined;
  const [first, last] = [times[0], times[times.length - 1]].map((time) => Math.floor(time / DAY));
  const days = last - first + 1;
  const held = Math.round((days * share) / 100);
  if (held === 0 || held === days) return undefined;
  const date = (day: number) => new Date(day * DAY * 1000).toISOString().slice(0, 10);
  return {
    train: [date(first), date(last - held)],
    validation: [date(last - held + 1), date(last)],
  };
}
