import type { KernelShape, KernelVariant } from '../../shaders/variant_table';
import type { Gpu } from './device';
import { Memory } from './memory';
import { noise } from './noise';
import { type Plan, PlanBuilder } from './plan';
import { interleaved, type Stopwatch, type Timing, timing } from './timing';
import { compiling, VariantCheck } from './variant_check';
import { variantWork } from './variant_work';

/** A variant whose first runs take so many times the best one's is not measured further. */
const HOPELESS = 1.5;

/** What one shape's variants took. */
export interface VariantTimes {
  /** As it was measured. */
  shape: KernelShape;
  flops: number;
  bytes: number;
  times: Map<KernelVariant, Timing>;
  /** Why the others have no times to count with: what is wrong with them on this driver. */
  faults: Map<KernelVariant, string>;
}

/**
 * Measures variants of a kernel at one shape on noise, in turns. Those that are far behind after a first run are
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
  shape: KernelShape,
  { usual, candidates }: { usual: KernelVariant; candidates: readonly KernelVariant[] },
  limits: { turns: number; seconds: number; everything?: boolean },
): Promise<VariantTimes> {
  const { tensors, output, record, ...work } = variantWork(gpu, shape);
  const { variants, faults } = await compiling(gpu, candidates, record);
  const memory = new Memory(gpu);
  let plan: Plan | undefined;
  try {
    for (const [tensor, values] of tensors) {
      memory.add(tensor);
      memory.write(tensor, values ?? noise(tensor.rows * tensor.width));
    }
    const builder = new PlanBuilder(gpu.maxBinding);
    for (const variant of variants) {
      builder.program(variant);
      builder.add(...record(variant));
    }
    plan = await builder.build(gpu, memory);
    const runs = variants.map((variant) => ({ variant, commands: plan!.program(variant), first: 0 }));
    const start = performance.now();
    for (const run of runs) {
      await watch.time(run.commands); // the driver may compile only now
      run.first = await watch.time(run.commands);
    }
    const best = Math.min(...runs.map(({ first }) => first));
    const hopeful = runs.filter(({ first }) => limits.everything || first < HOPELESS * best);
    const repeats = watch.repeatsFor(best);
    const left = limits.seconds - (performance.now() - start) / 1000;
    const times =
      left > 0
        ? await interleaved(
            hopeful.map(
              ({ commands }) =>
                () =>
                  watch.time(commands, repeats),
            ),
            limits.turns,
            left,
          )
        : hopeful.map(({ first }) => timing([first]));
    const sorted = hopeful.map((run, i) => ({ ...run, time: times[i] }));
    sorted.sort((a, b) => a.time.seconds - b.time.seconds);
    const check = await VariantCheck.against(memory, watch, output, plan.program(usual));
    const taken = new Map<KernelVariant, Timing>();
    for (const { variant, commands, time } of sorted) {
      const isNeeded = limits.everything || taken.size === 0;
      const fault = isNeeded && variant !== usual ? await check.fault(commands) : undefined;
      if (fault) faults.set(variant, fault);
      else taken.set(variant, time);
    }
    if (taken.size === 0) taken.set(usual, timing([runs.find(({ variant }) => variant === usual)!.first]));
    return { ...work, times: taken, faults };
  } finally {
    plan?.destroy();
    memory.destroy();
  }
}
