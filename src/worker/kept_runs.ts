/** The protocol's calls about runs that the browser keeps, and how a run is given its place or opened again. */
import { ConfigError } from '../errors';
import { checkFits, parametersOf } from '../graphcast/checkpoint';
import { type DataRecord, recordData } from '../training/data_record';
import { requireWindows } from '../training/window_sequence';
import type { Dataset } from '../weather/dataset';
import type { Answer, Arguments, KeptRun, TrainingSettings } from './protocol';
import type { RunFolders } from './run_files';
import { RunKeeper } from './run_keeper';
import { validateEvery, validationOf } from './run_setup';
import { RunStore } from './run_store';
import type { RunParts } from './training_run';

type Call = 'keptRuns' | 'runCurves' | 'renameRun' | 'removeRun' | 'restoreRun' | 'exportRun' | 'importRun';

export interface KeptRunsListener {
  changed(runs: KeptRun[]): void;
  /** A run cannot be saved; told once. */
  notSaved(message: string): void;
}

export class KeptRuns {
  private readonly openFolders: () => Promise<RunFolders>;
  private readonly listener: KeptRunsListener;
  private opened: Promise<RunStore> | undefined;

  constructor(openFolders: () => Promise<RunFolders>, listener: KeptRunsListener) {
    this.openFolders = openFolders;
    this.listener = listener;
  }

  readonly handlers: { [K in Call]: (argument: Arguments<K>) => Promise<Answer<K>> } = {
    keptRuns: async () => (await this.store).list(),
    runCurves: async ({ id }) => (await this.store).curves(id),
    renameRun: ({ id, name }) => this.change((store) => store.rename(id, name)),
    removeRun: ({ id }) => this.change((store) => store.remove(id)),
    restoreRun: ({ id }) => this.change((store) => store.restore(id)),
    exportRun: async ({ id }) => (await this.store).export(id),
    importRun: async ({ file }) => {
      let run: KeptRun | undefined;
      await this.change(async (store) => {
        run = await store.import(file);
      });
      return run ?? null;
    },
  };

  /** A keeper for a new run, which has no place yet. */
  newKeeper(best = Number.POSITIVE_INFINITY): RunKeeper {
    return new RunKeeper(
      best,
      () => void this.tell(),
      (error) => this.listener.notSaved(error instanceof Error ? error.message : String(error)),
    );
  }

  /** Gives a new run its place. Nothing is thrown where the browser has none: the keeper says so. */
  async begin({ keeper, config, statistics, dataset }: RunParts, settings: TrainingSettings): Promise<void> {
    await keeper.begin(async () => {
      const store = await this.store;
      const data = await recordData(dataset, config);
      const about = {
        preset: settings.preset,
        dataset: dataset.name,
        validateEvery: validateEvery(settings),
      };
      return { store, ...(await store.create(about, { config, statistics, data })) };
    });
  }

  /**
   * Opens a run, to go on with it on these data.
   * @throws ConfigError when the data are others or another tab has the run, CheckpointError or DatasetError when its
   *   files are damaged
   */
  async open(id: string, dataset: Dataset): Promise<RunParts> {
    const store = await this.store;
    const { entry, opened } = await store.open(id);
    const { config, checkpoint, state, statistics, data, stored } = opened;
    try {
      if (data) await requireData(entry, data, dataset, config);
      checkFits(checkpoint, `"${entry.name}"`, dataset);
      requireWindows(dataset, config);
      const keeper = this.newKeeper(await stored.leastValidationLoss());
      await keeper.begin(async () => ({ store, id, stored }));
      const { description, license } = checkpoint;
      return {
        dataset,
        statistics,
        config,
        start: { parameters: parametersOf(checkpoint), state },
        about: { description, license },
        validation: validationOf(dataset, config, statistics, entry.validateEvery),
        keeper,
      };
    } catch (error) {
      store.close(id);
      throw error;
    }
  }

  private get store(): Promise<RunStore> {
    this.opened ??= this.openFolders().then((folders) => new RunStore(folders));
    return this.opened;
  }

  private async change(work: (store: RunStore) => Promise<void>): Promise<undefined> {
    await work(await this.store);
    await this.tell();
  }

  private async tell(): Promise<void> {
    this.listener.changed(await (await this.store).list());
  }
}

/** @throws ConfigError when the data are not those that the run began with */
async function requireData(
  { name, dataset: file }: KeptRun,
  recorded: DataRecord,
  dataset: Dataset,
  config: RunParts['config'],
): Promise<void> {
  // Data that lack the run's variables or dates are others, too.
  const found = await recordData(dataset, config).catch(() => undefined);
  if (found?.fingerprint === recorded.fingerprint) return;
  const { frames, first, last, grid } = recorded;
  throw new ConfigError(
    `"${name}" was trained on ${frames} frames from ${first} to ${last} on ${grid[0]} x ${grid[1]} points, and ${dataset.name} holds others: open ${file || 'the data it began with'} again, then resume.`,
  );
}
