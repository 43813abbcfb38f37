import { linear } from '../../shaders/linear/linear';
import { linearBackwardWeights, weightPartials } from '../../shaders/linear/linear_backward_weights';
import type { LinearVariant } from '../../shaders/linear/variant';
import type { MatrixShape } from '../../shaders/linear/variant_table';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import { Memory } from './memory';
import { noise } from './noise';
import { type Plan, PlanBuilder } from './plan';
import { matrix, rowBytes, type Tensor } from './tensor';
import { interleaved, type Stopwatch, type Timing, timing } from './timing';
import { compiling, VariantCheck } from './variant_check';

/** A variant whose first runs take so many times the best one's is not measured further. */
const HOPELESS = 1.5;

/** What one shape's variants took. */
export interface VariantTimes {
  /** As it was measured. */
  shape: MatrixShape;
  flops: number;
  bytes: number;
  times: Map<LinearVariant, Timing>;
  /** Why the others have no times to count with: what is wrong with them on this driver. */
  faults: Map<LinearVariant, string>;
}

/**
 * Measures variants of a matrix kernel at one shape on noise, in turns. Those that are far behind after a first run are
 * given up, unless `everything` is asked for. A variant that does not compile, or whose numbers differ from the default's,
 * has no time; they are compared from the fastest on until one agrees, or all where `everything` is asked for.
 *
 * @param shape its rows are cut where a binding could not hold them
 * @param variants those to measure, the default among them
 * @param limits turns after the warm-up at most; seconds after which no further turn begins
 */
export async function measureVariants(
  gpu: Gpu,
  watch: Stopwatch,
  shape: MatrixShape,
  { usual, candidates }: { usual: LinearVariant; candidates: readonly LinearVariant[] },
  limits: { turns: number; seconds: number; everything?: boolean },
): Promise<VariantTimes> {
  const { held, tensors, output, record } = workOf(gpu, shape);
  const { variants, faults } = await compiling(gpu, candidates, record);
  const memory = new Memory(gpu);
  let plan: Plan | undefined;
  try {
    for (const tensor of tensors) {
      memory.add(tensor);
      memory.write(tensor, noise(tensor.rows * tensor.width));
    }
    const builder = new PlanBuilder(gpu.maxBinding);
    for (const variant of variants) {
      builder.program(variant);
      builder.add(record(variant));
    }
    plan = await builder.build(gpu, memory);
    const works = variants.map((variant) => ({ variant, commands: plan!.program(variant), first: 0 }));
    const start = performance.now();
    for (const work of works) {
      await watch.time(work.commands); // the driver may compile only now
      work.first = await watch.time(work.commands);
    }
    const best = Math.min(...works.map(({ first }) => first));
    const hopeful = works.filter(({ first }) => limits.everything || first < HOPELESS * best);
    const repeats = watch.repeatsFor(best);
    const left = limits.seconds - (performance.now() - start) / 1000;
    const times =
      left > 0
        ? await interleaved(
            hopeful.map((work) => () => watch.time(work.commands, repeats)),
            limits.turns,
            left,
          )
        : hopeful.map(({ first }) => timing([first]));
    const sorted = hopeful.map((work, i) => ({ ...work, time: times[i] }));
    sorted.sort((a, b) => a.time.seconds - b.time.seconds);
    const check = await VariantCheck.against(memory, watch, output, plan.program(usual));
    const taken = new Map<LinearVariant, Timing>();
    for (const { variant, commands, time } of sorted) {
      const isNeeded = limits.everything || taken.size === 0;
      const fault = isNeeded && variant !== usual ? await check.fault(commands) : undefined;
      if (fault) faults.set(variant, fault);
      else taken.set(variant, time);
    }
    if (taken.size === 0) taken.set(usual, timing([works.find(({ variant }) => variant === usual)!.first]));
    const { flops, bytes } = record(usual);
    return { shape: { ...shape, rows: held }, flops, bytes, times: taken, faults };
  } finally {
    plan?.destroy();
    memory.destroy();
  }
}

/**
 * The tensors that a shape needs, its rows cut to `held`, and its dispatch by a variant; with what surrounds most layers
 * of the network.
 */
function workOf(
  gpu: Gpu,
  { kernel, rows, inner, columns, element }: MatrixShape,
): { held: number; tensors: Tensor[]; output: Tensor; record: (variant: LinearVariant) => Dispatch } {
  const widest = Math.max(rowBytes(matrix('', 1, inner, element)), rowBytes(matrix('', 1, columns, element)));
  const held = Math.max(1, Math.min(rows, Math.floor(gpu.maxBinding / widest)));
  const x = matrix('measured x', held, inner, element);
  const y = matrix('measured y', held, columns, element);
  if (kernel === 'linear') {
    const w = matrix('measured w', x.stride, columns);
    const bias = matrix('measured bias', 1, columns);
    const record = (variant: LinearVariant) => linear({ y, x, w, bias, activation: 'swish', variant });
    return { held, tensors: [y, x, w, bias], output: y, record };
  }
  const { chunks, width } = weightPartials(x, y);
  const partial = matrix('measured partial', chunks, width);
  const record = (variant: LinearVariant) =>
    linearBackwardWeights({ partial, x, dy: y, withBias: true, variant });
  return { held, tensors: [x, y, partial], output: partial, record };
}
