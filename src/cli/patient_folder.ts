import { StorageError } from '../errors';
import type { Checkpoint } from '../graphcast/checkpoint';
import type { Alarm } from '../training/alarms';
import type { RunFolder } from '../training/run_folder';
import type { Beside } from '../training/run_format';
import type { SessionStore } from '../training/session_job';
import type { OptimizerState, UpdateMetrics } from '../training/trainer';
import type { ValidationMetrics } from '../training/validation';

/**
 * A run folder whose disk may be full for a while: that is said once, the run goes on, and what could not be written
 * is written with the next save or line. Only `finish` insists.
 */
export class PatientFolder implements SessionStore {
  private readonly folder: RunFolder;
  private readonly say: (text: string) => void;
  private hasFailed = false;
  private unsaved: { checkpoint: Checkpoint; state: OptimizerState } | undefined;
  private readonly unsavedBeside = new Map<Beside, Checkpoint>();

  constructor(folder: RunFolder, say: (text: string) => void) {
    this.folder = folder;
    this.say = say;
  }

  /** Whether the run can be continued from the folder. */
  get hasCheckpoint(): boolean {
    return this.folder.hasCheckpoint;
  }

  appendMetrics(metrics: UpdateMetrics): Promise<void> {
    return this.attempt(() => this.folder.appendMetrics(metrics));
  }

  appendValidation(update: number, metrics: ValidationMetrics): Promise<void> {
    return this.attempt(() => this.folder.appendValidation(update, metrics));
  }

  appendAlarm(alarm: Alarm): Promise<void> {
    return this.attempt(() => this.folder.appendAlarm(alarm));
  }

  cutBack(update: number): Promise<void> {
    return this.attempt(() => this.folder.cutBack(update));
  }

  leastValidationLoss(): Promise<number> {
    return this.folder.leastValidationLoss();
  }

  save(checkpoint: Checkpoint, state: OptimizerState): Promise<void> {
    this.unsaved = { checkpoint, state };
    return this.attempt(() => this.writeAll());
  }

  saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void> {
    this.unsavedBeside.set(kind, checkpoint);
    return this.attempt(() => this.writeAll());
  }

  /** Writes what is still unwritten at the end of a run. @throws StorageError when that cannot be */
  async finish(): Promise<void> {
    await this.writeAll();
  }

  private async writeAll(): Promise<void> {
    if (this.unsaved) await this.folder.save(this.unsaved.checkpoint, this.unsaved.state);
    this.unsaved = undefined;
    for (const [kind, checkpoint] of this.unsavedBeside) {
      await this.folder.saveBeside(kind, checkpoint);
      this.unsavedBeside.delete(kind);
    }
    await this.folder.writeDue();
    if (this.hasFailed) this.say(`${this.folder.path} is written again: nothing is missing.`);
    this.hasFailed = false;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (!this.hasFailed) this.say(`Warning: ${error.message} It goes on now, and tries again.`);
      this.hasFailed = true;
    }
  }
}
