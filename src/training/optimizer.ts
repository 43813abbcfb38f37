import { adamw } from '../../shaders/adamw/adamw';
import {
  squareSum,
  squareSumChunks,
  squareSumRanges,
  squareSumTotal,
} from '../../shaders/global_norm/global_norm';
import { movingAverage } from '../../shaders/moving_average/moving_average';
import type { Model } from '../graphcast/model';
import { type Part, partOf } from '../graphcast/parameters';
import { type Plan, PlanBuilder, type Ready, readyClear } from '../webgpu/plan';
import { list, ROW_ALIGNMENT, rowsOf, type Tensor } from '../webgpu/tensor';
import {
  cutRanges,
  type ModuleRange,
  moduleRanges,
  type NormByModule,
  normsFromSquares,
} from './module_norms';
import type { OptimizerConfig } from './run_config';

/** Numbers whose squares one workgroup adds up: enough of them for a large GPU, enough for it to do. */
const MODULE_NUMBERS = 2 ** 16;

export interface OptimizerOptions {
  config: OptimizerConfig;
  /** Parts whose parameters stay as they are; their gradients count as zero. */
  frozen?: readonly Part[];
  /** Of an exponential moving average of the parameters, kept beside them; absent: none is kept. */
  averageDecay?: number;
}

/**
 * AdamW over a model's flat parameters with clipping by the global norm, all on the GPU (spec 11). Weight decay
 * acts on matrices only. Where the gradient or the loss is not finite, parameters and moments stay as they are.
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
  /** What is read back of every update: the squared global norm, then from a new binding on those by range. */
  readonly figures: Tensor;
  /** [1]: squared global norm of the gradient before clipping; not finite where the gradient or the loss is not. */
  readonly norm: Tensor;
  private readonly schedule: Tensor;
  /** Of the flat buffer, each within a binding. */
  private readonly windows: { start: number; count: number }[];
  /** Pieces of the modules by window, and where they lie, for the GPU. */
  private readonly pieces: ModuleRange[][];
  private readonly pieceRanges: Tensor;
  private plan: Plan | undefined;

  private constructor(model: Model, { config, frozen, averageDecay }: OptimizerOptions) {
    this.model = model;
    this.config = config;
    this.frozen = frozen ?? [];
    this.averageDecay = averageDecay;
    this.moment1 = list('first moments', model.layout.length);
    this.moment2 = list('second moments', model.layout.length);
    const { layout } = model;
    this.windows = flatWindows(new PlanBuilder(model.gpu.maxBinding), 0, layout.length);
    this.pieces = cutRanges(moduleRanges(layout), this.windows, MODULE_NUMBERS);
    const count = this.pieces.flat().length;
    this.figures = list('squared gradient norms', ROW_ALIGNMENT + count);
    this.norm = rowsOf(this.figures, 0, 1);
    this.pieceRanges = list('module ranges', 2 * count);
    this.schedule = list('optimiser schedule', 4);
    model.memory.add(this.moment1, this.moment2, this.figures, this.pieceRanges, this.schedule);
    if (averageDecay !== undefined) {
      this.average = list('averaged parameters', model.layout.length);
      model.memory.add(this.average);
    }
  }

  static async create(model: Model, options: OptimizerOptions): Promise<Optimizer> {
    const optimizer = new Optimizer(model, options);
    optimizer.writePieceRanges();
    optimizer.plan = await optimizer.record().build(model.gpu, model.memory);
    return optimizer;
  }

  private record(): PlanBuilder {
    const { model, config, norm, figures, schedule, average, averageDecay } = this;
    const { windows, pieces, pieceRanges } = this;
    const { layout, parameters, sums: losses } = model;
    const gradients = this.gradients;
    const plan = new PlanBuilder(model.gpu.maxBinding);
    plan.program('update');
    const chunks = windows.map(({ start, count }) => squareSumChunks(rowsOf(gradients, start, count)));
    const total = chunks.reduce((a, b) => a + b, 0);
    const partial = plan.transientList('squared gradient partial', total);
    let first = 0;
    windows.forEach(({ start, count }, i) => {
      plan.add(squareSum({ partial, first, values: rowsOf(gradients, start, count) }));
      first += chunks[i];
    });
    plan.add(squareSumTotal({ norm, partial, losses }));
    const sums = rowsOf(figures, ROW_ALIGNMENT, pieces.flat().length);
    let done = 0;
    windows.forEach(({ start, count }, i) => {
      const values = rowsOf(gradients, start, count);
      plan.add(squareSumRanges({ sums, ranges: pieceRanges, values, first: done, count: pieces[i].length }));
      done += pieces[i].length;
    });
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

  /** Where the pieces begin and end, counted from their windows, for the kernel. */
  private writePieceRanges(): void {
    const { model, pieces, windows } = this;
    const positions = pieces.flatMap((ofWindow, i) =>
      ofWindow.flatMap(({ start, end }) => [start, end].map((at) => (at - windows[i].start) / 4)),
    );
    model.memory.write(this.pieceRanges, Uint32Array.from(positions));
  }

  /** The gradient's global norm before clipping and its norms by module, from what was read back of `figures`. */
  gradientNorms(figures: Float32Array): { norm: number; byModule: NormByModule } {
    const squares = figures.subarray(ROW_ALIGNMENT);
    return { norm: Math.sqrt(figures[0]), byModule: normsFromSquares(this.pieces.flat(), squares) };
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
