/** A training run in the engine's thread: started, paused, stepped, stopped, saved, and carried over a lost device. */
import { TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import { elementCount, parameterArrays } from '../graphcast/parameters';
import { type Alarm, AlarmWatch } from '../training/alarms';
import { badUpdate, describeBadUpdate } from '../training/bad_update';
import type { RunConfig } from '../training/run_config';
import { totalUpdates } from '../training/schedule';
import { type OptimizerState, Trainer, type UpdateMetrics } from '../training/trainer';
import type { Validation } from '../training/validation';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { TabulatedStatistics } from '../weather/statistics';
import type { Gpu } from '../webgpu/device';
import type { KernelWatch } from './kernel_watch';
import { measuredVariants } from './measured_variants';
import type { UpdateReport, ValidationReport } from './protocol';
import type { RunKeeper } from './run_keeper';
import { Turn } from './turn';

/** Updates whose results may still be on their way while the next is prepared. */
const IN_FLIGHT = 2;
/** Between two savings, ms: at least this long, at most that long, and so that saving takes little of the time. */
const LEAST_UNSAVED = 5_000;
const MOST_UNSAVED = 60_000;
const SAVING_SHARE = 0.05;

export interface RunParts {
  dataset: Dataset;
  statistics: TabulatedStatistics;
  config: RunConfig;
  parameters: ReadonlyMap<string, Float32Array>;
  /** Where the run goes on; absent for a new one. */
  state?: OptimizerState;
  /** For checkpoints. */
  about: Pick<Checkpoint, 'description' | 'license'>;
  /** Scores on held-out weather every so many updates, and at the end. */
  validation?: { validation: Validation; every: number };
  keeper: RunKeeper;
}

/** What a run tells while it trains. */
export interface RunListener {
  update(report: UpdateReport): void;
  /** A validation begins. */
  validating(): void;
  validated(report: ValidationReport): void;
  alarms(alarms: Alarm[]): void;
}

export class TrainingRun {
  readonly config: RunConfig;
  readonly keeper: RunKeeper;
  /** Updates that the schedule has. */
  readonly total: number;
  readonly parts: RunParts;
  private readonly turn: Turn;
  private readonly watch: KernelWatch;
  private readonly listener: RunListener;
  private readonly alarmWatch = new AlarmWatch();
  /** One saving at a time. */
  private readonly savings = new Turn();
  private trainer: Trainer | undefined;
  private saved: { parameters: ReadonlyMap<string, Float32Array>; state?: OptimizerState };
  private savedAt = 0;
  /** The update that the keeper has. */
  private keptAt: number | undefined;
  private savingTook = 0;
  private saveNow = false;
  private validatedAt = 0;
  private lastResult = 0;
  private wanted = false;

  constructor(parts: RunParts, turn: Turn, watch: KernelWatch, listener: RunListener) {
    this.parts = parts;
    this.config = parts.config;
    this.keeper = parts.keeper;
    this.total = totalUpdates(parts.config.phases);
    this.turn = turn;
    this.watch = watch;
    this.listener = listener;
    this.saved = { parameters: parts.parameters, state: parts.state };
    this.keptAt = parts.state?.update;
  }

  get parameterCount(): number {
    const { task, model } = this.config;
    const { inputs, state } = channelLayout(task);
    return parameterArrays(model, inputs.length, state.length).reduce(
      (sum, { shape }) => sum + elementCount(shape),
      0,
    );
  }

  /** Updates done; after a lost device those that were read back before. */
  get updates(): number {
    return this.trainer?.updates ?? this.saved.state?.update ?? 0;
  }

  get isFinished(): boolean {
    return this.updates >= this.total;
  }

  /** The model on the device, if the run is on one. */
  get model() {
    return this.trainer?.model;
  }

  /** Puts the run onto a device, where it was last read back, unless it is on this one already. */
  async attach(gpu: Gpu): Promise<void> {
    await this.turn.take(async () => {
      if (this.trainer?.model.gpu === gpu) return;
      this.trainer = undefined;
      const { dataset, statistics, config } = this.parts;
      const variant = config.kernel_variant ?? measuredVariants(gpu);
      this.trainer = await Trainer.create({ gpu, dataset, statistics, config, ...this.saved, variant });
      config.kernel_variant = this.trainer.model.variants; // kept with the run, so that it goes on with the same bits
      this.savedAt = performance.now();
    });
  }

  /** The device is gone, and with it everything since the last read-back. */
  detach(): void {
    this.wanted = false;
    this.trainer = undefined;
    this.forgetAfterSaved();
  }

  /**
   * Trains until paused, until `most` updates are done, or until the schedule ends.
   * @throws TrainingError when the loss is no number any more, and the run is back where it was last read back;
   *   DeviceError when the device is lost or has failed
   */
  async advance(most = Number.POSITIVE_INFINITY): Promise<void> {
    this.wanted = true;
    this.lastResult = performance.now();
    const waiting: Promise<UpdateMetrics>[] = [];
    const acceptAllBut = async (inFlight: number) => {
      while (waiting.length > inFlight) this.accept(await waiting.shift()!);
    };
    try {
      for (let done = 0; this.wanted && done < most && !this.isFinished; done++) {
        if (this.attached.isOutgrown) {
          await acceptAllBut(0);
          await this.rebuild();
        }
        const { metrics } = await this.turn.take(() => this.watch.update(this.attached));
        waiting.push(metrics);
        await acceptAllBut(IN_FLIGHT - 1);
        if (this.mustValidate) {
          await acceptAllBut(0);
          await this.validate();
        }
        if (this.mustSave) {
          await acceptAllBut(0);
          await this.save();
        }
      }
      await acceptAllBut(0);
      await this.save();
    } catch (error) {
      // Everything on the device comes from the bad update: `attach` goes back to what was read before it.
      if (error instanceof TrainingError) {
        await Promise.allSettled(waiting);
        await this.turn.take(async () => this.destroy());
        this.forgetAfterSaved();
        this.tell([{ kind: 'bad update', update: this.updates, message: error.message }]);
      }
      throw error;
    }
  }

  pause(): void {
    this.wanted = false;
  }

  /** Saves after the update under way; at once where none is. */
  async saveSoon(): Promise<void> {
    this.saveNow = true;
    if (!this.wanted) await this.save();
  }

  /** Current parameters in GraphCast's own checkpoint format. */
  async checkpoint(): Promise<Checkpoint> {
    await this.readBack();
    return this.checkpointOf(this.saved.parameters);
  }

  /** Frees the device; what was read back last stays, and {@link attach} goes on from it. */
  destroy(): void {
    this.pause();
    this.trainer?.destroy();
    this.trainer = undefined;
  }

  /** What came after the last read-back will be done again. */
  private forgetAfterSaved(): void {
    this.keeper.forgetAfter(this.updates);
    this.validatedAt = 0;
  }

  private get attached(): Trainer {
    if (!this.trainer) throw new Error('the run is not on a device');
    return this.trainer;
  }

  /** Onto a model of the precision that the next phase asks for, from where the run is. */
  private async rebuild(): Promise<void> {
    await this.readBack();
    const { gpu } = this.attached.model;
    await this.turn.take(async () => {
      this.trainer?.destroy();
      this.trainer = undefined;
    });
    await this.attach(gpu);
  }

  private get mustSave(): boolean {
    const interval = Math.min(MOST_UNSAVED, Math.max(LEAST_UNSAVED, this.savingTook / SAVING_SHARE));
    return this.saveNow || performance.now() - this.savedAt > interval;
  }

  private get mustValidate(): boolean {
    const { validation } = this.parts;
    if (!validation || this.validatedAt === this.updates) return false;
    return this.isFinished || this.updates % validation.every === 0;
  }

  /** Reads the run back, and gives it to whoever keeps it. */
  private save(): Promise<void> {
    return this.savings.take(async () => {
      const start = performance.now();
      this.saveNow = false;
      await this.readBack();
      const { parameters, state } = this.saved;
      if (!state || state.update === this.keptAt) return;
      await this.keeper.save(this.checkpointOf(parameters), state);
      this.keptAt = state.update;
      this.savingTook = performance.now() - start;
    });
  }

  /** Reads the run back, unless an update whose loss is still on its way has spoilt it. */
  private async readBack(): Promise<void> {
    await this.turn.take(async () => {
      const { trainer } = this;
      if (!trainer || trainer.updates === 0) return;
      const parameters = await trainer.readParameters();
      const state = await trainer.readState();
      this.savedAt = performance.now();
      if (allFinite(parameters)) this.saved = { parameters, state };
    });
  }

  private checkpointOf(parameters: ReadonlyMap<string, Float32Array>): Checkpoint {
    return checkpointOf(this.config.model, this.config.task, parameters, this.parts.about);
  }

  private async validate(): Promise<void> {
    const { validation } = this.parts.validation!;
    this.listener.validating();
    const metrics = await this.turn.take(() => this.attached.validate(validation));
    this.lastResult = performance.now();
    const update = this.updates;
    this.validatedAt = update;
    const best = this.keeper.isBest(metrics.loss);
    this.listener.validated({ ...metrics, update, best });
    this.tell(this.alarmWatch.observeValidation(update, metrics.loss));
    await this.readBack();
    await this.keeper.recordValidation(update, metrics, this.checkpointOf(this.saved.parameters));
  }

  private accept(metrics: UpdateMetrics): void {
    if (!this.trainer) return; // the device was lost meanwhile, and the update with it
    const { update, loss, lossByVariable, gradientNorm, learningRate, dataWaitSeconds } = metrics;
    const { samplesPerSecond, gpuBytes: bytes } = metrics;
    const now = performance.now();
    const seconds = (now - this.lastResult) / 1000;
    this.lastResult = now;
    this.listener.update({
      ...{ update, loss, lossByVariable, gradientNorm, learningRate },
      ...{ seconds, dataWaitSeconds, samplesPerSecond, bytes },
    });
    const bad = badUpdate(metrics);
    if (bad) {
      throw new TrainingError(
        `${describeBadUpdate(bad)}: the run is back at update ${this.saved.state?.update ?? 0}, the last good one; stop it and start again with a lower learning rate.`,
      );
    }
    this.keeper.record(metrics);
    this.tell(this.alarmWatch.observe(metrics));
  }

  private tell(alarms: Alarm[]): void {
    if (alarms.length === 0) return;
    for (const alarm of alarms) this.keeper.recordAlarm(alarm);
    this.listener.alarms(alarms);
  }
}

function allFinite(parameters: ReadonlyMap<string, Float32Array>): boolean {
  for (const values of parameters.values()) if (!values.every(Number.isFinite)) return false;
  return true;
}
