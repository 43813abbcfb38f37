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

/** A variant whose first runs take so many times the best one's is not measured further. */
const HOPELESS = 1.5;

/** What one shape's variants took. */
export interface VariantTimes {
  /** As it was measured. */
  shape: MatrixShape;
  flops: number;
  bytes: number;
  times: Map<LinearVariant, Timing>;
}

/**
 * Measures variants of a matrix kernel at one shape on noise, in turns. Those that are far behind after a first run are
 * given up, unless `everything` is asked for.
 *
 * @param shape its rows are cut where a binding could not hold them
 * @param limits turns after the warm-up at most; seconds after which no further turn begins
 */
export async function measureVariants(
  gpu: Gpu,
  watch: Stopwatch,
  shape: MatrixShape,
  variants: readonly LinearVariant[],
  limits: { turns: number; seconds: number; everything?: boolean },
): Promise<VariantTimes> {
  const { held, tensors, record } = workOf(gpu, shape);
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
    const { flops, bytes } = record(variants[0]);
    return {
      shape: { ...shape, rows: held },
      flops,
      bytes,
      times: new Map(hopeful.map(({ variant }, i) => [variant, times[i]])),
    };
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
): { held: number; tensors: Tensor[]; record: (variant: LinearVariant) => Dispatch } {
  const widest = Math.max(rowBytes(matrix('', 1, inner, element)), rowBytes(matrix('', 1, columns, element)));
  const held = Math.max(1, Math.min(rows, Math.floor(gpu.maxBinding / widest)));
  const x = matrix('measured x', held, inner, element);
  const y = matrix('measured y', held, columns, element);
  if (kernel === 'linear') {
    const w = matrix('measured w', x.stride, columns);
    const bias = matrix('measured bias', 1, columns);
    const record = (variant: LinearVariant) => linear({ y, x, w, bias, activation: 'swish', variant });
    return { held, tensors: [y, x, w, bias], record };
  }
  const { chunks, width } = weightPartials(x, y);
  const partial = matrix('measured partial', chunks, width);
  const record = (variant: LinearVariant) =>
    linearBackwardWeights({ partial, x, dy: y, withBias: true, variant });
  return { held, tensors: [x, y, partial], record };
}
