/** What the user has opened: a dataset, perhaps statistics and a checkpoint; and what follows from them alone. */
import { ConfigError, DatasetError } from '../errors';
import { type Checkpoint, checkFits, readCheckpoint } from '../graphcast/checkpoint';
import { elementCount } from '../graphcast/parameters';
import type { RunConfig } from '../training/run_config';
import { channelLayout } from '../weather/channels';
import type { Dataset, openDataset } from '../weather/dataset';
import { periodNamed } from '../weather/periods';
import {
  computeStatistics,
  readStatistics,
  STATISTICS_FILES,
  type StatisticsOptions,
  type TabulatedStatistics,
} from '../weather/statistics';
import { TASK_NAMES, TASKS, type Task, taskFromDataset } from '../weather/task';
import { checkTaskFits } from '../weather/task_fit';
import { WindowIndex } from '../weather/window_index';
import { fieldSpread } from './field_spread';
import type { CheckpointSummary, DatasetSource, DatasetSummary, FieldName } from './protocol';

export class OpenData {
  private opened: Dataset | undefined;
  private named: { checkpoint: Checkpoint; name: string; starter: boolean } | undefined;
  private given: TabulatedStatistics | undefined;
  /** The given statistics are the starter's, and go with it. */
  private givenByStarter = false;
  /** Computed statistics of the open dataset, by task and training period. */
  private readonly computed = new Map<string, TabulatedStatistics>();

  /** @throws DatasetError when nothing is open */
  get dataset(): Dataset {
    if (!this.opened) throw new DatasetError('No dataset is open: open a NetCDF file first.');
    return this.opened;
  }

  get checkpoint(): Checkpoint | undefined {
    return this.named?.checkpoint;
  }

  get checkpointName(): string | undefined {
    return this.named?.name;
  }

  /** Statistics came from files, and so may lack something that the task needs. */
  get hasGivenStatistics(): boolean {
    return this.given !== undefined;
  }

  /** Puts a dataset in place of the open one; the starter goes with the planet that it is for. */
  replace(dataset: Dataset): void {
    if (this.named?.starter) this.closeCheckpoint();
    this.opened?.close();
    this.opened = dataset;
    this.computed.clear();
  }

  /**
   * Takes the three statistics files; none at all to compute them again.
   * @throws DatasetError when a file is not what its name says, ConfigError when one of the three is missing
   */
  async takeStatistics(files: File[]): Promise<string[]> {
    if (files.length === 0) {
      this.giveStatistics(undefined);
      return [];
    }
    const find = (name: string) => {
      const file = files.find((candidate) => candidate.name === name);
      if (file) return file;
      throw new ConfigError(
        `The statistics lack ${name}: choose ${Object.values(STATISTICS_FILES).join(', ')} together.`,
      );
    };
    const { mean, stddev, diffsStddev } = STATISTICS_FILES;
    this.giveStatistics(
      await readStatistics({
        mean: find(mean),
        stddev: find(stddev),
        diffsStddev: find(diffsStddev),
      }),
    );
    return Object.values(STATISTICS_FILES);
  }

  /**
   * @param anyTask it need not fit the open dataset
   * @throws CheckpointError when it cannot be read, MisfitError when it does not fit the open dataset
   */
  async openCheckpoint(file: File, anyTask = false): Promise<CheckpointSummary> {
    const summary = await this.read(file, { starter: false, anyTask });
    if (this.givenByStarter) this.giveStatistics(undefined);
    return summary;
  }

  /**
   * Takes the network that comes with the page and the statistics that it was trained with.
   * @throws as {@link openCheckpoint} and {@link takeStatistics}
   */
  async openStarter(checkpoint: File, statistics: File[]): Promise<CheckpointSummary> {
    await this.takeStatistics(statistics);
    this.givenByStarter = true;
    return this.read(checkpoint, { starter: true, anyTask: false });
  }

  private giveStatistics(statistics: TabulatedStatistics | undefined): void {
    this.given = statistics;
    this.givenByStarter = false;
  }

  private async read(
    file: File,
    { starter, anyTask }: { starter: boolean; anyTask: boolean },
  ): Promise<CheckpointSummary> {
    const checkpoint = readCheckpoint(new Uint8Array(await file.arrayBuffer()), file.name);
    if (this.opened && !anyTask) checkFits(checkpoint, file.name, this.opened);
    this.named = { checkpoint, name: file.name, starter };
    const { description, modelConfig: model, task, parameters } = checkpoint;
    let parameterCount = 0;
    for (const { shape } of parameters.values()) parameterCount += elementCount(shape);
    return { name: file.name, starter, description, model, task, parameterCount };
  }

  closeCheckpoint(): void {
    if (this.givenByStarter) this.giveStatistics(undefined);
    this.named = undefined;
  }

  /**
   * The statistics that were given, else those of the open dataset's training period, computed once per task.
   * @throws DatasetError when they cannot be computed; the signal's reason when it is aborted
   */
  async statistics(
    { task, periods }: Pick<RunConfig, 'task' | 'periods'>,
    options: Omit<StatisticsOptions, 'period'> = {},
  ): Promise<TabulatedStatistics> {
    if (this.given) return this.given;
    const key = JSON.stringify([task, periods?.train]);
    const known = this.computed.get(key);
    if (known) return known;
    const period = periodNamed(periods, 'train');
    const statistics = await computeStatistics(this.dataset, task, { ...options, period });
    this.computed.set(key, statistics);
    return statistics;
  }

  /** One field of one frame, [lat, lon], in the file's unit; NaN where missing. */
  field({ variable, level }: FieldName, frame: number): Promise<Float32Array> {
    return this.dataset.read(variable, frame, level === null ? undefined : [level]);
  }

  fieldSpread(field: FieldName): Promise<{ low: number; high: number }> {
    return fieldSpread(this.dataset.times.length, (frame) => this.field(field, frame));
  }
}

/**
 * Opens a dataset without touching the open one.
 * @param open `openDataset`, or the same in another thread
 * @throws DatasetError when it cannot be read or holds no field
 */
export async function loadDataset(
  source: DatasetSource,
  open: typeof openDataset,
): Promise<{ dataset: Dataset; summary: DatasetSummary }> {
  const dataset = await open(
    'files' in source ? source.files : 'folder' in source ? source.folder : source.url,
  );
  try {
    return { dataset, summary: summarise(dataset, source.simulated === true) };
  } catch (error) {
    dataset.close();
    throw error;
  }
}

function summarise(dataset: Dataset, simulated: boolean): DatasetSummary {
  const { name, latitudes, longitudes, levels, times } = dataset;
  const variables = [...dataset.variables.values()];
  if (variables.length === 0) {
    throw new DatasetError(`${name} holds no variable on a latitude-longitude grid: open another file.`);
  }
  const task = learnable(dataset);
  const initialFrames = new WindowIndex(dataset).firstFrames(0).map((frame) => frame + 1);
  return {
    name,
    simulated,
    latitudes: latitudes.slice(),
    longitudes: longitudes.slice(),
    levels,
    times: times.slice(),
    variables,
    task,
    releasedTasks: TASK_NAMES.filter((name) => holds(dataset, TASKS[name])),
    targetVariables: task?.targetVariables ?? [],
    initialFrames,
  };
}

function holds(dataset: Dataset, task: Task): boolean {
  try {
    checkTaskFits(dataset, channelLayout(task));
    return true;
  } catch (error) {
    if (error instanceof DatasetError) return false;
    throw error;
  }
}

/** What a network would learn of these data; null for data that can only be looked at. */
function learnable(dataset: Dataset): Task | null {
  try {
    return taskFromDataset(dataset);
  } catch (error) {
    if (error instanceof DatasetError) return null;
    throw error;
  }
}
