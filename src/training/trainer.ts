import { createModel } from '../graphcast/create_model';
import type { Model, ModelOptions } from '../graphcast/model';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Statistics } from '../weather/statistics';
import { WindowReader } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { DispatchTimer, type KernelTime } from '../webgpu/profile';
import { ReadbackRing } from '../webgpu/readback';
import type { Tensor } from '../webgpu/tensor';
import type { Collective } from './collective';
import { type ChannelWeights, channelWeights, trainingTerms } from './loss_weights';
import { trainerBytes } from './memory_plan';
import { Optimizer } from './optimizer';
import { type Loss, lossFromSums, RolloutLoss } from './rollout_loss';
import type { RunConfig } from './run_config';
import { mostArSteps, scheduled, totalUpdates } from './schedule';
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
}

/** A checkpoint's numbers beyond the parameters. */
export interface OptimizerState {
  update: number;
  moment1: Map<string, Float32Array>;
  moment2: Map<string, Float32Array>;
  /** The parameters' moving average, for a run that keeps one. */
  average?: Map<string, Float32Array>;
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
  private readonly optimizer: Optimizer;
  private readonly loss: RolloutLoss;
  private readonly executor: Executor;
  private readonly sequence: WindowSequence;
  private readonly windows: WindowQueue;
  private readonly collective: Collective | undefined;
  private readonly weights: ChannelWeights;
  private readonly sumsRing: ReadbackRing;
  private readonly normRing: ReadbackRing;
  private done: number;

  private constructor(
    model: Model,
    optimizer: Optimizer,
    executor: Executor,
    sequence: WindowSequence,
    reader: WindowReader,
    o: TrainerOptions,
  ) {
    const { config, state } = o;
    this.model = model;
    this.config = config;
    this.optimizer = optimizer;
    this.executor = executor;
    this.sequence = sequence;
    this.windows = new WindowQueue(sequence, reader, sequence.drawsBefore(totalUpdates(config.phases)));
    this.loss = new RolloutLoss(model, executor, mostArSteps(config.phases));
    this.weights = channelWeights(model.channels);
    this.sumsRing = new ReadbackRing(o.gpu, model.memory, model.sums);
    this.normRing = new ReadbackRing(o.gpu, model.memory, optimizer.norm);
    this.collective = o.collective;
    this.done = state?.update ?? 0;
  }

  /**
   * Builds graph, model and optimiser, and uploads parameters.
   * @throws DatasetError when the data do not fit the task or hold no window of the schedule's length
   */
  static async create(o: TrainerOptions): Promise<Trainer> {
    const { gpu, dataset, config } = o;
    const channels = channelLayout(config.task);
    const reader = new WindowReader(dataset, config.task, channels);
    const sequence = new WindowSequence(dataset, config, o.collective);
    const steps = mostArSteps(config.phases);
    const nodes = dataset.latitudes.length * dataset.longitudes.length;
    const beside = trainerBytes(config.model, channels, nodes, steps, config.ema_decay !== undefined);
    const model = await createModel(gpu, {
      config: config.model,
      task: config.task,
      grid: dataset,
      statistics: o.statistics,
      training: trainingTerms(dataset, channels, steps > 1),
      activations: config.activations,
      variant: o.variant ?? config.kernel_variant,
      memoryBudget: o.memoryBudget && o.memoryBudget - beside.moments - beside.frames,
    });
    let optimizer: Optimizer | undefined;
    try {
      optimizer = await Optimizer.create(model, {
        config: config.optimizer,
        frozen: config.freeze,
        averageDecay: config.ema_decay,
      });
      const { moment1, moment2, average } = optimizer;
      // Every process starts from the numbers of the first.
      const write = (tensor: Tensor, values: ReadonlyMap<string, Float32Array>) => {
        const flat = model.layout.pack(values);
        o.collective?.broadcast(flat);
        model.memory.write(tensor, flat);
      };
      write(model.parameters, o.parameters);
      if (average) write(average, o.state?.average ?? o.parameters);
      if (o.state) {
        write(moment1, o.state.moment1);
        write(moment2, o.state.moment2);
      }
      return new Trainer(model, optimizer, new Executor(gpu), sequence, reader, o);
    } catch (error) {
      optimizer?.destroy();
      model.destroy();
      throw error;
    }
  }

  /** Updates done so far. */
  get updates(): number {
    return this.done;
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
    const { learningRate, arSteps } = scheduled(config.phases, this.done);
    const terms = config.batch_size * arSteps;
    const [first, end] = [this.done, this.done + 1].map((update) => this.sequence.drawsBefore(update));
    let waited = 0;
    await this.loss.begin(terms);
    for (let draw = first; draw < end; draw++) {
      const asked = performance.now();
      const window = await this.windows.take(draw);
      waited += performance.now() - asked;
      await this.loss.add(window, arSteps, true);
    }
    if (this.collective) await this.addUp(this.collective);
    const update = ++this.done;
    this.optimizer.writeSchedule(update, learningRate);
    await executor.run(this.optimizer.commands);
    const [sums, norm] = [await this.sumsRing.capture(), await this.normRing.capture()];
    const metrics = Promise.all([sums.value, norm.value]).then(([channelSums, [squared]]) => ({
      update,
      ...lossFromSums(channelSums, model.channels, this.weights, model.gridNodes, terms),
      gradientNorm: Math.sqrt(squared),
      learningRate,
      arSteps,
      seconds: (performance.now() - start) / 1000,
      dataWaitSeconds: waited / 1000,
    }));
    metrics.catch(() => undefined); // whoever awaits it sees the error; nobody else must
    return { metrics };
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
    const { model, optimizer } = this;
    const read = async (tensor: Tensor) => model.layout.unpack(await model.memory.read(tensor));
    return {
      update: this.done,
      moment1: await read(optimizer.moment1),
      moment2: await read(optimizer.moment2),
      average: optimizer.average && (await read(optimizer.average)),
    };
  }

  destroy(): void {
    this.sumsRing.destroy();
    this.normRing.destroy();
    this.optimizer.destroy();
    this.model.destroy();
  }
}
