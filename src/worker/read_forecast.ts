/** A forecast that was saved to a file, read back beside the data that it starts from. */
import { DatasetError } from '../errors';
import type { Channel } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { FRAME_SECONDS } from '../weather/window_index';

export interface SavedForecast {
  /** Of the open data. */
  initialFrame: number;
  leadHours: number[];
  /** hPa */
  levels: number[];
  channels: Channel[];
  /** Per lead time [channels, grid nodes], physical units. */
  states: Float32Array[];
}

/**
 * Reads a file that `writeForecast` wrote: its first frame lies one step after the initial time.
 *
 * @param forecast the file, opened as a dataset
 * @param data what the forecast starts from
 * @throws DatasetError when the two do not belong together
 */
export async function readForecast(forecast: Dataset, data: Dataset): Promise<SavedForecast> {
  const same = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((x, i) => x === b[i]);
  if (!same(forecast.latitudes, data.latitudes) || !same(forecast.longitudes, data.longitudes)) {
    throw new DatasetError(
      `${forecast.name}: its grid (${forecast.latitudes.length} x ${forecast.longitudes.length}) is not that of ${data.name}; open the data that the forecast was made from.`,
    );
  }
  const initialTime = forecast.times[0] - FRAME_SECONDS;
  const initialFrame = data.times.indexOf(initialTime);
  if (initialFrame < 0) {
    throw new DatasetError(
      `${forecast.name} starts from ${new Date(initialTime * 1000).toISOString().slice(0, 16)}Z, which ${data.name} does not hold; open the data that the forecast was made from.`,
    );
  }
  const changing = [...forecast.variables.values()].filter(({ hasTime }) => hasTime);
  const channels = changing.flatMap(({ name, hasLevel }) =>
    (hasLevel ? forecast.levels : [null]).map((level) => ({ variable: name, level })),
  );
  const nodes = data.latitudes.length * data.longitudes.length;
  const states: Float32Array[] = [];
  for (const frame of forecast.times.keys()) {
    const state = new Float32Array(channels.length * nodes);
    for (const [c, { variable, level }] of channels.entries()) {
      state.set(await forecast.read(variable, frame, level === null ? undefined : [level]), c * nodes);
    }
    states.push(state);
  }
  const leadHours = Array.from(forecast.times, (time) => (time - initialTime) / 3600);
  return { initialFrame, leadHours, levels: forecast.levels, channels, states };
}
