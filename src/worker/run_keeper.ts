/** Keeps one run among the browser's files while it trains; a browser that keeps none stops nothing. */
import type { Checkpoint } from '../graphcast/checkpoint';
import type { Alarm } from '../training/alarms';
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

export class RunKeeper {
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
    await this.attempt(async () => {
      this.place = await place();
    });
  }

  /** Takes note of an update; it is written down with the next checkpoint. */
  record(metrics: UpdateMetrics): void {
    this.place?.stored.record(metrics);
  }

  recordAlarm(alarm: Alarm): void {
    this.place?.stored.recordAlarm(alarm);
  }

  /** Forgets what was noted after an update: a lost device took it back. */
  forgetAfter(update: number): void {
    this.place?.stored.forgetAfter(update);
  }

  /** Whether no validation so far had a lower loss. */
  isBest(loss: number): boolean {
    return loss < this.best;
  }

  /** Takes note of a validation, and keeps the checkpoint that was scored if it is the best. */
  async recordValidation(update: number, metrics: ValidationMetrics, checkpoint: Checkpoint): Promise<void> {
    const { place } = this;
    const best = this.isBest(metrics.loss);
    if (best) this.best = metrics.loss;
    place?.stored.recordValidation(update, metrics);
    if (best && place) await this.attempt(() => place.stored.saveBeside('best', checkpoint));
  }

  async save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    const { place } = this;
    if (!place) return;
    await this.attempt(async () => {
      await place.stored.save(checkpoint, state);
      const { store, id } = place;
      await store.note(id, state.update, Number.isFinite(this.best) ? this.best : null);
      this.onSaved();
    });
  }

  /** Lets other tabs open the run. */
  close(): void {
    this.place?.store.close(this.place.id);
  }

  /** A full disk is no reason to stop training, but one to be told once. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failed = false;
    } catch (error) {
      if (!this.failed) this.onFailed(error);
      this.failed = true;
    }
  }
}
