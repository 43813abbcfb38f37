/** What the files of a run hold, wherever they are kept: a folder on disk, the browser's own files, or an archive. */
import { CheckpointError } from '../errors';
import { type Checkpoint, checkpointOf, writeCheckpoint } from '../graphcast/checkpoint';
import { type NpyArray, readNpz, writeNpz } from '../graphcast/npz';
import { formatUtc } from '../weather/cf_time';
import type { Alarm } from './alarms';
import type { DataRecord } from './data_record';
import type { OptimizerState, UpdateMetrics } from './trainer';
import type { ValidationMetrics } from './validation';

/**
 * `config.json`, `data.json` (what it is trained on), `metrics.jsonl`, `alarms.jsonl` (where there were any),
 * `events.out.tfevents.graphcast` (for TensorBoard, where it is asked for),
 * `checkpoint.npz` (GraphCast's own format), `optimizer.npz`, and the folder `stats` of the three statistics files.
 */
export const RUN_FILES = {
  config: 'config.json',
  data: 'data.json',
  metrics: 'metrics.jsonl',
  alarms: 'alarms.jsonl',
  events: 'events.out.tfevents.graphcast',
  checkpoint: 'checkpoint.npz',
  optimizer: 'optimizer.npz',
  statistics: 'stats',
} as const;

/** A file on its way in: complete, but not yet the run's. */
export const incoming = (file: string) => `incoming-${file}`;

/** Checkpoints beside the run's own. */
export const BESIDE = ['average', 'best'] as const;
export type Beside = (typeof BESIDE)[number];

/** Name of a checkpoint beside the run's own: `checkpoint_average.npz`. */
export const fileBeside = (kind: Beside) => RUN_FILES.checkpoint.replace('.', `_${kind}.`);

/**
 * The average of a run whose save was cut off between its two checkpoints: it is not there, or of the save before.
 * @param found what lies in its place
 * @returns undefined where nothing is amiss
 */
export function missingAverage(
  { modelConfig, task, description, license }: Checkpoint,
  { average }: OptimizerState,
  found: Uint8Array | undefined,
): Checkpoint | undefined {
  if (!average) return undefined;
  const checkpoint = checkpointOf(modelConfig, task, average, { description, license });
  const wanted = writeCheckpoint(checkpoint);
  const isThere = found?.length === wanted.length && found.every((byte, i) => byte === wanted[i]);
  return isThere ? undefined : checkpoint;
}

/**
 * The line of metrics of an update. Losses by field and norms by module are there where the update has its `detail`;
 * they would make every line ten times as long.
 */
export function formatMetrics(m: UpdateMetrics): string {
  const { detail } = m;
  const modules = Object.entries(m.gradientNormByModule).map(([module, gradient]) => {
    const [parameters, update] = [detail?.parameterNormByModule[module], detail?.updateNormByModule[module]];
    return [module, { gradient, parameters, update }];
  });
  const line = {
    update: m.update,
    loss: m.loss,
    seconds: m.seconds,
    gradient_norm: m.gradientNorm,
    learning_rate: m.learningRate,
    ar_steps: m.arSteps,
    data_wait_seconds: m.dataWaitSeconds,
    samples_per_second: m.samplesPerSecond,
    useful_flops_per_second: m.usefulFlopsPerSecond,
    gpu_bytes: m.gpuBytes,
    loss_by_variable: m.lossByVariable,
    ...(detail && { loss_by_field: m.lossByField, norms_by_module: Object.fromEntries(modules) }),
  };
  return `${JSON.stringify(line)}\n`;
}

/** The line of metrics of a validation, one of its own. */
export function formatValidation(
  update: number,
  { loss, lossByVariable, leadHours, n, rmse, seconds }: ValidationMetrics,
): string {
  const validation = { loss, loss_by_variable: lossByVariable, lead_hours: leadHours, n, rmse, seconds };
  return `${JSON.stringify({ update, validation })}\n`;
}

/** The line of an alarm. */
export function formatAlarm({ initialTimes, ...alarm }: Alarm): string {
  const times = initialTimes && { initial_times: initialTimes.map(formatUtc) };
  return `${JSON.stringify({ ...alarm, ...times })}\n`;
}

/** The lines of metrics (or alarms) up to an update; a line that was cut off goes as well. */
export function metricsUntil(text: string, update: number): string {
  const kept = text.split('\n').filter((line) => updateOf(line) <= update);
  return kept.map((line) => `${line}\n`).join('');
}

/** The best loss of the validations in a file of metrics; infinite without one. */
export function leastValidationLoss(text: string): number {
  const lines = text.split('\n').filter((line) => line !== '');
  const losses = lines.flatMap((line) => JSON.parse(line).validation?.loss ?? []);
  return Math.min(Number.POSITIVE_INFINITY, ...losses);
}

/** The update that a line of metrics tells of; infinite for a line that is not whole. */
function updateOf(line: string): number {
  try {
    return JSON.parse(line).update ?? Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export function formatDataRecord(data: DataRecord): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

/**
 * @param run the run's name, for messages
 * @throws CheckpointError when the text is damaged
 */
export function parseDataRecord(text: string, run: string): DataRecord {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      `${run} has a damaged ${RUN_FILES.data}, which says what it was trained on; put it back as it was, or take it out to go on unchecked.`,
      { cause },
    );
  }
}

/** Arrays by parameter name that an optimiser's file holds; the average only where a run keeps one. */
const STATES = ['moment1', 'moment2', 'average'] as const;

/**
 * An optimiser's file, which names the checkpoint that it belongs to.
 * @param checkpointFile the bytes of that checkpoint
 */
export async function formatState(
  state: OptimizerState,
  checkpoint: Checkpoint,
  checkpointFile: Uint8Array,
): Promise<Uint8Array> {
  const entries = new Map<string, NpyArray>([
    ['checkpoint', { shape: [], data: [await fileFingerprint(checkpointFile)] }],
    ['update', { shape: [], data: BigInt64Array.of(BigInt(state.update)) }],
  ]);
  if (state.rateScale !== undefined) {
    entries.set('rate_scale', { shape: [], data: Float64Array.of(state.rateScale) });
  }
  for (const kind of STATES) {
    for (const [name, data] of state[kind] ?? []) {
      entries.set(`${kind}:${name}`, { shape: checkpoint.parameters.get(name)!.shape, data });
    }
  }
  return writeNpz(entries);
}

/** @throws CheckpointError when the file is damaged or is not of this checkpoint's network */
export function parseState(bytes: Uint8Array, path: string, checkpoint: Checkpoint): OptimizerState {
  const entries = readNpz(bytes, path);
  const update = Number(entries.get('update')?.data[0]);
  if (!Number.isSafeInteger(update)) {
    throw new CheckpointError(
      `${path} does not say after which update it was saved: it is damaged; start a new run from the checkpoint.`,
    );
  }
  const arrays = (kind: (typeof STATES)[number]) => {
    const found = new Map<string, Float32Array>();
    for (const [name, { data }] of checkpoint.parameters) {
      const array = entries.get(`${kind}:${name}`)?.data;
      if (!(array instanceof Float32Array) || array.length !== data.length) {
        throw new CheckpointError(
          `${path} has no ${kind} of ${name}: it is damaged; start a new run from the checkpoint.`,
        );
      }
      found.set(name, array);
    }
    return found;
  };
  const rateScale = entries.get('rate_scale')?.data[0];
  const averaged = [...entries.keys()].some((key) => key.startsWith('average:'));
  return {
    update,
    moment1: arrays('moment1'),
    moment2: arrays('moment2'),
    ...(averaged && { average: arrays('average') }),
    ...(rateScale !== undefined && { rateScale: Number(rateScale) }),
  };
}

/** Whether an optimiser's file belongs to a checkpoint's. @throws CheckpointError when it is damaged */
export async function belongsTo(
  optimizer: Uint8Array,
  path: string,
  checkpoint: Uint8Array,
): Promise<boolean> {
  const named = String(readNpz(optimizer, path).get('checkpoint')?.data[0]);
  return named === (await fileFingerprint(checkpoint));
}

/** SHA-256 in hexadecimal digits. */
async function fileFingerprint(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
