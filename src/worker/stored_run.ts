/** A run among the browser's files: the same files, in the same format, as a run folder on disk (`RunFolder`). */
import { CheckpointError } from '../errors';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../graphcast/checkpoint';
import type { Alarm } from '../training/alarms';
import type { DataRecord } from '../training/data_record';
import { resumedRunConfig } from '../training/resumed_config';
import { formatRunConfig, parseRunConfig, type RunConfig } from '../training/run_config';
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
} from '../training/run_format';
import type { OptimizerState, UpdateMetrics } from '../training/trainer';
import type { ValidationMetrics } from '../training/validation';
import {
  readStatistics,
  STATISTICS_FILES,
  type TabulatedStatistics,
  writeStatistics,
} from '../weather/statistics';
import type { RunFiles } from './run_files';

const {
  config: CONFIG,
  data: DATA,
  metrics: METRICS,
  alarms: ALARMS,
  checkpoint: CHECKPOINT,
  optimizer: OPTIMIZER,
} = RUN_FILES;

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All that is needed to go on with a run. */
export interface OpenedRun {
  config: RunConfig;
  checkpoint: Checkpoint;
  state: OptimizerState;
  statistics: TabulatedStatistics;
  /** Absent for a run of a version that did not write it down. */
  data: DataRecord | undefined;
}

export class StoredRun {
  private readonly files: RunFiles;
  /** Lines of metrics and alarms that belong to no checkpoint yet. */
  private lines: { update: number; file: string; text: string }[] = [];

  private constructor(files: RunFiles) {
    this.files = files;
  }

  /** Writes what never changes of a new run. */
  static async create(
    files: RunFiles,
    { config, statistics, data }: Pick<OpenedRun, 'config' | 'statistics'> & { data: DataRecord },
  ): Promise<StoredRun> {
    await files.write(CONFIG, encode(formatRunConfig(config)));
    await files.write(DATA, encode(formatDataRecord(data)));
    await files.write(METRICS, new Uint8Array());
    for (const [name, bytes] of writeStatistics(statistics)) {
      await files.write(`${RUN_FILES.statistics}/${name}`, bytes);
    }
    return new StoredRun(files);
  }

  /**
   * Opens a run to go on with it: its last whole checkpoint, metrics cut back to it.
   * @param name of the run, for messages
   * @throws CheckpointError, ConfigError, DatasetError when a file is missing or damaged
   */
  static async open(files: RunFiles, name: string): Promise<OpenedRun & { stored: StoredRun }> {
    const required = async (file: string) => {
      const bytes = await files.read(file);
      if (bytes) return bytes;
      throw new CheckpointError(`${name} has no ${file}: it was stopped before it was saved; start it anew.`);
    };
    const bytes = await required(CHECKPOINT);
    const checkpoint = readCheckpoint(bytes, `${name}: ${CHECKPOINT}`);
    const place = `${name}: ${CONFIG}`;
    const config = resumedRunConfig(parseRunConfig(decode(await required(CONFIG)), place), checkpoint, place);
    const state = parseState(
      await matchingOptimizer(files, bytes, name),
      `${name}: ${OPTIMIZER}`,
      checkpoint,
    );
    for (const file of [METRICS, ALARMS]) {
      const lines = await files.read(file);
      if (lines) await files.write(file, encode(metricsUntil(decode(lines), state.update)));
    }
    const stored = new StoredRun(files);
    const average = missingAverage(checkpoint, state, await files.read(fileBeside('average')));
    if (average) await stored.saveBeside('average', average);
    const data = await files.read(DATA);
    const statistics = async (file: string) =>
      new File([await required(`${RUN_FILES.statistics}/${file}`)], file);
    const { mean, stddev, diffsStddev } = STATISTICS_FILES;
    return {
      config,
      checkpoint,
      state,
      statistics: await readStatistics({
        mean: await statistics(mean),
        stddev: await statistics(stddev),
        diffsStddev: await statistics(diffsStddev),
      }),
      data: data && parseDataRecord(decode(data), name),
      stored,
    };
  }

  /** Takes note of an update; like all lines it is written down with the next checkpoint. */
  appendMetrics(metrics: UpdateMetrics): void {
    this.lines.push({ update: metrics.update, file: METRICS, text: formatMetrics(metrics) });
  }

  appendValidation(update: number, metrics: ValidationMetrics): void {
    this.lines.push({ update, file: METRICS, text: formatValidation(update, metrics) });
  }

  appendAlarm(alarm: Alarm): void {
    this.lines.push({ update: alarm.update, file: ALARMS, text: formatAlarm(alarm) });
  }

  /** Forgets what was noted after an update, which no checkpoint has. */
  cutBack(update: number): void {
    this.lines = this.lines.filter((line) => line.update <= update);
  }

  /** The best loss of the validations so far; infinite without one. */
  async leastValidationLoss(): Promise<number> {
    const metrics = await this.files.read(METRICS);
    const noted = this.lines.flatMap((line) => (line.file === METRICS ? [line.text] : []));
    return leastValidationLoss((metrics ? decode(metrics) : '') + noted.join(''));
  }

  /**
   * Writes a checkpoint and the metrics up to it. Cut off at any moment, it leaves this one or the former.
   * @throws DOMException when the browser's quota is used up
   */
  async save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    const { files } = this;
    const bytes = writeCheckpoint(checkpoint);
    await files.write(incoming(OPTIMIZER), await formatState(state, checkpoint, bytes));
    await files.write(incoming(CHECKPOINT), bytes);
    const due = this.lines.filter(({ update }) => update <= state.update);
    for (const file of [METRICS, ALARMS]) {
      const text = due.flatMap((line) => (line.file === file ? [line.text] : [])).join('');
      if (text !== '') await files.append(file, encode(text));
    }
    this.lines = this.lines.filter((line) => !due.includes(line));
    for (const file of [CHECKPOINT, OPTIMIZER]) await files.rename(incoming(file), file);
  }

  /** Writes a second checkpoint beside the run's own, in place of the one before. */
  async saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void> {
    const file = fileBeside(kind);
    await this.files.write(incoming(file), writeCheckpoint(checkpoint));
    await this.files.rename(incoming(file), file);
  }
}

/** The optimiser's file that belongs to the checkpoint: in place, or still incoming when a save was cut off. */
async function matchingOptimizer(files: RunFiles, checkpoint: Uint8Array, name: string): Promise<Uint8Array> {
  for (const file of [OPTIMIZER, incoming(OPTIMIZER)]) {
    const bytes = await files.read(file);
    if (!bytes || !(await belongsTo(bytes, `${name}: ${file}`, checkpoint))) continue;
    if (file !== OPTIMIZER) await files.rename(file, OPTIMIZER);
    return bytes;
  }
  throw new CheckpointError(
    `${name} has no ${OPTIMIZER} that belongs to its ${CHECKPOINT}: put back both files of one save, or start a new run from the checkpoint.`,
  );
}
