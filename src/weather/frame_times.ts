import { DatasetError } from '../errors';
import { decodeTimes, formatUtc, isReferenceTime } from './cf_time';
import { readCoordinate } from './coordinates';
import { type ArrayStore, type StoredVariable, textAttribute } from './formats/array_store';

/** Frames in time, and for each where it stands in the file. */
export interface TimeAxis {
  /** Seconds since 1970-01-01 UTC, strictly ascending. */
  times: Float64Array;
  /** order[i]: index in the file of times[i]. */
  order: Int32Array;
}

/** Where a file may tell the time in UTC: GraphCast's examples, the Climate Data Store, everyone else. */
const CLOCKS = ['datetime', 'valid_time', 'time'];

/** The variable that gives the times of `frames` frames in UTC, whatever dimensions of size 1 it has. */
export function clockOf(store: ArrayStore, frames: number): StoredVariable | undefined {
  return CLOCKS.map((name) => store.variables.get(name)).find(
    (variable) =>
      variable &&
      isReferenceTime(textAttribute(variable, 'units')) &&
      variable.shape.reduce((product, size) => product * size, 1) === frames,
  );
}

/**
 * Times of the frames of a file, sorted.
 *
 * @param frames how many there must be
 * @throws DatasetError when there are none, they are not given in UTC, or one occurs twice
 */
export async function readTimes(store: ArrayStore, frames: number): Promise<TimeAxis> {
  const { name } = store;
  if (frames === 0) {
    throw new DatasetError(
      `${name}: the time dimension is empty; open a file with at least one frame (writing it may have been cut off).`,
    );
  }
  const clock = clockOf(store, frames);
  if (!clock) {
    throw new DatasetError(
      `${name}: the times cannot be placed in UTC; give 'datetime(batch, time)' or 'time' with units such as 'hours since 1970-01-01'.`,
    );
  }
  const calendar = textAttribute(clock, 'calendar') || 'standard';
  const stored = await readCoordinate(store, clock);
  const given = decodeTimes(stored, textAttribute(clock, 'units'), calendar, `${name}: '${clock.name}'`);
  const order = Int32Array.from(given.keys()).sort((a, b) => given[a] - given[b] || a - b);
  const times = Float64Array.from(order, (frame) => given[frame]);
  const repeated = times.findIndex((time, i) => time === times[i - 1]);
  if (repeated > 0) {
    throw new DatasetError(
      `${name}: the time ${formatUtc(times[repeated])} occurs twice, in frames ${order[repeated - 1]} and ${order[repeated]}; remove one of them.`,
    );
  }
  return { times, order };
}
