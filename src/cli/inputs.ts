import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckpointError, DatasetError } from '../errors';
import { type Checkpoint, readCheckpoint } from '../graphcast/checkpoint';
import { latitudeWeights } from '../training/loss_weights';
import { channelLayout, channelsInWords } from '../weather/channels';
import { type Dataset, openDataset } from '../weather/dataset';
import { completeStatistics } from '../weather/missing_statistics';
import { normalisation } from '../weather/normalisation';
import type { Period } from '../weather/periods';
import {
  computeStatistics,
  readStatistics,
  STATISTICS_FILES,
  type TabulatedStatistics,
} from '../weather/statistics';
import type { Task } from '../weather/task';
import { WindowIndex } from '../weather/window_index';
import { dawn } from '../webgpu/dawn';
import { type Gpu, openDevice } from '../webgpu/device';
import { ELEMENT_TYPES, type ElementType } from '../webgpu/tensor';
import { type ParsedOptions, UsageError } from './options';
import { Progress } from './progress';

/** Option of commands that build a model. */
export const MEMORY_OPTION = {
  value: '8GB',
  help: 'GPU memory to use at most; decides what is computed twice rather than kept',
  default: "half of the machine's where the CPU plays the GPU, else what 2 GiB for a step need",
} as const;

/** Option of commands that build a model. */
export const ACTIVATIONS_OPTION = {
  value: 'TYPE',
  help: 'how activations are stored: float32, or bfloat16 in about half the memory',
  default: 'float32',
} as const;

/**
 * The element type of {@link ACTIVATIONS_OPTION}; undefined when it was not given.
 * @throws UsageError on anything else
 */
export function parseActivations(text: string | undefined): ElementType | undefined {
  const found = ELEMENT_TYPES.find((type) => type === text);
  if (text !== undefined && !found) {
    throw new UsageError(`--activations is '${text}', expected one of ${ELEMENT_TYPES.join(', ')}.`);
  }
  return found;
}

/**
 * Bytes from `8GB`, `8GiB` or `500MB`.
 * @param option it was given to, for the message
 * @throws UsageError on anything else
 */
export function parseSize(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([MG]i?B)$/i.exec(text) ?? [];
  const bytes = { mb: 1e6, gb: 1e9, mib: 2 ** 20, gib: 2 ** 30 }[unit?.toLowerCase()];
  if (bytes === undefined)
    throw new UsageError(`--${option} is '${text}', expected a size such as 8GB or 500MB.`);
  return Number(number) * bytes;
}

/** The budget that was given, else half of the machine's memory where the CPU plays the GPU. */
export function memoryBudget(gpu: Gpu, given: string | undefined): number | undefined {
  if (given !== undefined) return parseSize('memory', given);
  return gpu.adapter.isSoftware ? totalmem() / 2 : undefined;
}

/** Options of commands that read weather data; see `openData`. */
export const DATA_OPTIONS = {
  data: {
    value: 'D.nc',
    help: 'data: a file, a folder of files, or several with commas between or an own --data each',
    required: true,
    several: true,
  },
  statics: {
    value: 'F.nc',
    help: 'file with the static fields, also of another time or a finer grid',
    default: "the data's own",
  },
  resolution: { value: 'DEG', help: 'keep every k-th grid point of finer data', default: "the data's own" },
} as const;

/** Paths and addresses of `--data`. */
export function dataPaths(options: ParsedOptions): string[] {
  const split = (text: string) => (existsSync(text) ? [text] : text.split(','));
  return options.texts('data').flatMap(split).filter(Boolean);
}

/**
 * What `openDataset` takes, from the options of a command.
 * @throws UsageError when the resolution is no positive number
 */
export function openArguments(options: ParsedOptions): Parameters<typeof openDataset> {
  const given = options.text('resolution');
  const resolution = given === undefined ? undefined : Number(given);
  if (resolution !== undefined && !(resolution > 0 && resolution < 180)) {
    throw new UsageError(`--resolution is '${given}', expected degrees such as 1 or 0.25.`);
  }
  const paths = dataPaths(options);
  return [paths.length === 1 ? paths[0] : paths, { resolution, statics: options.text('statics') }];
}

/**
 * Opens the data that a command names with `DATA_OPTIONS`.
 * @throws DatasetError, UsageError
 */
export function openData(options: ParsedOptions): Promise<Dataset> {
  return openDataset(...openArguments(options));
}

/** Opens the device and says which on stderr. */
export async function openGpu(): Promise<Gpu> {
  const gpu = await openDevice(await dawn());
  console.error(`GPU: ${adapterName(gpu)}`);
  return gpu;
}

export function adapterName({ adapter }: Gpu): string {
  return adapter.description || adapter.architecture || adapter.vendor;
}

/** @throws CheckpointError when the file cannot be read */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new CheckpointError(
      `${path} cannot be read: ${reason(cause)}; give the path of a .npz checkpoint.`,
      { cause },
    );
  }
  return readCheckpoint(bytes, path);
}

/**
 * Statistics from a folder: the one named, else `stats` beside the data, else computed from the data.
 * @param period whose frames they are computed from; all when left out
 * @param fill whether to compute what a folder's files lack too; else the network goes without
 * @throws DatasetError when a named folder is missing or lacks one of the three files
 */
export async function loadStatistics(
  folder: string | undefined,
  dataPath: string,
  dataset: Dataset,
  task: Task,
  period?: Period,
  fill = false,
): Promise<{ statistics: TabulatedStatistics; source: string }> {
  // Data may be a folder of files, with the statistics among them.
  const beside = [join(dataPath, 'stats'), join(dirname(dataPath), 'stats')];
  const isComplete = (path: string) =>
    Object.values(STATISTICS_FILES).every((f) => existsSync(join(path, f)));
  const chosen = folder ?? beside.find(isComplete);
  if (chosen === undefined) {
    const progress = new Progress(new WindowIndex(dataset, period).frames().length, 'frames');
    const from = period ? `${period.name} of ${dataset.name}` : dataset.name;
    console.error(`No statistics folder: computing statistics from ${from}.`);
    const onProgress = (done: number) => progress.show(done);
    const statistics = await computeStatistics(dataset, task, { period, onProgress });
    warnOfMissing(task, statistics, dataset.name);
    return { statistics, source: `computed from ${period?.name ?? 'the data'}` };
  }
  const files = Object.values(STATISTICS_FILES).join(', ');
  requireStatistics(chosen, `give a folder with ${files}, or leave --stats out to compute them`);
  const { mean, stddev, diffsStddev } = STATISTICS_FILES;
  const read = await readStatistics({
    mean: join(chosen, mean),
    stddev: join(chosen, stddev),
    diffsStddev: join(chosen, diffsStddev),
  });
  const { statistics, computed } = fill
    ? await completeStatistics(read, dataset, task, { period })
    : { statistics: read, computed: [] };
  if (computed.length > 0) {
    const from = period?.name ?? 'the data';
    console.error(`Not in ${chosen}, computed from ${from}: ${channelsInWords(computed)}`);
  }
  warnOfMissing(task, statistics, chosen);
  return { statistics, source: chosen };
}

/**
 * Checks that a folder holds the three statistics files.
 * @param remedy what to do where it does not: the end of a sentence
 * @throws DatasetError naming the folder, or the file that it lacks
 */
export function requireStatistics(folder: string, remedy: string): void {
  if (!existsSync(folder)) throw new DatasetError(`There is no folder ${folder}: ${remedy}.`);
  const missing = Object.values(STATISTICS_FILES).find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) throw new DatasetError(`${folder} has no ${missing}: ${remedy}.`);
}

/** Like the reference, goes on without a statistic; but not silently. */
function warnOfMissing(task: Task, statistics: TabulatedStatistics, source: string): void {
  const { missing } = normalisation(channelLayout(task), statistics);
  if (missing.length === 0) return;
  const shown = missing.slice(0, 4).join(', ');
  const more = missing.length > 4 ? ` and ${missing.length - 4} more` : '';
  console.error(`Warning: ${source} gives no usable ${shown}${more}: mean 0 and scale 1 are used instead.`);
}

/**
 * Checks, before the work begins, that the loss's area weights exist for the grid.
 * @throws DatasetError when the latitudes are not uniform
 */
export function requireUniformGrid({ name, latitudes }: Dataset): void {
  try {
    latitudeWeights(latitudes);
  } catch (cause) {
    if (!(cause instanceof DatasetError)) throw cause;
    throw new DatasetError(`${name}: ${cause.message.replace(/^The/, 'the')}`, { cause });
  }
}

/** Why the system refused, in its own words. */
export function reason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission is denied';
  if (code === 'EISDIR') return 'it is a folder';
  return cause instanceof Error ? cause.message : String(cause);
}

/** 2024-06-03T06:00Z */
export function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`;
}
