import { adamw } from '../../shaders/adamw/adamw';
import { squareSum, squareSumChunks, squareSumTotal } from '../../shaders/global_norm/global_norm';
import type { Model } from '../graphcast/model';
import { type Plan, PlanBuilder } from '../webgpu/plan';
import { list, rowsOf, type Tensor } from '../webgpu/tensor';
import type { OptimizerConfig } from './run_config';

/**
 * AdamW over a model's flat parameters with clipping by the global norm, all on the GPU (spec 11). Weight decay
 * acts on matrices only.
 */
export class Optimizer {
  private readonly model: Model;
  private readonly config: OptimizerConfig;
  readonly moment1: Tensor;
  readonly moment2: Tensor;
  /** [1]: squared global norm of the gradient before clipping. */
  readonly norm: Tensor;
  private readonly schedule: Tensor;
  private plan: Plan | undefined;

  private constructor(model: Model, config: OptimizerConfig) {
    this.model = model;
    this.config = config;
    this.moment1 = list('first moments', model.layout.length);
    this.moment2 = list('second moments', model.layout.length);
    this.norm = list('squared gradient norm', 1);
    this.schedule = list('optimiser schedule', 4);
    model.memory.add(this.moment1, this.moment2, this.norm, this.schedule);
  }

  static async create(model: Model, config: OptimizerConfig): Promise<Optimizer> {
    const optimizer = new Optimizer(model, config);
    optimizer.plan = await optimizer.record().build(model.gpu, model.memory);
    return optimizer;
  }

  private record(): PlanBuilder {
    const { model, config, norm, schedule } = this;
    const { layout, parameters, gradients } = model;
    if (!gradients) throw new Error('this model was built without gradients');
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
    for (const [from, to, weightDecay] of [
      [0, layout.matrixLength, config.weight_decay],
      [layout.matrixLength, layout.length, 0],
    ]) {
      for (const { start, count } of flatWindows(plan, from, to)) {
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
    return plan;
  }

  /** Writes what changes from update to update. `update` counts from 1. */
  writeSchedule(update: number, learningRate: number): void {
    const { b1, b2 } = this.config;
    this.model.memory.write(
      this.schedule,
      Float32Array.of(learningRate, 1 / (1 - b1 ** update), 1 / (1 - b2 ** update), 0),
    );
  }

  get commands() {
    return this.plan!.program('update');
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
