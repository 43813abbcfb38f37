import type { Timeline } from './timeline';

const HOUR = 3600;
const HOURS = 6;

/** What the Climate Data Store gives: metres of the hour before. */
export const HOURLY_PRECIPITATION = 'total_precipitation';
/** What GraphCast reads: metres of the 6 h before (spec 10.2). */
export const SIX_HOUR_PRECIPITATION = 'total_precipitation_6hr';

/**
 * Precipitation of the 6 h before a frame, the sum of the six hourly accumulations that end with it, computed when it
 * is read. It is there for every time at which all six are.
 *
 * @param hourly accumulations of the hour before each time, metres
 */
export function sixHourPrecipitation(hourly: Timeline): Timeline {
  const { times } = hourly;
  const isComplete = (time: number, i: number) => {
    for (let h = 1; h < HOURS; h++) if (times[i - h] !== time - h * HOUR) return false;
    return true;
  };
  return {
    info: {
      ...hourly.info,
      name: SIX_HOUR_PRECIPITATION,
      longName: 'Total precipitation of the preceding 6 hours, summed from hourly data',
    },
    times: times.filter(isComplete),
    async read(time, levels) {
      const sum = Float64Array.from(await hourly.read(time, levels));
      for (let h = 1; h < HOURS; h++) {
        const depth = await hourly.read(time - h * HOUR, levels);
        for (let i = 0; i < sum.length; i++) sum[i] += depth[i];
      }
      return Float32Array.from(sum);
    },
  };
}
