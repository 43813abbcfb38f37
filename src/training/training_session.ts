/** A run from its start, or where it was left, to its end, whatever happens on the way. */
import { DeviceError, TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import { type Alarm, AlarmWatch } from './alarms';
import { type BadUpdate, badUpdate, describeBadUpdate } from './bad_update';
import type { Collective } from './collective';
import type { RunConfig } from './run_config';
import type { Beside } from './run_format';
import { totalUpdates } from './schedule';
import type { OptimizerState, Trainer, UpdateMetrics } from './trainer';
import type { Validation, ValidationMetrics } from './validation';

/** Bad updates in a row, or bad updates after one checkpoint, that end a run whatever its policy. */
const MOST_BAD = 10;
/** Devices that are lost, or cannot be opened, after one checkpoint before a run gives up. */
const MOST_LOST_DEVICES = 5;
/** How long a device that is going may take to say so, ms. */
const LOSS_MILLISECONDS = 1000;

/** Where a run is, as a checkpoint holds it; without a state at its start. */
export interface RunPoint {
  parameters: ReadonlyMap<string, Float32Array>;
  state?: OptimizerState;
}

/** Where a run is written down. */
export interface SessionStore {
  appendMetrics(metrics: UpdateMetrics): Promise<void>;
  appendValidation(update: number, metrics: ValidationMetrics): Promise<void>;
  appendAlarm(alarm: Alarm): Promise<void>;
  /** Drops what was appended of later updates: they will be done again. */
  cutBack(update: number): Promise<void>;
  /** The best loss of the validations so far; infinite without one. */
  leastValidationLoss(): Promise<number>;
  save(checkpoint: Checkpoint, state: OptimizerState): Promise<void>;
  saveBeside(kind: Beside, checkpoint: Checkpoint): Promise<void>;
}

export interface SessionJob {
  config: RunConfig;
  /** Text fields of the checkpoint. */
  about: Pick<Checkpoint, 'description' | 'license'>;
  start: RunPoint;
  /** Puts the run onto a device, a new one each time; `close` frees both. */
  openTrainer(at: RunPoint): Promise<{ trainer: Trainer; close(): void }>;
  /** Opens the run's store; asked for once, when the first update has come back. */
  openStore(): Promise<SessionStore>;
  /** The store of a run that is continued: its last checkpoint is there already. */
  resumed?: SessionStore;
  /** Updates between checkpoints. */
  saveEvery: number;
  /** Scores on held-out weather, every so many updates and at the end. */
  validation?: { validation: Validation; every: number };
  /** The processes that train together; the first one alone writes and speaks. */
  collective?: Collective;
  /** Asked before every update; in all processes the answer must be the same. */
  mustStop(): boolean;
  /** What to do about a run that ends with a bad update: the end of a sentence. */
  remedy(isSaved: boolean): string;
  onUpdate?(metrics: UpdateMetrics): void;
  onValidation?(update: number, metrics: ValidationMetrics): void;
  onAlarm?(alarm: Alarm): void;
}

export interface SessionOutcome {
  /** Done in all, those of earlier sessions included. */
  updates: number;
  /** Of this session's first and last update; null when there was nothing left to do. */
  firstLoss: number | null;
  lastLoss: number | null;
  stopped: boolean;
}

/**
 * Trains to the end of the schedule, or until asked to stop; saves either way. An update that is not finite is dealt
 * with as the configuration says; after a lost device the run goes on from its last checkpoint on a new one.
 */
export class TrainingSession {
  private readonly job: SessionJob;
  private readonly total: number;
  private readonly watch = new AlarmWatch();
  private opened: { trainer: Trainer; close(): void } | undefined;
  private store: SessionStore | undefined;
  private isSaved: boolean;
  /** What the last checkpoint holds. */
  private last: RunPoint;
  private best = Number.POSITIVE_INFINITY;
  /** Alarms from before there was a store. */
  private unwritten: Alarm[] = [];
  private firstLoss: number | null = null;
  private lastLoss: number | null = null;
  private badInARow = 0;
  /** Both since the last checkpoint. */
  private rollBacks = 0;
  private lostDevices = 0;
  private stopped = false;
  private finished = false;

  constructor(job: SessionJob) {
    this.job = job;
    this.total = totalUpdates(job.config.phases);
    this.last = job.start;
    this.isSaved = job.resumed !== undefined;
  }

  /**
   * @throws TrainingError when an update is not finite and the policy is to stop, or no policy has helped; DeviceError
   *   when no device can be opened, or one fails without being lost; whatever opening and writing the store throws
   */
  async run(): Promise<SessionOutcome> {
    const { job } = this;
    this.best = (await job.resumed?.leastValidationLoss()) ?? this.best;
    this.opened = await job.openTrainer(job.start);
    if (!job.start.state) {
      for (const alarm of AlarmWatch.ofSchedule(job.config.phases)) await this.tell(alarm);
    }
    try {
      while (!this.finished) await this.advance().catch((error) => this.recover(error));
      const { updates } = this.trainer;
      return { updates, firstLoss: this.firstLoss, lastLoss: this.lastLoss, stopped: this.stopped };
    } finally {
      this.opened?.close();
    }
  }

  private get trainer(): Trainer {
    if (!this.opened) throw new Error('the run is on no device');
    return this.opened.trainer;
  }

  private get speaks(): boolean {
    return (this.job.collective?.rank ?? 0) === 0;
  }

  /**
   * Trains until the end, until asked to stop, or until another trainer is needed. One update stays on the GPU while the
   * data of the next are prepared.
   */
  private async advance(): Promise<void> {
    const { job, trainer, total } = this;
    const { saveEvery, validation } = job;
    let pending: Promise<UpdateMetrics> | undefined;
    while (trainer.updates < total) {
      this.stopped = job.mustStop();
      if (this.stopped) break;
      if (trainer.isOutgrown) {
        if (pending && !(await this.accept(await pending))) return;
        return this.rebuild();
      }
      const { metrics } = await trainer.update();
      const done = trainer.updates;
      const due = (every: number) => done % every === 0 && done < total;
      const [mustSave, mustValidate] = [due(saveEvery), validation !== undefined && due(validation.every)];
      const former = pending;
      pending = metrics;
      if (former && !(await this.accept(await former))) pending = undefined;
      else if (mustSave || mustValidate) {
        pending = undefined;
        if (!(await this.accept(await metrics))) continue;
        if (mustValidate) await this.validate();
        if (mustSave) await this.save();
      }
    }
    if (pending && !(await this.accept(await pending))) return;
    if (this.lastLoss !== null && !this.stopped) await this.validate();
    await this.save();
    this.finished = true;
  }

  /**
   * Writes an update down, or acts on a bad one.
   * @returns false when the run was put back, and what is on its way is no longer part of it
   */
  private async accept(metrics: UpdateMetrics): Promise<boolean> {
    const { job } = this;
    const bad = badUpdate(metrics);
    if (bad && job.config.on_bad_update === 'stop') throw this.failure(describeBadUpdate(bad));
    if (bad && job.config.on_bad_update === 'roll_back') {
      await this.rollBack(bad);
      return false;
    }
    this.badInARow = bad ? this.badInARow + 1 : 0;
    if (bad && this.badInARow === MOST_BAD) {
      throw this.failure(`${describeBadUpdate(bad)}, and so were the ${MOST_BAD - 1} before it`);
    }
    this.firstLoss ??= metrics.loss;
    this.lastLoss = metrics.loss;
    if (!this.speaks) return true;
    await this.openStore();
    await this.store!.appendMetrics(metrics);
    const alarms = bad
      ? [alarmOf(bad, 'bad update', bad.update, 'it was skipped')]
      : this.watch.observe(metrics);
    for (const alarm of alarms) await this.tell(alarm);
    job.onUpdate?.(metrics);
    return true;
  }

  /** Onto a model of the precision that the next phase asks for, from where the run is. */
  private async rebuild(): Promise<void> {
    const { trainer } = this;
    const point = { parameters: await trainer.readParameters(), state: await trainer.readState() };
    this.opened?.close();
    this.opened = undefined;
    this.opened = await this.job.openTrainer(point);
  }

  /** Back to the last checkpoint, and on from there with half the learning rate. */
  private async rollBack(bad: BadUpdate): Promise<void> {
    if (this.rollBacks === MOST_BAD) {
      throw this.failure(`${describeBadUpdate(bad)}, after ${MOST_BAD} halvings of the learning rate`);
    }
    this.rollBacks++;
    const { parameters, state = freshState(parameters) } = this.last;
    this.last = { parameters, state: { ...state, rateScale: (state.rateScale ?? 1) / 2 } };
    this.trainer.restore(this.last.parameters, this.last.state);
    await this.cutBack(state.update);
    const since = state.update === 0 ? 'the start' : `the checkpoint of update ${state.update}`;
    await this.tell(
      alarmOf(bad, 'rolled back', state.update, `going on from ${since} with half the learning rate`),
    );
    // Whoever resumes the run from here must find the halved rate.
    if (this.store) await this.write(this.last);
  }

  /** Goes on after a lost device. @throws the error, when it is another one or nothing helps */
  private async recover(error: unknown): Promise<void> {
    const { job } = this;
    if (job.collective || !this.opened || !(await isLost(this.opened.trainer))) throw error;
    const reached = this.trainer.updates;
    this.opened.close();
    this.opened = undefined;
    let cause = error;
    while (!this.opened) {
      if (this.lostDevices === MOST_LOST_DEVICES) throw cause;
      // A driver that was reset needs a while.
      await pause(1000 * (2 ** this.lostDevices - 1));
      this.lostDevices++;
      this.opened = await job.openTrainer(this.last).catch((failed: unknown) => {
        if (!(failed instanceof DeviceError)) throw failed;
        cause = failed;
        return undefined;
      });
    }
    const { updates } = this.trainer;
    await this.cutBack(updates);
    const since = updates === 0 ? 'the start' : `the checkpoint of update ${updates}`;
    const message = `The GPU device was lost after update ${reached}: going on from ${since} on a new one.`;
    await this.tell({ kind: 'device lost', update: updates, message });
  }

  private async validate(): Promise<void> {
    const { job, trainer, store } = this;
    if (!job.validation || !store) return;
    const { updates } = trainer;
    const metrics = await trainer.validate(job.validation.validation);
    await store.appendValidation(updates, metrics);
    job.onValidation?.(updates, metrics);
    for (const alarm of this.watch.observeValidation(updates, metrics.loss)) await this.tell(alarm);
    if (metrics.loss >= this.best) return;
    this.best = metrics.loss;
    await store.saveBeside('best', this.checkpoint(await trainer.readParameters()));
  }

  private async save(): Promise<void> {
    const { trainer, store } = this;
    if (this.speaks && !store) return;
    if (store) {
      const state = await trainer.readState();
      this.last = { parameters: await trainer.readParameters(), state };
      await this.write(this.last);
    } else {
      // Values come from the process that speaks; where it is and how fast it learns is known to all.
      const { parameters, state } = this.last;
      const { updates: update } = trainer;
      this.last = { parameters, state: { ...freshState(parameters), update, rateScale: state?.rateScale } };
    }
    this.rollBacks = 0;
    this.lostDevices = 0;
  }

  private async write({ parameters, state }: RunPoint): Promise<void> {
    const { store } = this;
    await store!.save(this.checkpoint(parameters), state!);
    if (state!.average) await store!.saveBeside('average', this.checkpoint(state!.average));
    this.isSaved = true;
  }

  private checkpoint(parameters: ReadonlyMap<string, Float32Array>): Checkpoint {
    const { model, task } = this.job.config;
    return checkpointOf(model, task, parameters, this.job.about);
  }

  private async openStore(): Promise<void> {
    if (this.store) return;
    this.store = await this.job.openStore();
    for (const alarm of this.unwritten.splice(0)) await this.store.appendAlarm(alarm);
  }

  private async cutBack(update: number): Promise<void> {
    if (!this.store) return;
    await this.store.cutBack(update);
    this.best = await this.store.leastValidationLoss();
  }

  private async tell(alarm: Alarm): Promise<void> {
    if (!this.speaks) return;
    this.job.onAlarm?.(alarm);
    if (this.store) await this.store.appendAlarm(alarm);
    else this.unwritten.push(alarm);
  }

  private failure(what: string): TrainingError {
    return new TrainingError(`${what}: ${this.job.remedy(this.isSaved)}.`);
  }
}

function alarmOf(bad: BadUpdate, kind: Alarm['kind'], update: number, then: string): Alarm {
  return { kind, update, message: `${describeBadUpdate(bad)}: ${then}.`, initialTimes: bad.initialTimes };
}

/** The optimiser's state before the first update. */
function freshState(parameters: ReadonlyMap<string, Float32Array>): OptimizerState {
  const zeros = () =>
    new Map([...parameters].map(([name, { length }]) => [name, new Float32Array(length)] as const));
  return { update: 0, moment1: zeros(), moment2: zeros() };
}

/** Whether an error comes from a device that is gone; one that has failed otherwise is still there. */
function isLost({ model }: Trainer): Promise<boolean> {
  return Promise.race([model.gpu.lost.then(() => true), pause(LOSS_MILLISECONDS).then(() => false)]);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
