/** What a training session is given: the run, where it is computed and kept, and who is told. */
import type { Checkpoint } from '../graphcast/checkpoint';
import type { Turn } from '../webgpu/turn';
import type { Alarm } from './alarms';
import type { Collective } from './collective';
import type { RunConfig } from './run_config';
import type { Beside } from './run_format';
import type { RunPoint } from './run_point';
import type { OptimizerState, Trainer, UpdateMetrics } from './trainer';
import type { Validation, ValidationMetrics } from './validation';

/** Where a run is written down. */
export interface SessionStore {
  appendMetrics(metrics: UpdateMetrics): void | Promise<void>;
  appendValidation(update: number, metrics: ValidationMetrics): void | Promise<void>;
  appendAlarm(alarm: Alarm): void | Promise<void>;
  /** Drops what was appended of later updates: they will be done again. */
  cutBack(update: number): void | Promise<void>;
  /** The best loss of the validations so far; infinite without one. */
  leastValidationLoss(): Promise<number>;
  save(checkpoint: Checkpoint, state: OptimizerState): Promise<void>;
  saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void>;
}

/** A run on a device. */
export interface OpenTrainer {
  trainer: Trainer;
  /** Frees what it has on the device. */
  close(): void;
}

export interface SessionJob {
  config: RunConfig;
  /** Text fields of the checkpoint. */
  about: Pick<Checkpoint, 'description' | 'license'>;
  start: RunPoint;
  /** Puts the run onto a device, after a loss onto a new one. @throws DeviceError when none can be had */
  openTrainer(at: RunPoint): Promise<OpenTrainer>;
  /** Taken for every piece of work on the device; absent: nobody else uses it. */
  device?: Turn;
  /** Opens the run's store; asked for once, when the first update has come back. */
  openStore(): Promise<SessionStore>;
  /** The store of a run that is continued: its last checkpoint is there already. */
  resumed?: SessionStore;
  /**
   * Asked after every update.
   * @param since how long ago the run was saved last, and how long that took, ms
   */
  isSaveDue(update: number, since: { milliseconds: number; took: number }): boolean;
  /** Scores on held-out weather, every so many updates and at the end. */
  validation?: { validation: Validation; every: number };
  /** The processes that train together; the first one alone writes and speaks. */
  collective?: Collective;
  /** The trainer's next update, perhaps timed; absent: `trainer.update()`. */
  update?(trainer: Trainer): ReturnType<Trainer['update']>;
  /** Asked before every update; in all processes the answer must be the same. */
  mustStop(): boolean;
  /**
   * What to do about a run that ends with a bad update: the end of a sentence.
   * @param update of its last checkpoint, or 0
   */
  remedy(isSaved: boolean, update: number): string;
  /** An update has come back, a bad one too. */
  onUpdate?(metrics: UpdateMetrics): void;
  onValidating?(): void;
  onValidation?(update: number, metrics: ValidationMetrics, isBest: boolean): void;
  onAlarm?(alarm: Alarm): void;
  /** The run stands at its last checkpoint again: what came after it is done once more. */
  onPutBack?(): void;
}

export interface SessionOutcome {
  /** Done in all, those of earlier sessions included. */
  updates: number;
  /** Of this session's first and last update; null when there was nothing left to do. */
  firstLoss: number | null;
  lastLoss: number | null;
  stopped: boolean;
}
