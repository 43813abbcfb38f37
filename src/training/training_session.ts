/** A run from its start, or where it was left, to its end, whatever happens on the way. */
import { DatasetError, DeviceError, TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import { Turn } from '../webgpu/turn';
import { type Alarm, AlarmWatch } from './alarms';
import { type BadUpdate, badUpdate, describeBadUpdate } from './bad_update';
import { freshState, type RunPoint, readPoint } from './run_point';
import { totalUpdates } from './schedule';
import type { OpenTrainer, SessionJob, SessionOutcome, SessionStore } from './session_job';
import type { Trainer, UpdateMetrics } from './trainer';

/** Bad updates in a row, or bad updates after one checkpoint, that end a run whatever its policy. */
const MOST_BAD = 10;
/** Devices that are lost, or cannot be opened, after one checkpoint before a run gives up. */
const MOST_LOST_DEVICES = 5;
/** How long a device that is going may take to say so, ms. */
const LOSS_MILLISECONDS = 1000;
/** Between two looks at whether to stop, while a device is waited for, ms. */
const LOOK_MILLISECONDS = 100;

/**
 * Trains to the end of the schedule, or until asked to stop; saves either way. An update that is not finite is dealt
 * with as the configuration says; after a lost device the run goes on from its last checkpoint on a new one.
 *
 * `run` does it all at once; `open`, `advance` and `close` do it piece by piece, for a run that is paused and stepped.
 */
export class TrainingSession {
  /** Updates that the schedule has. */
  readonly total: number;
  /** Updates are being done, or a device is being waited for. */
  isGoing = false;
  private readonly job: SessionJob;
  private readonly device: Turn;
  private readonly watch = new AlarmWatch();
  private opened: OpenTrainer | undefined;
  private store: SessionStore | undefined;
  private isSaved: boolean;
  /** What the last checkpoint holds. */
  private last: RunPoint;
  private saving = { at: performance.now(), took: 0 };
  private isSaveAsked = false;
  /** Least validation loss; not known before the first update. */
  private best: number | undefined;
  /** Alarms from before there was a store. */
  private unwritten: Alarm[] = [];
  /** One update stays on the GPU while the data of the next are prepared. */
  private inFlight: Promise<UpdateMetrics> | undefined;
  private firstLoss: number | null = null;
  private lastLoss: number | null = null;
  private badInARow = 0;
  /** Both since the last checkpoint. */
  private rollBacks = 0;
  private lostDevices = 0;

  constructor(job: SessionJob) {
    this.job = job;
    this.total = totalUpdates(job.config.phases);
    this.device = job.device ?? new Turn();
    this.last = job.start;
    this.isSaved = job.resumed !== undefined;
  }

  /**
   * @throws TrainingError when an update is not finite and the policy is to stop, or no policy has helped; DeviceError
   *   when no device can be opened, or one fails without being lost; whatever opening and writing the store throws
   */
  async run(): Promise<SessionOutcome> {
    try {
      await this.open();
      await this.trainTo(this.total);
      const { updates, firstLoss, lastLoss } = this;
      return { updates, firstLoss, lastLoss, stopped: !this.isFinished };
    } catch (error) {
      if (error instanceof TrainingError && this.speaks) {
        await this.store?.appendAlarm(this.alarmOfFailure(error.message));
      }
      throw error;
    } finally {
      this.close();
    }
  }

  /** Puts the run onto a device, at its last checkpoint, unless it is on one. @throws what `openTrainer` throws */
  open(): Promise<void> {
    return this.device.take(async () => {
      if (this.opened) return;
      this.opened = await this.job.openTrainer(this.last);
      await this.cutBack();
    });
  }

  /**
   * Trains until the end, until asked to stop, or until so many updates are done. After a TrainingError the run is back
   * at its last checkpoint.
   * @throws as {@link run}
   */
  async advance(most = Number.POSITIVE_INFINITY): Promise<void> {
    this.isGoing = true;
    try {
      await this.trainTo(Math.min(this.total, this.updates + most));
    } catch (error) {
      if (error instanceof TrainingError) await this.goBack(error.message);
      throw error;
    } finally {
      this.isGoing = false;
    }
  }

  /** Frees the device; {@link open} goes on from the last checkpoint. */
  close(): void {
    this.opened?.close();
    this.opened = undefined;
    this.inFlight = undefined;
  }

  /** Saves after the update under way; at once where none is. */
  async saveSoon(): Promise<void> {
    this.isSaveAsked = true;
    if (!this.isGoing) await this.save();
  }

  /** A checkpoint of the parameters as they are now. */
  async readCheckpoint(): Promise<Checkpoint> {
    const read = async () => this.opened?.trainer.readParameters() ?? this.last.parameters;
    return this.checkpoint(await this.device.take(read));
  }

  /** Updates done; on no device those of the last checkpoint. */
  get updates(): number {
    return this.opened?.trainer.updates ?? this.lastUpdate;
  }

  get isFinished(): boolean {
    return this.updates >= this.total;
  }

  /** The model on the device, if the run is on one. */
  get model(): Trainer['model'] | undefined {
    return this.opened?.trainer.model;
  }

  private get trainer(): Trainer {
    if (!this.opened) throw new Error('the run is on no device');
    return this.opened.trainer;
  }

  private get lastUpdate(): number {
    return this.last.state?.update ?? 0;
  }

  private get speaks(): boolean {
    return (this.job.collective?.rank ?? 0) === 0;
  }

  /** Trains up to an update, and saves. */
  private async trainTo(end: number): Promise<void> {
    this.saving.at = performance.now();
    if (this.best === undefined) await this.begin();
    for (let isDone = false; !isDone; ) {
      isDone = await this.train(end).then(
        () => true,
        (error) => this.recover(error),
      );
    }
  }

  /** What comes before the first update. */
  private async begin(): Promise<void> {
    const { job } = this;
    const { resumed, start, config } = job;
    this.best = (await resumed?.leastValidationLoss()) ?? Number.POSITIVE_INFINITY;
    if (start.state) {
      const { rateScale = 1, update } = start.state;
      const message = `The learning rate is ${scaleInWords(rateScale)}, for the run was rolled back.`;
      if (rateScale < 1 && this.speaks) job.onAlarm?.({ kind: 'learning rate', update, message });
      return;
    }
    for (const alarm of AlarmWatch.ofSchedule(config.phases)) await this.tell(alarm);
  }

  private async train(end: number): Promise<void> {
    do {
      while (this.updates < end && !this.job.mustStop()) await this.next();
      // A run that its last update has put back has more to do.
    } while (!(await this.takeIn()));
    await this.save();
  }

  /** One more update, and what is due after it. */
  private async next(): Promise<void> {
    const { job, trainer, saving } = this;
    if (trainer.isOutgrown) {
      if (await this.takeIn()) await this.rebuild();
      return;
    }
    const { metrics } = await this.device.take(() => job.update?.(trainer) ?? trainer.update());
    // Where the one before has put the run back, this one is not part of it.
    if (!(await this.takeIn())) return;
    this.inFlight = metrics;
    const { updates } = trainer;
    const mustValidate =
      this.isFinished || updates % (job.validation?.every ?? Number.POSITIVE_INFINITY) === 0;
    const since = { milliseconds: performance.now() - saving.at, took: saving.took };
    const mustSave = this.isSaveAsked || job.isSaveDue(updates, since);
    if ((mustValidate || mustSave) && (await this.takeIn())) {
      if (mustValidate) await this.validate();
      if (mustSave) await this.save();
    }
  }

  /** Accepts the update in flight. @returns false when it has put the run back */
  private async takeIn(): Promise<boolean> {
    const { inFlight } = this;
    this.inFlight = undefined;
    return inFlight === undefined || this.accept(await inFlight);
  }

  /** Writes an update down, or acts on a bad one. @returns false when the run was put back */
  private async accept(metrics: UpdateMetrics): Promise<boolean> {
    const { job } = this;
    if (this.speaks) job.onUpdate?.(metrics);
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
    return true;
  }

  /** Onto a model of the precision that the next phase asks for, from where the run is. */
  private async rebuild(): Promise<void> {
    await this.save();
    await this.leave();
    await this.open();
  }

  private leave(): Promise<void> {
    return this.device.take(async () => this.close());
  }

  /** Back to the last checkpoint, and on from there with half the learning rate. */
  private async rollBack(bad: BadUpdate): Promise<void> {
    const scale = this.last.state?.rateScale ?? 1;
    if (this.rollBacks === MOST_BAD) {
      // Halving was of no use: whoever resumes the run finds the rate as it was.
      this.scaleRate(scale * 2 ** MOST_BAD);
      if (this.store) await this.write(this.last);
      throw this.failure(
        `${describeBadUpdate(bad)}, even after ${MOST_BAD} halvings of the learning rate, which are undone`,
      );
    }
    this.rollBacks++;
    const rateScale = scale / 2;
    const now = rateScale < 0.5 ? `, now ${scaleInWords(rateScale)}` : '';
    const then = `going on from ${this.lastPlace} with half the learning rate${now}`;
    await this.putBack(rateScale, alarmOf(bad, 'rolled back', this.lastUpdate, then));
  }

  /** A run that has failed stands at its last checkpoint. */
  private goBack(message: string): Promise<void> {
    return this.putBack(this.last.state?.rateScale, this.alarmOfFailure(message));
  }

  private async putBack(rateScale: number | undefined, alarm: Alarm): Promise<void> {
    this.scaleRate(rateScale);
    this.badInARow = 0;
    const { parameters, state } = this.last;
    await this.device.take(async () => this.trainer.restore(parameters, state));
    await this.cutBack();
    this.job.onPutBack?.();
    await this.tell(alarm);
    // Whoever resumes the run from here must find the halved rate, and what happened.
    if (this.store) await this.write(this.last);
  }

  /** From the last checkpoint on. @param rateScale what the schedule's learning rates are multiplied by; absent: 1 */
  private scaleRate(rateScale: number | undefined): void {
    const { parameters, state = freshState(parameters) } = this.last;
    this.last = { parameters, state: { ...state, rateScale } };
  }

  /**
   * Goes on after a lost device.
   * @returns whether the run was asked to stop meanwhile, and is on no device
   * @throws the error, when it is another one or nothing helps
   */
  private async recover(error: unknown): Promise<boolean> {
    const { job, opened } = this;
    if (job.collective) throw error;
    const isLoss = opened ? await isLost(opened.trainer) : error instanceof DeviceError;
    // Data that cannot be read leave the run as it is: what it has learnt is kept.
    if (!isLoss && error instanceof DatasetError && (await this.takeIn())) await this.save();
    if (!isLoss) throw error;
    const reached = this.updates;
    await this.leave();
    let cause = error;
    while (!this.opened) {
      if (this.lostDevices === MOST_LOST_DEVICES) throw cause;
      // A driver that was reset needs a while.
      for (let wait = 1000 * (2 ** this.lostDevices - 1); wait > 0; wait -= LOOK_MILLISECONDS) {
        if (job.mustStop()) return true;
        await pause(LOOK_MILLISECONDS);
      }
      this.lostDevices++;
      await this.open().catch((failed: unknown) => {
        if (!(failed instanceof DeviceError)) throw failed;
        cause = failed;
      });
    }
    job.onPutBack?.();
    const message = `The GPU device was lost after update ${reached}: going on from ${this.lastPlace} on a new one.`;
    await this.tell({ kind: 'device lost', update: this.lastUpdate, message });
    return false;
  }

  private async validate(): Promise<void> {
    const { job, trainer, store } = this;
    if (!job.validation || !store) return;
    const { validation } = job.validation;
    const { updates } = trainer;
    job.onValidating?.();
    const metrics = await this.device.take(() => trainer.validate(validation));
    await store.appendValidation(updates, metrics);
    const isBest = metrics.loss < this.best!;
    job.onValidation?.(updates, metrics, isBest);
    for (const alarm of this.watch.observeValidation(updates, metrics.loss, this.best!))
      await this.tell(alarm);
    if (!isBest) return;
    this.best = metrics.loss;
    await store.saveBeside('best', await this.readCheckpoint());
  }

  /** Writes a checkpoint, unless the last one holds the run as it is. */
  private save(): Promise<void> {
    return this.device.take(async () => {
      this.isSaveAsked = false;
      const { opened, store, updates } = this;
      if (!opened || updates === this.lastUpdate || (this.speaks && !store)) return;
      const start = performance.now();
      if (store) {
        this.last = await readPoint(opened.trainer);
        await this.write(this.last);
      } else {
        // Values come from the process that speaks; where it is and how fast it learns is known to all.
        const { parameters, state } = this.last;
        const { rateScale } = state ?? {};
        this.last = { parameters, state: { ...freshState(parameters), update: updates, rateScale } };
      }
      this.saving = { at: performance.now(), took: performance.now() - start };
      this.rollBacks = 0;
      this.lostDevices = 0;
    });
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

  /** Forgets what was written down of updates after the last checkpoint. */
  private async cutBack(): Promise<void> {
    if (!this.store) return;
    await this.store.cutBack(this.lastUpdate);
    this.best = await this.store.leastValidationLoss();
  }

  private async tell(alarm: Alarm): Promise<void> {
    if (!this.speaks) return;
    this.job.onAlarm?.(alarm);
    if (this.store) await this.store.appendAlarm(alarm);
    else this.unwritten.push(alarm);
  }

  /** Where a run goes on from that was put back. */
  private get lastPlace(): string {
    return this.lastUpdate === 0 ? 'the start' : `the checkpoint of update ${this.lastUpdate}`;
  }

  private alarmOfFailure(message: string): Alarm {
    return { kind: 'bad update', update: this.lastUpdate, message };
  }

  private failure(what: string): TrainingError {
    return new TrainingError(`${what}: ${this.job.remedy(this.isSaved, this.lastUpdate)}.`);
  }
}

function alarmOf(bad: BadUpdate, kind: Alarm['kind'], update: number, then: string): Alarm {
  return { kind, update, message: `${describeBadUpdate(bad)}: ${then}.`, initialTimes: bad.initialTimes };
}

/** "1/8 of the schedule's". */
const scaleInWords = (scale: number) => `1/${1 / scale} of the schedule's`;

/** Whether an error comes from a device that is gone; one that has failed otherwise is still there. */
function isLost({ model }: Trainer): Promise<boolean> {
  return Promise.race([model.gpu.lost.then(() => true), pause(LOSS_MILLISECONDS).then(() => false)]);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
