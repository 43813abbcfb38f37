import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Statistics } from '../weather/statistics';
import { WindowReader } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import { ReadbackRing } from '../webgpu/readback';
import { type ChannelWeights, channelWeights, trainingTerms } from './loss_weights';
import { trainerBytes } from './memory_plan';
import { Optimizer } from './optimizer';
import { type Loss, lossFromSums, RolloutLoss } from './rollout_loss';
import type { RunConfig } from './run_config';
import { drawWindow } from './sampler';
import { mostArSteps, scheduled } from './schedule';

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
}

/** A checkpoint's numbers beyond the parameters. */
export interface OptimizerState {
  update: number;
  moment1: Map<string, Float32Array>;
  moment2: Map<string, Float32Array>;
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
}

/**
 * Trains a model on windows drawn at random from a dataset (spec 11). One `update()` is one AdamW step on a batch.
 */
export class Trainer {
  readonly model: Model;
  readonly config: RunConfig;
  private readonly optimizer: Optimizer;
  private readonly loss: RolloutLoss;
  private readonly executor: Executor;
  private readonly reader: WindowReader;
  private readonly weights: ChannelWeights;
  private readonly sumsRing: ReadbackRing;
  private readonly normRing: ReadbackRing;
  private done: number;
  /** Windows to draw from, by number of autoregressive steps. */
  private readonly firstFrames = new Map<number, number[]>();

  private constructor(
    model: Model,
    optimizer: Optimizer,
    executor: Executor,
    reader: WindowReader,
    o: TrainerOptions,
  ) {
    const { config, state } = o;
    this.model = model;
    this.config = config;
    this.optimizer = optimizer;
    this.executor = executor;
    this.reader = reader;
    this.loss = new RolloutLoss(model, executor, mostArSteps(config.phases));
    this.weights = channelWeights(model.channels);
    this.sumsRing = new ReadbackRing(o.gpu, model.memory, model.sums);
    this.normRing = new ReadbackRing(o.gpu, model.memory, optimizer.norm);
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
    const steps = mostArSteps(config.phases);
    reader.requireWindows(steps);
    const nodes = dataset.latitudes.length * dataset.longitudes.length;
    const beside = trainerBytes(config.model, channels, nodes, steps);
    const model = await createModel(gpu, {
      config: config.model,
      task: config.task,
      grid: dataset,
      statistics: o.statistics,
      training: trainingTerms(dataset, channels, steps > 1),
      variant: config.kernel_variant,
      memoryBudget: o.memoryBudget && o.memoryBudget - beside.moments - beside.frames,
    });
    let optimizer: Optimizer | undefined;
    try {
      optimizer = await Optimizer.create(model, config.optimizer);
      model.writeParameters(o.parameters);
      if (o.state) {
        model.memory.write(optimizer.moment1, model.layout.pack(o.state.moment1));
        model.memory.write(optimizer.moment2, model.layout.pack(o.state.moment2));
      }
      return new Trainer(model, optimizer, new Executor(gpu), reader, o);
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
    const firstFrames = this.firstFramesOf(arSteps);
    await this.loss.begin(terms);
    for (let i = 0; i < config.batch_size; i++) {
      const draw = this.done * config.batch_size + i;
      const window = await this.reader.read(drawWindow(config.seed, draw, firstFrames), arSteps);
      await this.loss.add(window, arSteps, true);
    }
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
    }));
    metrics.catch(() => undefined); // whoever awaits it sees the error; nobody else must
    return { metrics };
  }

  private firstFramesOf(arSteps: number): number[] {
    let frames = this.firstFrames.get(arSteps);
    if (!frames) {
      frames = this.reader.requireWindows(arSteps);
      this.firstFrames.set(arSteps, frames);
    }
    return frames;
  }

  readParameters(): Promise<Map<string, Float32Array>> {
    return this.model.readParameters();
  }

  /** What a checkpoint needs beyond the parameters to continue bit for bit. */
  async readState(): Promise<OptimizerState> {
    const { model, optimizer } = this;
    const [moment1, moment2] = [
      await model.memory.read(optimizer.moment1),
      await model.memory.read(optimizer.moment2),
    ];
    return {
      update: this.done,
      moment1: model.layout.unpack(moment1),
      moment2: model.layout.unpack(moment2),
    };
  }

  destroy(): void {
    this.sumsRing.destroy();
    this.normRing.destroy();
    this.optimizer.destroy();
    this.model.destroy();
  }
}
