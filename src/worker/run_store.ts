/** The runs that the browser keeps: listed, renamed, removed and put back, taken out and in as archives. */
import { CheckpointError, ConfigError } from '../errors';
import { isRunFile, packRun, unpackRun } from '../training/run_archive';
import { belongsTo, incoming, RUN_FILES } from '../training/run_format';
import { totalUpdates } from '../training/schedule';
import { fileAccess } from '../weather/formats/random_access';
import type { KeptRun } from './protocol';
import { type Curves, curvesOf } from './run_curves';
import type { RunFolders } from './run_files';
import { type OpenedRun, StoredRun } from './stored_run';

/** The page's own file beside a run's: what the list of runs says without opening any. */
const ABOUT = 'about.json';

interface Entry extends KeptRun {
  /** Out of the list, until it is put back or the page is loaded again. */
  removed?: boolean;
}

export class RunStore {
  private readonly folders: RunFolders;
  private readonly runs = new Map<string, Entry>();
  private readonly listed: Promise<void>;

  constructor(folders: RunFolders) {
    this.folders = folders;
    this.listed = this.readAll();
    this.listed.catch(() => undefined); // whoever lists the runs sees the error
  }

  /** All runs, the newest first. */
  async list(): Promise<KeptRun[]> {
    await this.listed;
    const shown = [...this.runs.values()].filter(({ removed, update }) => !removed && update > 0);
    return shown.sort((a, b) => b.changed - a.changed).map(({ removed: _, ...run }) => run);
  }

  /** A new run; it is listed once it has a checkpoint. */
  async create(
    about: { preset: string; dataset: string; validateEvery: number },
    run: Parameters<typeof StoredRun.create>[1],
  ): Promise<{ id: string; stored: StoredRun }> {
    const { preset, dataset, validateEvery } = about;
    const id = await this.newFolder();
    const created = Date.now();
    const entry: KeptRun = {
      id,
      name: await this.freeName(preset),
      created,
      changed: created,
      update: 0,
      total: totalUpdates(run.config.phases),
      best: null,
      dataset,
      validateEvery,
      config: run.config,
    };
    const stored = await StoredRun.create(await this.folders.open(id), run);
    this.runs.set(id, entry);
    return { id, stored };
  }

  /**
   * Opens a run, which nobody else may have open.
   * @throws ConfigError when another tab has it, CheckpointError or DatasetError when it is damaged
   */
  async open(id: string): Promise<{ entry: KeptRun; opened: OpenedRun & { stored: StoredRun } }> {
    const entry = await this.entry(id);
    if (!(await this.folders.claim(id))) {
      throw new ConfigError(
        `"${entry.name}" is open in another tab of this browser: go on with it there, or close that tab.`,
      );
    }
    try {
      return { entry, opened: await StoredRun.open(await this.folders.open(id), `"${entry.name}"`) };
    } catch (error) {
      this.folders.giveBack(id);
      throw error;
    }
  }

  /** Lets other tabs open a run that this one has opened or made. */
  close(id: string): void {
    this.folders.giveBack(id);
  }

  /** Writes down how far a run is, after its checkpoint. @param best its least validation loss */
  async note(id: string, update: number, best: number | null): Promise<void> {
    const entry = await this.entry(id);
    await this.change(id, { update, best: best ?? entry.best, changed: Date.now() });
  }

  async rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim().slice(0, 80);
    if (trimmed !== '') await this.change(id, { name: trimmed });
  }

  /** Takes a run out of the list; its files go when the page is loaded again. */
  async remove(id: string): Promise<void> {
    await this.change(id, { removed: true });
  }

  /** Puts back what was removed. */
  async restore(id: string): Promise<void> {
    await this.change(id, { removed: undefined });
  }

  async curves(id: string): Promise<Curves> {
    const { config } = await this.entry(id);
    const metrics = await (await this.folders.open(id)).read(RUN_FILES.metrics);
    return curvesOf(metrics ? new TextDecoder().decode(metrics) : '', config.batch_size);
  }

  /**
   * A run as one `.zip` (see `packRun`).
   * @throws CheckpointError when its files do not belong together
   */
  async export(id: string): Promise<Uint8Array> {
    const { name } = await this.entry(id);
    const files = await this.folders.open(id);
    for (let attempt = 0; attempt < 3; attempt++) {
      const packed = new Map<string, Uint8Array>();
      for (const file of await files.list()) {
        const bytes = isRunFile(file) ? await files.read(file) : undefined;
        if (bytes) packed.set(file, bytes);
      }
      // A run that trains may have been saved meanwhile.
      if (await isOneSave(packed, name)) return packRun(packed);
    }
    throw new CheckpointError(
      `"${name}" was being saved whenever it was read: pause it, and export it again.`,
    );
  }

  /**
   * Takes in a run that this page or a run folder on disk was packed from.
   * @returns undefined when the archive holds no run
   * @throws CheckpointError, ConfigError, DatasetError when the run in it is damaged
   */
  async import(file: File): Promise<KeptRun | undefined> {
    const unpacked = await unpackRun(fileAccess(file));
    if (!unpacked) return undefined;
    await this.listed;
    const id = await this.newFolder();
    try {
      const files = await this.folders.open(id);
      for (const [name, bytes] of unpacked) await files.write(name, bytes);
      const { config, state, stored } = await StoredRun.open(files, file.name);
      const least = await stored.leastValidationLoss();
      const now = Date.now();
      const entry: KeptRun = {
        id,
        name: file.name.replace(/\.zip$/i, ''),
        created: now,
        changed: now,
        update: state.update,
        total: totalUpdates(config.phases),
        best: Number.isFinite(least) ? least : null,
        dataset: '',
        validateEvery: config.validate_every ?? 0,
        config,
      };
      this.runs.set(id, entry);
      await this.change(id, {});
      return entry;
    } catch (error) {
      this.runs.delete(id);
      await this.folders.remove(id);
      throw error;
    } finally {
      this.folders.giveBack(id);
    }
  }

  private async entry(id: string): Promise<KeptRun> {
    await this.listed;
    const entry = this.runs.get(id);
    if (entry) return entry;
    throw new ConfigError(
      'This run is not among the runs that the browser keeps any more: load the page again.',
    );
  }

  private async change(id: string, changes: Partial<Entry>): Promise<void> {
    const entry = { ...(await this.entry(id)), ...changes };
    this.runs.set(id, entry);
    const files = await this.folders.open(id);
    await files.write(incoming(ABOUT), new TextEncoder().encode(JSON.stringify(entry)));
    await files.rename(incoming(ABOUT), ABOUT);
  }

  /** A folder of its own, claimed by this tab. */
  private async newFolder(): Promise<string> {
    const id = crypto.randomUUID();
    await this.folders.claim(id);
    return id;
  }

  /** The first of 'tiny 1', 'tiny 2', … that no run has. */
  private async freeName(preset: string): Promise<string> {
    await this.listed;
    const taken = new Set([...this.runs.values()].map(({ name }) => name));
    for (let i = 1; ; i++) if (!taken.has(`${preset} ${i}`)) return `${preset} ${i}`;
  }

  private async readAll(): Promise<void> {
    for (const id of await this.folders.list()) {
      const about = await (await this.folders.open(id)).read(ABOUT);
      const entry = about && parseEntry(about);
      if (entry && !entry.removed) {
        this.runs.set(id, { ...entry, id });
        continue;
      }
      // Removed, or never saved; unless another tab is about to save it.
      if (!(await this.folders.claim(id))) continue;
      await this.folders.remove(id);
      this.folders.giveBack(id);
    }
  }
}

/** Whether the optimiser's file, in place or incoming, belongs to the checkpoint. */
async function isOneSave(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<boolean> {
  const { checkpoint, optimizer } = RUN_FILES;
  const saved = files.get(checkpoint);
  for (const file of [optimizer, incoming(optimizer)]) {
    const bytes = files.get(file);
    if (saved && bytes && (await belongsTo(bytes, `"${name}": ${file}`, saved))) return true;
  }
  return false;
}

function parseEntry(about: Uint8Array): Entry | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(about));
  } catch {
    return undefined;
  }
}
