import { adamw } from '../../shaders/adamw/adamw';
import { squareSum, squareSumChunks, squareSumTotal } from '../../shaders/global_norm/global_norm';
import { movingAverage } from '../../shaders/moving_average/moving_average';
import type { Model } from '../graphcast/model';
import { type Part, partOf } from '../graphcast/parameters';
import { type Plan, PlanBuilder, type Ready, readyClear } from '../webgpu/plan';
import { list, rowsOf, type Tensor } from '../webgpu/tensor';
import type { OptimizerConfig } from './run_config';

export interface OptimizerOptions {
  config: OptimizerConfig;
  /** Parts whose parameters stay as they are; their gradients count as zero. */
  frozen?: readonly Part[];
  /** Of an exponential moving average of the parameters, kept beside them; absent: none is kept. */
  averageDecay?: number;
}

/**
 * AdamW over a model's flat parameters with clipping by the global norm, all on the GPU (spec 11). Weight decay
 * acts on matrices only.
 */
export class Optimizer {
  private readonly model: Model;
  private readonly config: OptimizerConfig;
  private readonly frozen: readonly Part[];
  private readonly averageDecay: number | undefined;
  readonly moment1: Tensor;
  readonly moment2: Tensor;
  /** The parameters' moving average, if one is kept. */
  readonly average: Tensor | undefined;
  /** [1]: squared global norm of the gradient before clipping. */
  readonly norm: Tensor;
  private readonly schedule: Tensor;
  private plan: Plan | undefined;

  private constructor(model: Model, { config, frozen, averageDecay }: OptimizerOptions) {
    this.model = model;
    this.config = config;
    this.frozen = frozen ?? [];
    this.averageDecay = averageDecay;
    this.moment1 = list('first moments', model.layout.length);
    this.moment2 = list('second moments', model.layout.length);
    this.norm = list('squared gradient norm', 1);
    this.schedule = list('optimiser schedule', 4);
    model.memory.add(this.moment1, this.moment2, this.norm, this.schedule);
    if (averageDecay !== undefined) {
      this.average = list('averaged parameters', model.layout.length);
      model.memory.add(this.average);
    }
  }

  static async create(model: Model, options: OptimizerOptions): Promise<Optimizer> {
    const optimizer = new Optimizer(model, options);
    optimizer.plan = await optimizer.record().build(model.gpu, model.memory);
    return optimizer;
  }

  private record(): PlanBuilder {
    const { model, config, norm, schedule, average, averageDecay } = this;
    const { layout, parameters } = model;
    const gradients = this.gradients;
    const plan = new PlanBuilder(model.gpu.maxBinding);
    plan.program('update');
    const windows = flatWindows(plan, 0, layout.length);
    const chunks = windows.map(({ start, count }) => squareSumChunks(rowsOf(gradients, start, count)));
    const total = chunks.reduce((a, b) => a + b, 0);
    const partial = plan.transientList('squared gradient partial', total);
    let first = 0;
    windows.forEach(({ start, count }, i) => {
      plan.add(squareSum({ partial, first, values: rowsOf(gradients, start, count) }));
      first += chunks[i];
    });
    plan.add(squareSumTotal({ norm, partial }));
    const { b1, b2, eps, clip_norm: clipNorm } = config;
    for (const { start: from, end, matrices } of layout.ranges((name) => !this.isFrozen(name))) {
      const weightDecay = matrices ? config.weight_decay : 0;
      for (const { start, count } of flatWindows(plan, from, end)) {
        const [p, m1, m2, g] = [parameters, this.moment1, this.moment2, gradients].map((t) =>
          rowsOf(t, start, count),
        );
        plan.add(
          adamw({
            parameters: p,
            moment1: m1,
            moment2: m2,
            gradients: g,
            norm,
            schedule,
            b1,
            b2,
            eps,
            weightDecay,
            clipNorm,
          }),
        );
      }
    }
    if (average && averageDecay !== undefined) {
      for (const { start, count } of windows) {
        const [a, values] = [average, parameters].map((t) => rowsOf(t, start, count));
        plan.add(movingAverage({ average: a, values, decay: averageDecay }));
      }
    }
    return plan;
  }

  private isFrozen(name: string): boolean {
    return this.frozen.includes(partOf(name));
  }

  private get gradients(): Tensor {
    const { gradients } = this.model;
    if (!gradients) throw new Error('this model was built without gradients');
    return gradients;
  }

  /** Writes what changes from update to update. `update` counts from 1. */
  writeSchedule(update: number, learningRate: number): void {
    const { b1, b2 } = this.config;
    this.model.memory.write(
      this.schedule,
      Float32Array.of(learningRate, 1 / (1 - b1 ** update), 1 / (1 - b2 ** update), 0),
    );
  }

  /** What turns the gradients of a batch into the next parameters. */
  get commands(): Ready[] {
    const { layout, memory } = this.model;
    const frozen = layout.ranges((name) => this.isFrozen(name));
    const clears = frozen.map(({ start, end }) =>
      readyClear(memory, rowsOf(this.gradients, start, end - start)),
    );
    return [...clears, ...this.plan!.program('update')];
  }

  get bytes(): number {
    return this.plan!.bytes;
  }

  destroy(): void {
    this.plan?.destroy();
  }
}

/** Windows of a flat buffer that fit a binding. */
function flatWindows(plan: PlanBuilder, from: number, to: number): { start: number; count: number }[] {
  const windows: { start: number; count: number }[] = [];
  plan.overRows(to - from, 4, 0, (start, count) => windows.push({ start: from + start, count }));
  return windows;
}
