/**
 * A run's folder on disk. Node only; in the browser a run is exported as files.
 */
import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CheckpointError, ConfigError, StorageError } from '../errors';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../graphcast/checkpoint';
import type { Alarm } from './alarms';
import type { DataRecord } from './data_record';
import { formatRunConfig, type PartialRunConfig, parseRunConfig, type RunConfig } from './run_config';
import {
  type Beside,
  belongsTo,
  fileBeside,
  formatAlarm,
  formatDataRecord,
  formatMetrics,
  formatState,
  formatValidation,
  incoming,
  leastValidationLoss,
  metricsUntil,
  missingAverage,
  parseDataRecord,
  parseState,
  RUN_FILES,
} from './run_format';
import { firstRecord, recordsUntil, scalarRecord, scalarsOf } from './tensorboard';
import type { OptimizerState, UpdateMetrics } from './trainer';
import type { ValidationMetrics } from './validation';

const {
  config: CONFIG,
  data: DATA,
  metrics: METRICS,
  alarms: ALARMS,
  events: EVENTS,
  checkpoint: CHECKPOINT,
  optimizer: OPTIMIZER,
} = RUN_FILES;

/**
 * The files of `RUN_FILES`.
 *
 * A checkpoint is two files, the optimiser's naming the other by its fingerprint. Both are written beside and synced;
 * renaming the checkpoint commits them, renaming the optimiser's file follows. Whoever opens the folder after a crash
 * in between finishes the second rename.
 *
 * What writes throws a StorageError where the system refuses. Lines that could not be appended, and a cut that could not
 * be made, are kept and come before whatever is appended next.
 */
export class RunFolder {
  readonly path: string;
  /** Whether there is a checkpoint to continue from. */
  hasCheckpoint = false;
  private writesEvents = false;
  private due: { file: string; content: string | Uint8Array; update: number }[] = [];
  /** The update that the files, but not the lines that are due, have yet to be cut back to. */
  private cutDue: number | undefined;

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
   * @throws ConfigError when a run is there already, or when the folder cannot be made or written to
   */
  static async create(
    path: string,
    config: RunConfig,
    statistics: Map<string, Uint8Array>,
    data: DataRecord,
  ): Promise<RunFolder> {
    await RunFolder.checkFree(path);
    const folder = new RunFolder(path);
    try {
      await mkdir(join(path, RUN_FILES.statistics), { recursive: true });
      await writeSynced(join(path, DATA), formatDataRecord(data));
      await writeSynced(join(path, METRICS), '');
      for (const [name, bytes] of statistics) {
        await writeSynced(join(path, RUN_FILES.statistics, name), bytes);
      }
      // The last one, so that a folder that could not be filled holds no run.
      await writeSynced(join(path, incoming(CONFIG)), formatRunConfig(config));
      await rename(join(path, incoming(CONFIG)), join(path, CONFIG));
    } catch (cause) {
      throw unwritable(path, refusal(cause).why, cause);
    }
    return folder;
  }

  /**
   * Opens a run to continue it: its last whole checkpoint, metrics cut back to it.
   * @param writes false for a process that does not write the run: it leaves all files as they are
   * @throws ConfigError, CheckpointError when the folder is no run or is damaged; StorageError
   */
  static async resume(
    path: string,
    writes = true,
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
    const optimizer = await folder.matchingOptimizer(bytes, writes);
    const state = parseState(optimizer, join(path, OPTIMIZER), checkpoint);
    folder.hasCheckpoint = true;
    folder.writesEvents = await exists(join(path, EVENTS));
    if (writes) {
      await folder.cutBack(state.update);
      const average = missingAverage(checkpoint, state, await folder.bytes(fileBeside('average')));
      if (average) await folder.saveBeside('average', average);
    }
    return { folder, config, checkpoint, state };
  }

  /** Folder of the three statistics files. */
  get statistics(): string {
    return join(this.path, RUN_FILES.statistics);
  }

  /**
   * What the run is trained on; undefined for a run of a version that did not write it down.
   * @throws CheckpointError when the file is damaged
   */
  async readData(): Promise<DataRecord | undefined> {
    if (!(await exists(join(this.path, DATA)))) return undefined;
    return parseDataRecord(await readFile(join(this.path, DATA), 'utf8'), this.path);
  }

  async appendMetrics(metrics: UpdateMetrics): Promise<void> {
    await this.appendLine(metrics.update, formatMetrics(metrics));
  }

  /** A line of metrics of its own. */
  async appendValidation(update: number, metrics: ValidationMetrics): Promise<void> {
    await this.appendLine(update, formatValidation(update, metrics));
  }

  async appendAlarm(alarm: Alarm): Promise<void> {
    this.due.push({ file: ALARMS, content: formatAlarm(alarm), update: alarm.update });
    await this.writeDue();
  }

  /**
   * From now on writes metrics into an event file for TensorBoard as well, after all that the run has told so far; a
   * resumed run that has one does so unasked.
   */
  async writeEvents(): Promise<void> {
    if (this.writesEvents) return;
    const lines = ((await this.text(METRICS)) ?? '').split('\n').filter((line) => line !== '');
    await this.replace(EVENTS, Buffer.concat([firstRecord(wallTime()), ...lines.map(eventOf)]));
    this.writesEvents = true;
  }

  private async appendLine(update: number, line: string): Promise<void> {
    this.due.push({ file: METRICS, content: line, update });
    if (this.writesEvents) this.due.push({ file: EVENTS, content: eventOf(line), update });
    await this.writeDue();
  }

  /** Drops metrics and alarms of updates after this one, and last lines that were cut off. */
  async cutBack(update: number): Promise<void> {
    this.due = this.due.filter((line) => line.update <= update);
    this.cutDue = Math.min(update, this.cutDue ?? Number.POSITIVE_INFINITY);
    await this.writeDue();
  }

  /** Writes what could not be written before. */
  async writeDue(): Promise<void> {
    if (this.cutDue !== undefined) await this.cutFiles(this.cutDue);
    this.cutDue = undefined;
    while (this.due.length > 0) {
      const [{ file, content }] = this.due;
      await this.writing(file, (path) => appendWhole(path, content));
      this.due.shift();
    }
  }

  private async cutFiles(update: number): Promise<void> {
    const cut = (file: string, until: (content: Buffer) => string | Uint8Array) =>
      this.writing(file, async (path) => {
        if (await exists(path)) await this.replace(file, until(await readFile(path)));
      });
    for (const file of [METRICS, ALARMS]) await cut(file, (lines) => metricsUntil(lines.toString(), update));
    if (this.writesEvents) await cut(EVENTS, (records) => recordsUntil(records, update));
  }

  /** The best loss of the validations so far; infinite without one. */
  async leastValidationLoss(): Promise<number> {
    const written = (await this.text(METRICS)) ?? '';
    const due = this.due.flatMap(({ file, content }) => (file === METRICS ? [content] : []));
    return leastValidationLoss(
      [this.cutDue === undefined ? written : metricsUntil(written, this.cutDue), ...due].join(''),
    );
  }

  async save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    const bytes = writeCheckpoint(checkpoint);
    await this.writeIncoming(OPTIMIZER, await formatState(state, checkpoint, bytes));
    await this.writeIncoming(CHECKPOINT, bytes);
    await this.writing(METRICS, sync);
    for (const file of [CHECKPOINT, OPTIMIZER]) {
      await this.writing(file, (path) => rename(join(this.path, incoming(file)), path));
      this.hasCheckpoint = true;
    }
    await this.writing('', sync);
  }

  /** Writes a second checkpoint beside the run's own, in place of the one before: `checkpoint_average.npz`. */
  async saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void> {
    await this.replace(fileBeside(kind), writeCheckpoint(checkpoint));
  }

  /**
   * The optimiser's file that belongs to the checkpoint: in place, or still incoming when a save was cut off.
   * @param writes whether to finish such a save
   */
  private async matchingOptimizer(checkpoint: Uint8Array, writes: boolean): Promise<Uint8Array> {
    for (const file of [OPTIMIZER, incoming(OPTIMIZER)]) {
      const path = join(this.path, file);
      if (!(await exists(path))) continue;
      const bytes = await readFile(path);
      if (!(await belongsTo(bytes, path, checkpoint))) continue;
      if (writes) await rename(path, join(this.path, OPTIMIZER));
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

  /** Puts a file in the place of a former one, which is there until this one is whole. */
  private async replace(file: string, content: string | Uint8Array): Promise<void> {
    await this.writeIncoming(file, content);
    await this.writing(file, (path) => rename(join(this.path, incoming(file)), path));
    await this.writing('', sync);
  }

  private async writeIncoming(file: string, content: string | Uint8Array): Promise<void> {
    await this.writing(incoming(file), async (path) => {
      try {
        await writeSynced(path, content);
      } catch (cause) {
        // What is left of a full disk is for the lines of metrics.
        await rm(path, { force: true }).catch(() => undefined);
        throw cause;
      }
    });
  }

  /** @throws StorageError in place of what the system says */
  private async writing(file: string, work: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.path, file);
    try {
      await work(path);
    } catch (cause) {
      if (cause instanceof StorageError) throw cause;
      const { why, remedy } = refusal(cause);
      const then = this.hasCheckpoint ? `continue with --resume ${this.path}` : 'start anew in another --out';
      throw new StorageError(
        `${path} cannot be written: ${why}; ${remedy}, and ${then} if the run has ended.`,
        {
          cause,
        },
      );
    }
  }

  private async bytes(file: string): Promise<Buffer | undefined> {
    const path = join(this.path, file);
    return (await exists(path)) ? readFile(path) : undefined;
  }

  private async text(file: string): Promise<string | undefined> {
    return (await this.bytes(file))?.toString();
  }
}

/** Seconds since 1970-01-01 UTC. */
const wallTime = () => Date.now() / 1000;

/** A line of metrics for TensorBoard. */
function eventOf(line: string): Uint8Array {
  const metrics = JSON.parse(line);
  return scalarRecord(wallTime(), metrics.update, scalarsOf(metrics));
}

function unwritable(path: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(`${path} cannot hold the run: ${why}; choose another --out.`, { cause });
}

/** Why the system refuses to write, and what to do about it. */
function refusal(cause: unknown): { why: string; remedy: string } {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
      return { why: 'no space is left on its disk', remedy: 'free space' };
    case 'EDQUOT':
      return { why: 'the quota of its disk is used up', remedy: 'free space' };
    case 'EACCES':
    case 'EPERM':
      return { why: 'permission is denied', remedy: 'give yourself the right to write there' };
    case 'EROFS':
      return { why: 'its disk is mounted read-only', remedy: 'mount it for writing' };
    case 'ENOENT':
      return { why: 'it or its folder is gone', remedy: 'put it back' };
    case 'EISDIR':
      return { why: 'a folder is in its place', remedy: 'take that away' };
  }
  return { why: (cause as Error).message, remedy: 'see to its disk' };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Appends all or nothing: a full disk takes the first bytes of a line, after which it could not be appended again. */
async function appendWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'a');
  try {
    const { size } = await file.stat();
    try {
      await file.appendFile(content);
    } catch (cause) {
      await file.truncate(size);
      throw cause;
    }
  } finally {
    await file.close();
  }
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
