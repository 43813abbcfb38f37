/**
 * A run's folder on disk. Node only; in the browser a run is exported as files.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, appendFile, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CheckpointError, ConfigError } from '../errors';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../graphcast/checkpoint';
import { type NpyArray, readNpz, writeNpz } from '../graphcast/npz';
import type { DataRecord } from './data_record';
import { formatRunConfig, type PartialRunConfig, parseRunConfig, type RunConfig } from './run_config';
import type { OptimizerState, UpdateMetrics } from './trainer';
import type { ValidationMetrics } from './validation';

const CONFIG = 'config.json';
const DATA = 'data.json';
const METRICS = 'metrics.jsonl';
const CHECKPOINT = 'checkpoint.npz';
const OPTIMIZER = 'optimizer.npz';
/** Files on their way in: complete, but not yet the run's. */
const incoming = (file: string) => `incoming-${file}`;

/**
 * `config.json`, `data.json` (what it is trained on), `metrics.jsonl`, `checkpoint.npz` (GraphCast's own format), `optimizer.npz`, `stats/`.
 *
 * A checkpoint is two files, the optimiser's naming the other by its fingerprint. Both are written beside and synced;
 * renaming the checkpoint commits them, renaming the optimiser's file follows. Whoever opens the folder after a crash
 * in between finishes the second rename.
 */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Checks, before the work begins, that a new run can be written to a folder.
   * @throws ConfigError when a run is there already, or when the folder cannot be made or written to
   */
  static async checkFree(path: string): Promise<void> {
    if (await exists(join(path, CHECKPOINT))) {
      throw new ConfigError(
        `${path} already holds a run: continue it with --resume ${path}, or choose another --out.`,
      );
    }
    let nearest = resolve(path);
    while (!(await exists(nearest))) nearest = dirname(nearest);
    if (!(await stat(nearest)).isDirectory()) throw unwritable(path, `${nearest} is a file`);
    await access(nearest, constants.W_OK).catch((cause) => {
      throw unwritable(path, `${nearest} is closed to you`, cause);
    });
  }

  /**
   * Makes a new folder.
   * @throws ConfigError when a run is there already, or when the folder cannot be made
   */
  static async create(
    path: string,
    config: RunConfig,
    statistics: Map<string, Uint8Array>,
    data: DataRecord,
  ): Promise<RunFolder> {
    await RunFolder.checkFree(path);
    await mkdir(join(path, 'stats'), { recursive: true }).catch((cause: Error) => {
      throw unwritable(path, cause.message, cause);
    });
    const folder = new RunFolder(path);
    await writeSynced(join(path, CONFIG), formatRunConfig(config));
    await writeSynced(join(path, DATA), `${JSON.stringify(data, null, 2)}\n`);
    await writeSynced(join(path, METRICS), '');
    for (const [name, bytes] of statistics) await writeSynced(join(path, 'stats', name), bytes);
    return folder;
  }

  /**
   * Opens a run to continue it: its last whole checkpoint, metrics cut back to it.
   * @throws ConfigError, CheckpointError when the folder is no run or is damaged
   */
  static async resume(
    path: string,
  ): Promise<{ folder: RunFolder; config: PartialRunConfig; checkpoint: Checkpoint; state: OptimizerState }> {
    const folder = new RunFolder(path);
    if (!(await exists(join(path, CONFIG)))) {
      throw new ConfigError(
        `${path} holds no run: it has no ${CONFIG}; give the folder that a run was written to.`,
      );
    }
    const config = parseRunConfig(await readFile(join(path, CONFIG), 'utf8'), join(path, CONFIG));
    const bytes = await folder.readRequired(CHECKPOINT);
    const checkpoint = readCheckpoint(bytes, join(path, CHECKPOINT));
    const state = parseState(await folder.matchingOptimizer(bytes), join(path, OPTIMIZER), checkpoint);
    await folder.cutMetrics(state.update);
    return { folder, config, checkpoint, state };
  }

  /** Folder of the three statistics files. */
  get statistics(): string {
    return join(this.path, 'stats');
  }

  /**
   * What the run is trained on; undefined for a run of a version that did not write it down.
   * @throws CheckpointError when the file is damaged
   */
  async readData(): Promise<DataRecord | undefined> {
    if (!(await exists(join(this.path, DATA)))) return undefined;
    try {
      return JSON.parse(await readFile(join(this.path, DATA), 'utf8'));
    } catch (cause) {
      throw new CheckpointError(
        `${this.path} has a damaged ${DATA}, which says what it was trained on; put it back as it was, or take it out to go on unchecked.`,
        { cause },
      );
    }
  }

  async appendMetrics(metrics: UpdateMetrics): Promise<void> {
    const { lossByVariable, gradientNorm, learningRate, arSteps, dataWaitSeconds, ...rest } = metrics;
    const line = {
      ...rest,
      gradient_norm: gradientNorm,
      learning_rate: learningRate,
      ar_steps: arSteps,
      data_wait_seconds: dataWaitSeconds,
      loss_by_variable: lossByVariable,
    };
    await appendFile(join(this.path, METRICS), `${JSON.stringify(line)}\n`);
  }

  /** A line of metrics of its own. */
  async appendValidation(
    update: number,
    { loss, lossByVariable, leadHours, n, rmse, seconds }: ValidationMetrics,
  ): Promise<void> {
    const validation = { loss, loss_by_variable: lossByVariable, lead_hours: leadHours, n, rmse, seconds };
    await appendFile(join(this.path, METRICS), `${JSON.stringify({ update, validation })}\n`);
  }

  /** The best loss of the validations so far; infinite without one. */
  async leastValidationLoss(): Promise<number> {
    const lines = (await readFile(join(this.path, METRICS), 'utf8'))
      .split('\n')
      .filter((line) => line !== '');
    const losses = lines.flatMap((line) => JSON.parse(line).validation?.loss ?? []);
    return Math.min(Number.POSITIVE_INFINITY, ...losses);
  }

  async save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    const bytes = writeCheckpoint(checkpoint);
    await writeSynced(join(this.path, incoming(OPTIMIZER)), formatState(state, checkpoint, bytes));
    await writeSynced(join(this.path, incoming(CHECKPOINT)), bytes);
    await sync(join(this.path, METRICS));
    for (const file of [CHECKPOINT, OPTIMIZER]) {
      await rename(join(this.path, incoming(file)), join(this.path, file));
    }
    await sync(this.path);
  }

  /** Writes a second checkpoint beside the run's own, in place of the one before: `checkpoint_average.npz`. */
  async saveBeside(kind: 'average' | 'best', checkpoint: Checkpoint): Promise<void> {
    const file = CHECKPOINT.replace('.', `_${kind}.`);
    await writeSynced(join(this.path, incoming(file)), writeCheckpoint(checkpoint));
    await rename(join(this.path, incoming(file)), join(this.path, file));
    await sync(this.path);
  }

  /** The optimiser's file that belongs to the checkpoint: in place, or still incoming when a save was cut off. */
  private async matchingOptimizer(checkpoint: Uint8Array): Promise<Uint8Array> {
    const wanted = fingerprint(checkpoint);
    for (const file of [OPTIMIZER, incoming(OPTIMIZER)]) {
      const path = join(this.path, file);
      if (!(await exists(path))) continue;
      const bytes = await readFile(path);
      if (fingerprintIn(bytes, path) !== wanted) continue;
      await rename(path, join(this.path, OPTIMIZER));
      return bytes;
    }
    throw new CheckpointError(
      `${this.path} has no ${OPTIMIZER} that belongs to its ${CHECKPOINT}: put back both files of one save, or start a new run with --checkpoint ${join(this.path, CHECKPOINT)}.`,
    );
  }

  private async readRequired(file: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.path, file));
    } catch (cause) {
      throw new CheckpointError(
        `${this.path} has no ${file}: the run was stopped before its first checkpoint; start it anew.`,
        { cause },
      );
    }
  }

  /** Drops metrics of updates after the checkpoint, and a last line that was cut off. */
  private async cutMetrics(update: number): Promise<void> {
    const path = join(this.path, METRICS);
    const text = (await exists(path)) ? await readFile(path, 'utf8') : '';
    const kept = text.split('\n').filter((line) => updateOf(line) <= update);
    await writeSynced(path, kept.map((line) => `${line}\n`).join(''));
  }
}

/** The update that a line of metrics tells of; infinite for a line that is not whole. */
function updateOf(line: string): number {
  try {
    return JSON.parse(line).update ?? Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Arrays by parameter name that an optimiser's file holds; the average only where a run keeps one. */
const STATES = ['moment1', 'moment2', 'average'] as const;

function formatState(state: OptimizerState, checkpoint: Checkpoint, checkpointBytes: Uint8Array): Uint8Array {
  const entries = new Map<string, NpyArray>([
    ['checkpoint', { shape: [], data: [fingerprint(checkpointBytes)] }],
    ['update', { shape: [], data: BigInt64Array.of(BigInt(state.update)) }],
  ]);
  for (const kind of STATES) {
    for (const [name, data] of state[kind] ?? []) {
      entries.set(`${kind}:${name}`, { shape: checkpoint.parameters.get(name)!.shape, data });
    }
  }
  return writeNpz(entries);
}

function parseState(bytes: Uint8Array, path: string, checkpoint: Checkpoint): OptimizerState {
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
  const averaged = [...entries.keys()].some((key) => key.startsWith('average:'));
  return {
    update,
    moment1: arrays('moment1'),
    moment2: arrays('moment2'),
    ...(averaged && { average: arrays('average') }),
  };
}

const fingerprint = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function fingerprintIn(optimizer: Uint8Array, path: string): string {
  return String(readNpz(optimizer, path).get('checkpoint')?.data[0]);
}

function unwritable(path: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(`${path} cannot hold the run: ${why}; choose another --out.`, { cause });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes what a file holds, or renames in a folder, durable; Windows cannot do that for folders. */
async function sync(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
