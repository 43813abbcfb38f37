/** A training run in the engine's thread: started, paused, stepped, stopped, and carried over a lost device. */
import { TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import { elementCount, parameterArrays } from '../graphcast/parameters';
import type { RunConfig } from '../training/run_config';
import { totalUpdates } from '../training/schedule';
import { type OptimizerState, Trainer, type UpdateMetrics } from '../training/trainer';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Statistics } from '../weather/statistics';
import type { Gpu } from '../webgpu/device';
import type { KernelWatch } from './kernel_watch';
import { measuredVariants } from './measured_variants';
import type { UpdateReport } from './protocol';
import type { Turn } from './turn';

/** Updates whose results may still be on their way while the next is prepared. */
const IN_FLIGHT = 2;
/** How often parameters are read back, ms: what a lost device costs at most. */
const SNAPSHOT_MILLISECONDS = 30_000;

export interface RunParts {
  dataset: Dataset;
  statistics: Statistics;
  config: RunConfig;
  parameters: ReadonlyMap<string, Float32Array>;
  /** For exported checkpoints. */
  about: Pick<Checkpoint, 'description' | 'license'>;
}

export class TrainingRun {
  readonly config: RunConfig;
  /** Updates that the schedule has. */
  readonly total: number;
  private readonly parts: RunParts;
  private readonly turn: Turn;
  private readonly watch: KernelWatch;
  private readonly report: (update: UpdateReport) => void;
  private trainer: Trainer | undefined;
  private saved: { parameters: ReadonlyMap<string, Float32Array>; state?: OptimizerState };
  private savedAt = 0;
  private lastResult = 0;
  private wanted = false;

  constructor(parts: RunParts, turn: Turn, watch: KernelWatch, report: (update: UpdateReport) => void) {
    this.parts = parts;
    this.config = parts.config;
    this.total = totalUpdates(parts.config.phases);
    this.turn = turn;
    this.watch = watch;
    this.report = report;
    this.saved = { parameters: parts.parameters };
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
      const variant = this.config.kernel_variant ?? measuredVariants(gpu);
      this.trainer = await Trainer.create({ ...this.parts, ...this.saved, gpu, variant });
      this.savedAt = performance.now();
    });
  }

  /** The device is gone, and with it everything since the last read-back. */
  detach(): void {
    this.wanted = false;
    this.trainer = undefined;
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
        const { metrics } = await this.turn.take(() => this.watch.update(this.attached));
        waiting.push(metrics);
        await acceptAllBut(IN_FLIGHT - 1);
        if (performance.now() - this.savedAt > SNAPSHOT_MILLISECONDS) {
          await acceptAllBut(0);
          await this.snapshot();
        }
      }
      await acceptAllBut(0);
      await this.snapshot();
    } catch (error) {
      // Everything on the device comes from the bad update: `attach` goes back to what was read before it.
      if (error instanceof TrainingError) {
        await Promise.allSettled(waiting);
        await this.turn.take(async () => this.destroy());
      }
      throw error;
    }
  }

  pause(): void {
    this.wanted = false;
  }

  /** Current parameters in GraphCast's own checkpoint format. */
  async checkpoint(): Promise<Checkpoint> {
    await this.snapshot();
    const { task, model } = this.config;
    return checkpointOf(model, task, this.saved.parameters, this.parts.about);
  }

  /** Frees the device; what was read back last stays, and {@link attach} goes on from it. */
  destroy(): void {
    this.pause();
    this.trainer?.destroy();
    this.trainer = undefined;
  }

  private get attached(): Trainer {
    if (!this.trainer) throw new Error('the run is not on a device');
    return this.trainer;
  }

  /** Reads the run back, unless an update whose loss is still on its way has spoilt it. */
  private async snapshot(): Promise<void> {
    await this.turn.take(async () => {
      const { trainer } = this;
      if (!trainer) return;
      const parameters = await trainer.readParameters();
      const state = await trainer.readState();
      this.savedAt = performance.now();
      if (allFinite(parameters)) this.saved = { parameters, state };
    });
  }

  private accept(metrics: UpdateMetrics): void {
    const { update, loss, lossByVariable, gradientNorm, learningRate, dataWaitSeconds } = metrics;
    const now = performance.now();
    const seconds = (now - this.lastResult) / 1000;
    this.lastResult = now;
    this.report({ update, loss, lossByVariable, gradientNorm, learningRate, seconds, dataWaitSeconds });
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
    throw new TrainingError(
      `The loss is no finite number any more after update ${update}: stop the run and start again with a lower learning rate.`,
    );
  }
}

function allFinite(parameters: ReadonlyMap<string, Float32Array>): boolean {
  for (const values of parameters.values()) if (!values.every(Number.isFinite)) return false;
  return true;
}
