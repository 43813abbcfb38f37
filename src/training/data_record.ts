import { ConfigError } from '../errors';
import { formatUtc } from '../weather/cf_time';
import { channelLayout } from '../weather/channels';
import { checksum, fingerprint } from '../weather/checksum';
import type { Dataset } from '../weather/dataset';
import { periodNamed } from '../weather/periods';
import { checkTaskFits } from '../weather/task_fit';
import { WindowIndex } from '../weather/window_index';
import type { RunConfig } from './run_config';

/**
 * What a run is trained on, so that it is not continued on something else: its order of windows, and so its result,
 * follow from the data. File names and formats are not part of it, nor is what lies outside the training period.
 */
export interface DataRecord {
  /** Of the training period. */
  frames: number;
  first: string;
  last: string;
  /** Latitudes and longitudes. */
  grid: [number, number];
  /** Of all of these, of the grid points, times, levels and units, and of the values of two fields. */
  fingerprint: string;
}

/**
 * Describes the data of a run. Reads one variable at the first and at the last frame.
 *
 * @throws DatasetError when the training period has no frame, lacks a variable of the task or cannot be read
 */
export async function recordData(
  dataset: Dataset,
  config: Pick<RunConfig, 'task' | 'periods'>,
): Promise<DataRecord> {
  const { latitudes, longitudes, times } = dataset;
  const frames = new WindowIndex(dataset, periodNamed(config.periods, 'train')).requireFrames();
  const [first, last] = [frames[0], frames[frames.length - 1]];
  const layout = channelLayout(config.task);
  checkTaskFits(dataset, layout);
  const { state, forcings, statics } = layout;
  const channels = [...state, ...forcings, ...statics].flatMap(({ variable, level }) => {
    const info = dataset.variables.get(variable);
    return info ? [[variable, level, info.units]] : []; // the others are derived
  });
  const sums: number[] = [];
  for (const frame of [first, last]) {
    const { variable, level } = state[0];
    const values = await dataset.read(variable, frame, level === null ? undefined : [level]);
    sums.push(checksum(new Uint32Array(values.buffer, values.byteOffset, values.length)));
  }
  const trained = frames.map((frame) => times[frame]);
  return {
    frames: frames.length,
    first: formatUtc(times[first]),
    last: formatUtc(times[last]),
    grid: [latitudes.length, longitudes.length],
    fingerprint: await fingerprint([[...latitudes], [...longitudes], trained, channels, sums]),
  };
}

/**
 * Checks that a run is continued on the data it was trained on.
 *
 * @param run its folder, for the message
 * @param name of the data at hand, for the message
 * @throws ConfigError when they differ
 */
export function requireSameData(recorded: DataRecord, found: DataRecord, run: string, name: string): void {
  if (recorded.fingerprint === found.fingerprint) return;
  const words = ({ frames, first, last, grid }: DataRecord) =>
    `${frames} frames from ${first} to ${last} on ${grid[0]} x ${grid[1]} points`;
  const but =
    words(recorded) === words(found)
      ? 'has as many with other variables, units or values'
      : `gives it ${words(found)}`;
  throw new ConfigError(
    `${run} was trained on ${words(recorded)}, but ${name} ${but}; continue it with the data it began with, or start a new run from its checkpoint with --checkpoint.`,
  );
}
