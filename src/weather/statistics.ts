import { DatasetError } from '../errors';
import { type Channel, channelLayout } from './channels';
import { readLevels } from './coordinates';
import type { Dataset } from './dataset';
import { pauseForEvents } from './event_loop';
import { readAll } from './formats/array_store';
import { openNetcdf } from './formats/netcdf';
import type { NetcdfVariableSpec } from './formats/netcdf_writer';
import { writeNetcdf3 } from './formats/netcdf3_writer';
import { Moments } from './moments';
import type { Period } from './periods';
import type { Task } from './task';
import { FRAME_SECONDS } from './window_index';
import { WindowReader } from './windows';

/** Normalisation statistics per variable and level (hPa, or null for none) in physical units; spec 7. */
export interface Statistics {
  mean(variable: string, level: number | null): number | undefined;
  stddev(variable: string, level: number | null): number | undefined;
  /** Standard deviation of x(t + 6 h) − x(t). */
  diffsStddev(variable: string, level: number | null): number | undefined;
}

/** Names of the reference's statistics files (spec 10.2). */
export const STATISTICS_FILES = {
  mean: 'mean_by_level.nc',
  stddev: 'stddev_by_level.nc',
  diffsStddev: 'diffs_stddev_by_level.nc',
} as const;
type Measure = keyof typeof STATISTICS_FILES;

/** One measure of every variable: values[l] belongs to levels[l] (hPa); levels is null for a single value. */
type Table = Map<string, { levels: number[] | null; values: Float64Array }>;

/** Statistics held as one table per measure, as the reference's files hold them. */
export class TabulatedStatistics implements Statistics {
  readonly tables: Record<Measure, Table>;

  constructor(tables: Record<Measure, Table>) {
    this.tables = tables;
  }

  mean(variable: string, level: number | null): number | undefined {
    return this.lookUp('mean', variable, level);
  }

  stddev(variable: string, level: number | null): number | undefined {
    return this.lookUp('stddev', variable, level);
  }

  diffsStddev(variable: string, level: number | null): number | undefined {
    return this.lookUp('diffsStddev', variable, level);
  }

  private lookUp(measure: Measure, variable: string, level: number | null): number | undefined {
    const entry = this.tables[measure].get(variable);
    // A single value holds for every level, as in xarray's arithmetic.
    if (!entry?.levels) return entry?.values[0];
    return level === null ? undefined : entry.values[entry.levels.indexOf(level)];
  }
}

/**
 * Reads the reference's three statistics files, NetCDF-3 or -4, with any set of levels.
 *
 * @throws DatasetError when a file cannot be read or holds no statistics
 */
export async function readStatistics(files: Record<Measure, string | File>): Promise<TabulatedStatistics> {
  const [mean, stddev, diffsStddev] = await Promise.all(
    [files.mean, files.stddev, files.diffsStddev].map((file) => readTable(file)),
  );
  return new TabulatedStatistics({ mean, stddev, diffsStddev });
}

async function readTable(file: string | File): Promise<Table> {
  const store = await openNetcdf(file);
  try {
    const coordinate = store.variables.get('level');
    const levels = coordinate ? Array.from(await readLevels(store, coordinate)) : null;
    const table: Table = new Map();
    for (const variable of store.variables.values()) {
      const { name, dimensions } = variable;
      const onLevels = dimensions.length === 1 && dimensions[0] === 'level';
      if (name === 'level' || !(onLevels || dimensions.length === 0)) continue;
      if (onLevels && !levels) {
        throw new DatasetError(
          `${store.name}: '${name}' lies on levels, but there is no variable 'level' in hPa; add it.`,
        );
      }
      const values = Float64Array.from(Array.from(await readAll(store, variable), Number));
      table.set(name, { levels: onLevels ? levels : null, values });
    }
    if (table.size === 0) {
      throw new DatasetError(
        `${store.name}: there are no statistics in this file; expected one number per variable, or one per level.`,
      );
    }
    return table;
  } finally {
    store.close();
  }
}

export interface StatisticsOptions {
  /** Whose frames to take; all when left out. */
  period?: Period;
  /** Called after each frame. */
  onProgress?: (framesDone: number, framesTotal: number) => void;
  /** Ends the work early. */
  signal?: AbortSignal;
}

/**
 * Computes the statistics of everything a task uses, derived forcings and static fields included, in one pass:
 * mean and standard deviation over all frames and grid points (not weighted by area), and the standard deviation
 * of differences between frames 6 h apart. A variable without such a pair has no `diffsStddev`. The next frame is read
 * meanwhile, and a Worker goes on handling messages.
 *
 * @throws DatasetError when the dataset does not fit the task, cannot be read, holds a NaN or no frame of the period;
 *   the signal's reason when it is aborted
 */
export async function computeStatistics(
  dataset: Dataset,
  task: Task,
  { period, onProgress, signal }: StatisticsOptions = {},
): Promise<TabulatedStatistics> {
  const layout = channelLayout(task);
  const reader = new WindowReader(dataset, task, layout);
  const frames = reader.windows(period).requireFrames();
  const moving = [...layout.state, ...layout.forcings];
  const gridNodes = dataset.latitudes.length * dataset.longitudes.length;
  const fields = moving.map(() => new Moments());
  const differences = moving.map(() => new Moments());
  const difference = new Float64Array(gridNodes);
  const read = async (frame: number) => [
    ...planesOf(await reader.state(frame), gridNodes),
    ...planesOf(await reader.forcings(dataset.times[frame]), gridNodes),
  ];

  let before: { time: number; planes: Float32Array[] } | undefined;
  let next = read(frames[0]);
  for (const [done, frame] of frames.entries()) {
    const planes = await next;
    if (done + 1 < frames.length) {
      next = read(frames[done + 1]);
      next.catch(() => undefined); // seen when its turn comes
    }
    const time = dataset.times[frame];
    const earlier = time - FRAME_SECONDS === before?.time ? before.planes : undefined;
    for (const [c, plane] of planes.entries()) {
      await pauseForEvents();
      signal?.throwIfAborted();
      fields[c].add(plane);
      if (earlier) differences[c].add(subtract(plane, earlier[c], difference));
    }
    before = { time, planes };
    onProgress?.(done + 1, frames.length);
  }
  const statics = planesOf(await reader.statics(), gridNodes).map((plane) => {
    const moments = new Moments();
    moments.add(plane);
    return moments;
  });

  const channels = [...moving, ...layout.statics];
  const all = [...fields, ...statics];
  return new TabulatedStatistics({
    mean: tabulated(channels, (c) => all[c].mean),
    stddev: tabulated(channels, (c) => all[c].stddev),
    diffsStddev: tabulated(moving, (c) => differences[c].stddev),
  });
}

/** A function of its own, because loops in asynchronous ones are slow. */
function subtract(a: Float32Array, b: Float32Array, difference: Float64Array): Float64Array {
  for (let i = 0; i < a.length; i++) difference[i] = a[i] - b[i];
  return difference;
}

function planesOf(stack: Float32Array, gridNodes: number): Float32Array[] {
  return Array.from({ length: stack.length / gridNodes }, (_, c) =>
    stack.subarray(c * gridNodes, (c + 1) * gridNodes),
  );
}

/** Gathers the channels of a variable, which are neighbours, into one entry. */
function tabulated(channels: Channel[], value: (channel: number) => number | undefined): Table {
  const table: Table = new Map();
  channels.forEach(({ variable, level }, c) => {
    const measured = value(c);
    if (measured === undefined) return;
    const entry = table.get(variable);
    table.set(variable, {
      levels: level === null ? null : [...(entry?.levels ?? []), level],
      values: Float64Array.of(...(entry?.values ?? []), measured),
    });
  });
  return table;
}

/** The reference's three files, float64, by the names of `STATISTICS_FILES`; NetCDF-3, which is read at once. */
export function writeStatistics({ tables }: TabulatedStatistics): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [measure, name] of Object.entries(STATISTICS_FILES) as [Measure, string][]) {
    files.set(name, writeTable(tables[measure]));
  }
  return files;
}

/** On all levels of any variable; NaN, the fill value, where a variable has no value. */
function writeTable(table: Table): Uint8Array<ArrayBuffer> {
  const levels = [...new Set([...table.values()].flatMap((entry) => entry.levels ?? []))].sort(
    (a, b) => a - b,
  );
  const variables = [...table].map(
    ([name, entry]): NetcdfVariableSpec => ({
      name,
      dimensions: entry.levels ? ['level'] : [],
      data: entry.levels
        ? Float64Array.from(levels, (level) => entry.values[entry.levels!.indexOf(level)] ?? Number.NaN)
        : entry.values,
      attributes: { _FillValue: Float64Array.of(Number.NaN) },
    }),
  );
  if (levels.length === 0) return writeNetcdf3({ dimensions: {}, variables });
  const level = {
    name: 'level',
    dimensions: ['level'],
    data: Int32Array.from(levels),
    attributes: { units: 'hPa' },
  };
  return writeNetcdf3({ dimensions: { level: levels.length }, variables: [level, ...variables] });
}
