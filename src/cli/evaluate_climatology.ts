/** The climatology of an evaluation: read, or computed from the data that are scored or from others. */
import { ConfigError, DatasetError } from '../errors';
import { type Climatology, climatologyData, RunningClimatology } from '../forecast/climatology';
import { isClimatology, openClimatology, writeClimatology } from '../forecast/climatology_file';
import type { PlannedForecast } from '../forecast/evaluation';
import { channelLayout } from '../weather/channels';
import { type Dataset, openDataset } from '../weather/dataset';
import { openStore } from '../weather/formats/open_store';
import { isWithin, type Period } from '../weather/periods';
import type { Task } from '../weather/task';
import { FRAME_SECONDS } from '../weather/window_index';
import { WindowReader } from '../weather/windows';
import { statesOnly } from './evaluate_fields';
import { checkWritable, writeWhole } from './outputs';
import { Progress } from './progress';

/** Two years; more take so long that it is worth a word. */
const MANY_FRAMES = 2924;

/** What is scored. */
export interface ScoredData {
  dataset: Dataset;
  reader: WindowReader;
  task: Task;
  forecasts: PlannedForecast[];
}

export interface OpenClimatology {
  climatology: Climatology;
  close(): void;
}

/**
 * @param source a climatology, or data to compute one from; 'none' for none; the scored data when left out
 * @param period what to compute it from
 * @returns undefined for none
 * @throws DatasetError when the source cannot be read or does not fit the scored data
 * @throws ConfigError when a period is given for a climatology that is read
 */
export async function climatologyFor(
  source: string | undefined,
  period: Period | undefined,
  data: ScoredData,
): Promise<OpenClimatology | undefined> {
  const { dataset, reader, task } = data;
  if (source === 'none') return undefined;
  if (source === undefined)
    return { climatology: compute(dataset, reader, period, data), close: () => undefined };
  const layout = channelLayout(task);
  const store = await openStore(source);
  if (isClimatology(store)) {
    try {
      if (period)
        throw new ConfigError(
          `${source} is a climatology already; leave out --climatology-period, or give the data to compute it from.`,
        );
      return { climatology: await openClimatology(store, layout, dataset), close: () => store.close() };
    } catch (error) {
      store.close();
      throw error;
    }
  }
  store.close();
  const other = await openDataset(source);
  try {
    const same = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((x, i) => x === b[i]);
    if (!same(other.latitudes, dataset.latitudes) || !same(other.longitudes, dataset.longitudes)) {
      throw new DatasetError(
        `${source}: its grid (${other.latitudes.length} x ${other.longitudes.length}) is not that of ${dataset.name} (${dataset.latitudes.length} x ${dataset.longitudes.length}); compute the climatology from data on the same grid.`,
      );
    }
    const states = new WindowReader(other, statesOnly(task), layout);
    return { climatology: compute(other, states, period, data), close: () => other.close() };
  } catch (error) {
    other.close();
    throw error;
  }
}

function compute(
  source: Dataset,
  reader: WindowReader,
  period: Period | undefined,
  { forecasts, task }: ScoredData,
): RunningClimatology {
  const { times } = source;
  const frames = [...times.keys()].filter((frame) => isWithin(period, times[frame]));
  const used = new Set(frames.map((frame) => times[frame]));
  const isScored = forecasts.some(({ initialTime, steps }) =>
    Array.from({ length: steps }, (_, i) => initialTime + (i + 1) * FRAME_SECONDS).some((time) =>
      used.has(time),
    ),
  );
  const channels = channelLayout(task).state.length;
  const state = (frame: number) => reader.state(frame);
  const climatology = new RunningClimatology(climatologyData(source, state, channels, frames), isScored);
  if (frames.length > MANY_FRAMES)
    console.error(
      `The climatology is computed from ${frames.length} frames, each of which is read about three times; --climatology takes one from a file, --climatology-period fewer frames.`,
    );
  return climatology;
}

/**
 * Writes a climatology that was computed.
 * @throws ConfigError when it was read, or is too large for one file
 */
export async function saveClimatology(
  path: string,
  opened: OpenClimatology | undefined,
  data: ScoredData,
): Promise<void> {
  const climatology = opened?.climatology;
  if (!(climatology instanceof RunningClimatology)) {
    throw new ConfigError(
      `${climatology?.origin.name} is a climatology already; leave out --save-climatology, or give the data to compute it from.`,
    );
  }
  checkWritable(path, '--save-climatology');
  const { task, dataset } = data;
  const progress = new Progress(366, 'days of the climatology');
  const bytes = await writeClimatology(
    climatology,
    channelLayout(task),
    task.pressureLevels,
    dataset,
    (day) => progress.show(day),
  );
  await writeWhole(path, bytes, '--save-climatology');
}
