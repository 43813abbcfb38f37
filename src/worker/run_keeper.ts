/** Keeps one run among the browser's files while it trains; a browser that keeps none stops nothing. */
import type { Checkpoint } from '../graphcast/checkpoint';
import type { Alarm } from '../training/alarms';
import type { Beside } from '../training/run_format';
import type { SessionStore } from '../training/session_job';
import type { OptimizerState, UpdateMetrics } from '../training/trainer';
import type { ValidationMetrics } from '../training/validation';
import type { RunStore } from './run_store';
import type { StoredRun } from './stored_run';

/** Where a run is kept. */
export interface KeptPlace {
  store: RunStore;
  id: string;
  stored: StoredRun;
}

export class RunKeeper implements SessionStore {
  private readonly onSaved: () => void;
  private readonly onFailed: (error: unknown) => void;
  private place: KeptPlace | undefined;
  private best: number;
  private failed = false;

  /**
   * @param best least validation loss so far; infinite for a new run
   * @param onSaved called after each saving
   * @param onFailed called once, when the run cannot be saved
   */
  constructor(best: number, onSaved: () => void, onFailed: (error: unknown) => void) {
    this.best = best;
    this.onSaved = onSaved;
    this.onFailed = onFailed;
  }

  /** Under which the browser keeps the run; null where it keeps none. */
  get id(): string | null {
    return this.place?.id ?? null;
  }

  /** Finds the run its place, unless it has one. */
  async begin(place: () => Promise<KeptPlace>): Promise<void> {
    if (this.place) return;
    try {
      this.place = await place();
    } catch (error) {
      this.fail(error);
    }
  }

  appendMetrics(metrics: UpdateMetrics): void {
    this.place?.stored.appendMetrics(metrics);
  }

  appendValidation(update: number, metrics: ValidationMetrics): void {
    this.best = Math.min(this.best, metrics.loss);
    this.place?.stored.appendValidation(update, metrics);
  }

  appendAlarm(alarm: Alarm): void {
    this.place?.stored.appendAlarm(alarm);
  }

  async cutBack(update: number): Promise<void> {
    this.place?.stored.cutBack(update);
    this.best = (await this.place?.stored.leastValidationLoss()) ?? this.best;
  }

  async leastValidationLoss(): Promise<number> {
    return this.best;
  }

  async save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    await this.attempt(async ({ store, id, stored }) => {
      await stored.save(checkpoint, state);
      await store.note(id, state.update, Number.isFinite(this.best) ? this.best : null);
      this.onSaved();
    });
  }

  async saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void> {
    await this.attempt(({ stored }) => stored.saveBeside(kind, checkpoint));
  }

  /** Lets other tabs open the run. */
  close(): void {
    this.place?.store.close(this.place.id);
  }

  /** A full disk is no reason to stop training, but one to be told once. */
  private async attempt(work: (place: KeptPlace) => Promise<void>): Promise<void> {
    if (!this.place) return;
    try {
      await work(this.place);
      this.failed = false;
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!this.failed) this.onFailed(error);
    this.failed = true;
  }
}
