import { DatasetError } from '../errors';
import { createModel } from '../graphcast/create_model';
import type { Model, ModelOptions } from '../graphcast/model';
import { windowsSideBySide } from '../graphcast/side_by_side';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Statistics } from '../weather/statistics';
import { type Window, WindowReader } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { DispatchTimer, type KernelTime } from '../webgpu/profile';
import { ReadbackRing } from '../webgpu/readback';
import type { ElementType, Tensor } from '../webgpu/tensor';
import type { Collective } from './collective';
import { type ChannelWeights, channelWeights, trainingTerms } from './loss_weights';
import { trainerBytes } from './memory_plan';
import { type ModuleRange, moduleRanges, type NormByModule, normsOf } from './module_norms';
import { Optimizer } from './optimizer';
import { type Loss, lossFromSums, RolloutLoss } from './rollout_loss';
import type { RunConfig } from './run_config';
import {
  activationsAt,
  batchSizeAt,
  mostArSteps,
  scheduled,
  totalUpdates,
  weightsAt,
  windowsAtOnceAt,
} from './schedule';
import type { Validation, ValidationMetrics } from './validation';
import { WindowQueue } from './window_queue';
import { WindowSequence } from './window_sequence';

/** What one update did; `loss` is the batch's, before the update. */
export interface UpdateMetrics extends Loss {
  /** 1 for the first update. */
  update: number;
  /** Global norm of the gradient before clipping. */
  gradientNorm: number;
  learningRate: number;
  arSteps: number;
  /** From the start of the update until its results are back, s. */
  seconds: number;
  /** How much of these the update waited for data, s. */
  dataWaitSeconds: number;
  /** Windows per second, as long as the GPU had this update and no other. */
  samplesPerSecond: number;
  /** Of the network's matrix products, whatever is computed twice counted once, in the same time. */
  usefulFlopsPerSecond: number;
  /** GPU memory of everything that the run holds. */
  gpuBytes: number;
  /** Of the batch's windows in all processes, seconds since 1970-01-01 UTC. */
  initialTimes: number[];
  gradientNormByModule: NormByModule;
  /** Why the batch could not be read, in a run that skips such a batch; loss and gradient norm are then NaN. */
  dataError?: string;
  /** Only of every {@link DETAILED_EVERY}th update, as it must be read back for it. */
  detail?: UpdateDetail;
}

/** What an update found and changed. */
export interface UpdateDetail {
  /** Norms of the parameters after the update. */
  parameterNormByModule: NormByModule;
  /** Norms of the difference that it made. */
  updateNormByModule: NormByModule;
}

/** Seldom enough that reading the parameters twice costs nothing to speak of. */
const DETAILED_EVERY = 50;

/** A checkpoint's numbers beyond the parameters. */
export interface OptimizerState {
  update: number;
  moment1: Map<string, Float32Array>;
  moment2: Map<string, Float32Array>;
  /** The parameters' moving average, for a run that keeps one. */
  average?: Map<string, Float32Array>;
  /** What the schedule's learning rates are multiplied by: halved whenever a run was put back. Absent: 1. */
  rateScale?: number;
}

export interface TrainerOptions {
  gpu: Gpu;
  dataset: Dataset;
  statistics: Statistics;
  config: RunConfig;
  /** By name; see `initialiseParameters`. */
  parameters: ReadonlyMap<string, Float32Array>;
  /** Where a run resumes. */
  state?: OptimizerState;
  /** Most bytes of GPU memory for everything together; see `ModelOptions`. */
  memoryBudget?: number;
  /** Of the matrix kernels; absent: what the configuration says. See `ModelOptions`. */
  variant?: ModelOptions['variant'];
  /** The processes that share every batch; absent: this one alone. */
  collective?: Collective;
}

/**
 * Trains a model on windows drawn from the training period of a dataset (spec 11). One `update()` is one AdamW step on a batch.
 */
export class Trainer {
  readonly model: Model;
  readonly config: RunConfig;
  /** Windows that go through the network together, side by side. */
  readonly windowsAtOnce: number;
  private readonly activations: ElementType;
  private readonly optimizer: Optimizer;
  private readonly loss: RolloutLoss;
  private readonly executor: Executor;
  private readonly sequence: WindowSequence;
  private readonly windows: WindowQueue;
  private readonly collective: Collective | undefined;
  private readonly variableWeights: Record<string, number> | undefined;
  private readonly weights: ChannelWeights;
  private readonly sumsRing: ReadbackRing;
  private readonly figuresRing: ReadbackRing;
  private readonly ranges: ModuleRange[];
  private done = 0;
  private rateScale = 1;
  /** When the last results came back, ms. */
  private lastResult = 0;

  private constructor(
    model: Model,
    optimizer: Optimizer,
    executor: Executor,
    sequence: WindowSequence,
    reader: WindowReader,
    o: TrainerOptions,
  ) {
    const { config } = o;
    const update = o.state?.update ?? 0;
    this.model = model;
    this.config = config;
    this.windowsAtOnce = windowsOf(o);
    this.activations = activationsAt(config, update);
    this.optimizer = optimizer;
    this.executor = executor;
    this.sequence = sequence;
    this.windows = new WindowQueue(sequence, reader, sequence.drawsBefore(totalUpdates(config.phases)));
    this.loss = new RolloutLoss(model, executor, mostArSteps(config.phases));
    this.variableWeights = weightsAt(config, update);
    this.weights = channelWeights(model.channels, this.variableWeights);
    this.sumsRing = new ReadbackRing(o.gpu, model.memory, model.sums);
    this.figuresRing = new ReadbackRing(o.gpu, model.memory, optimizer.figures);
    this.ranges = moduleRanges(model.layout);
    this.collective = o.collective;
    this.restore(o.parameters, o.state);
  }

  /**
   * Builds graph, model and optimiser, and uploads parameters.
   * @throws DatasetError when the data do not fit the task or hold no window of the schedule's length
   */
  static async create(o: TrainerOptions): Promise<Trainer> {
    const { gpu, dataset, config } = o;
    const update = o.state?.update ?? 0;
    const channels = channelLayout(config.task);
    const reader = new WindowReader(dataset, config.task, channels);
    const sequence = new WindowSequence(dataset, config, o.collective);
    const steps = mostArSteps(config.phases);
    const windows = windowsOf(o);
    const nodes = dataset.latitudes.length * dataset.longitudes.length * windows;
    const beside = trainerBytes(config.model, channels, nodes, steps, config.ema_decay !== undefined);
    const model = await createModel(gpu, {
      config: config.model,
      task: config.task,
      grid: dataset,
      statistics: o.statistics,
      windows,
      training: trainingTerms(dataset, channels, steps > 1, weightsAt(config, update)),
      activations: activationsAt(config, update),
      variant: o.variant ?? config.kernel_variant,
      memoryBudget: o.memoryBudget,
      bytesBeside: beside.moments + beside.frames,
    });
    let optimizer: Optimizer | undefined;
    try {
      optimizer = await Optimizer.create(model, {
        config: config.optimizer,
        frozen: config.freeze,
        averageDecay: config.ema_decay,
      });
      return new Trainer(model, optimizer, new Executor(gpu), sequence, reader, o);
    } catch (error) {
      optimizer?.destroy();
      model.destroy();
      throw error;
    }
  }

  /**
   * Puts the run to where it was, or to its start. What is still on its way to the GPU comes before; its metrics are no
   * longer the run's.
   */
  restore(parameters: ReadonlyMap<string, Float32Array>, state?: OptimizerState): void {
    const { model, optimizer, collective } = this;
    // Every process goes on from the numbers of the first.
    const write = (tensor: Tensor, values: ReadonlyMap<string, Float32Array> | undefined) => {
      const flat = values ? model.layout.pack(values) : new Float32Array(model.layout.length);
      collective?.broadcast(flat);
      model.memory.write(tensor, flat);
    };
    write(model.parameters, parameters);
    write(optimizer.moment1, state?.moment1);
    write(optimizer.moment2, state?.moment2);
    if (optimizer.average) write(optimizer.average, state?.average ?? parameters);
    this.done = state?.update ?? 0;
    this.rateScale = state?.rateScale ?? 1;
  }

  /** Updates done so far. */
  get updates(): number {
    return this.done;
  }

  /**
   * Whether the next update stores activations in another way, weighs variables otherwise or takes another number of
   * windows at once, for which another trainer must be built.
   */
  get isOutgrown(): boolean {
    const { config, collective, done } = this;
    return (
      activationsAt(config, done) !== this.activations ||
      weightsAt(config, done) !== this.variableWeights ||
      windowsAtOnceAt(config, done, collective?.size) !== this.windowsAtOnce
    );
  }

  /** Of one window. */
  private get gridNodes(): number {
    return this.model.gridNodes / this.windowsAtOnce;
  }

  /** GPU memory in use, bytes. */
  get bytes(): number {
    return this.model.bytes + this.optimizer.bytes;
  }

  /**
   * Submits one update. Resolves when everything is on its way to the GPU; the metrics come when the GPU is done, so
   * that the next update's data can be prepared meanwhile.
   */
  async update(): Promise<{ metrics: Promise<UpdateMetrics> }> {
    const start = performance.now();
    const { model, config, executor } = this;
    const { learningRate: rate, arSteps } = scheduled(config.phases, this.done);
    const learningRate = rate * this.rateScale;
    const samples = batchSizeAt(config, this.done);
    // Of windows that go through the network together the model takes the mean.
    const terms = (samples / this.windowsAtOnce) * arSteps;
    const initialTimes = this.sequence.initialTimes(this.done);
    const [first, end] = [this.done, this.done + 1].map((update) => this.sequence.drawsBefore(update));
    let waited = 0;
    let dataError: string | undefined;
    await this.loss.begin(terms);
    for (let draw = first; draw < end && dataError === undefined; draw += this.windowsAtOnce) {
      const asked = performance.now();
      const windows: Window[] = [];
      try {
        for (let i = 0; i < this.windowsAtOnce; i++) windows.push(await this.windows.take(draw + i));
      } catch (error) {
        dataError = this.passedOver(error);
        // Loss sums that are no numbers keep the update from changing anything, in all processes.
        model.memory.write(model.sums, new Float32Array(model.sums.rows * model.sums.width).fill(Number.NaN));
        continue;
      }
      waited += performance.now() - asked;
      await this.loss.add(windowsSideBySide(windows, this.gridNodes), arSteps, true);
    }
    if (this.collective) await this.addUp(this.collective);
    const update = ++this.done;
    this.optimizer.writeSchedule(update, learningRate);
    const before = this.tellsDetail(update) ? await model.memory.read(model.parameters) : undefined;
    await executor.run(this.optimizer.commands);
    const [sums, figures] = [await this.sumsRing.capture(), await this.figuresRing.capture()];
    const detail = before && this.detailSince(before, await model.memory.read(model.parameters));
    const metrics = Promise.all([sums.value, figures.value]).then(([channelSums, norms]): UpdateMetrics => {
      const now = performance.now();
      const alone = (now - Math.max(start, this.lastResult)) / 1000;
      this.lastResult = now;
      const { norm, byModule } = this.optimizer.gradientNorms(norms);
      return {
        update,
        ...lossFromSums(channelSums, model.channels, this.weights, model.gridNodes, terms),
        gradientNorm: norm,
        learningRate,
        arSteps,
        seconds: (now - start) / 1000,
        dataWaitSeconds: waited / 1000,
        samplesPerSecond: samples / alone,
        usefulFlopsPerSecond: (3 * model.forwardFlops * terms) / alone,
        gpuBytes: this.bytes,
        initialTimes,
        gradientNormByModule: byModule,
        dataError,
        detail,
      };
    });
    metrics.catch(() => undefined); // whoever awaits it sees the error; nobody else must
    return { metrics };
  }

  /**
   * What is wrong with a batch's data.
   * @throws the error, unless it is theirs and such a batch is to be skipped
   */
  private passedOver(error: unknown): string {
    if (!(error instanceof DatasetError)) throw error;
    if (this.config.on_bad_update === 'skip') return error.message;
    throw new DatasetError(
      `${error.message} Where on_bad_update is skip, a batch that cannot be read is left out.`,
    );
  }

  /** Only the process that writes the run's folder tells it. */
  private tellsDetail(update: number): boolean {
    return update % DETAILED_EVERY === 0 && (this.collective?.rank ?? 0) === 0;
  }

  private detailSince(before: Float32Array, after: Float32Array): UpdateDetail {
    return {
      parameterNormByModule: normsOf(this.ranges, after),
      updateNormByModule: normsOf(this.ranges, after, before),
    };
  }

  /**
   * An update with every dispatch timed: slower, with the same results.
   * @throws DeviceError when the adapter has no timestamps
   */
  async timedUpdate(): Promise<{ metrics: Promise<UpdateMetrics>; times: KernelTime[] }> {
    const timer = new DispatchTimer(this.model.gpu);
    this.executor.timer = timer;
    try {
      return { ...(await this.update()), times: timer.times };
    } finally {
      this.executor.timer = undefined;
      timer.destroy();
    }
  }

  /** Scores the parameters as they are, between two updates. */
  validate(validation: Validation): Promise<ValidationMetrics> {
    return validation.run(this.model, this.executor);
  }

  /** Loss sums and gradients of all processes, on every process. */
  private async addUp(collective: Collective): Promise<void> {
    const { memory, sums, gradients } = this.model;
    for (const tensor of [sums, gradients!]) {
      const values = await memory.read(tensor);
      collective.sum(values);
      memory.write(tensor, values);
    }
  }

  /** The parameters as they are now. */
  readParameters(): Promise<Map<string, Float32Array>> {
    return this.model.readParameters();
  }

  /** What a checkpoint needs beyond the parameters to continue bit for bit. */
  async readState(): Promise<OptimizerState> {
    const { model, optimizer, rateScale } = this;
    const read = async (tensor: Tensor) => model.layout.unpack(await model.memory.read(tensor));
    return {
      update: this.done,
      moment1: await read(optimizer.moment1),
      moment2: await read(optimizer.moment2),
      average: optimizer.average && (await read(optimizer.average)),
      ...(rateScale !== 1 && { rateScale }),
    };
  }

  destroy(): void {
    this.sumsRing.destroy();
    this.figuresRing.destroy();
    this.optimizer.destroy();
    this.model.destroy();
  }
}

/** How many windows the next update takes at once. */
function windowsOf({ config, state, collective }: TrainerOptions): number {
  return windowsAtOnceAt(config, state?.update ?? 0, collective?.size);
}
