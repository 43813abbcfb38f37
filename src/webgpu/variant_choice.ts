import { defaultVariant } from '../../shaders/linear/variant';
import {
  isVaried,
  type KernelShape,
  type KernelVariant,
  type KernelVariants,
  representative,
  shapeClass,
  usualVariant,
  type VariantTable,
  variantsAt,
} from '../../shaders/variant_table';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import { Stopwatch } from './timing';
import { measureVariants, type VariantTimes } from './variant_times';

/** Usual time for measuring, s. */
const SECONDS = 1.5;
/** Share of a model's work in kernels with variants whose classes are measured; the rest follows its neighbours. */
const MEASURED_SHARE = 0.97;
/** Operations that a GPU does while it moves a byte: what makes kernels comparable that are bound by either. */
const FLOPS_PER_BYTE = 30;
/** Turns of every variant of a class, at most, and the time after which no further turn begins. */
const TURNS = 5;
const SECONDS_PER_CLASS = 0.2;
/** A variant must be so much faster than the default to be taken instead: less is noise. */
const WORTH_IT = 0.97;

/** Runs of a kernel in a model: its shape, and how long they take in a step altogether, in any unit. */
export interface ShapeWork {
  shape: KernelShape;
  work: number;
}

/** Decides which variants a model takes, from what it will run. */
export type VariantChooser = (works: readonly ShapeWork[]) => Promise<KernelVariants>;

/** The runs of kernels with variants in recorded programs. */
export function variedWorks(programs: Iterable<readonly Dispatch[]>): ShapeWork[] {
  const varied = [...programs].flat().filter(isVaried);
  return varied.map(({ shape, flops, bytes }) => ({ shape, work: Math.max(flops, FLOPS_PER_BYTE * bytes) }));
}

/** Chosen variants by name of their shape class, without the default. */
export type ChosenVariants = Record<string, KernelVariant>;

/** What is already known, and what becomes known. See `VariantCache`. */
export interface KnownVariants {
  read(): Promise<ChosenVariants>;
  add(chosen: ChosenVariants): Promise<void>;
}

/**
 * Chooses the fastest variant for each shape class of a model by a short measurement, the heaviest classes first; one of
 * reduced precision only where activations are bfloat16, and none whose numbers differ from the default's. What is chosen
 * is written into a run's folder: reduced variants have bits of their own, and on an unknown driver others may, too.
 *
 * @param works of the model; see `matrixWorks`
 * @param known classes that were measured before are not measured again
 * @param seconds time after which no further shape class is measured; 0 takes what is known
 */
export async function chooseVariants(
  gpu: Gpu,
  works: readonly ShapeWork[],
  known?: KnownVariants,
  seconds = SECONDS,
): Promise<VariantTable> {
  const table: ChosenVariants = {};
  const before = (await known?.read()) ?? {};
  const added: ChosenVariants = {};
  const start = performance.now();
  const watch = new Stopwatch(gpu);
  try {
    for (const shape of heaviest(works)) {
      const name = shapeClass(shape);
      if (!before[name] && performance.now() - start < seconds * 1000) {
        const limits = { turns: TURNS, seconds: SECONDS_PER_CLASS };
        const usual = usualVariant(gpu.adapter, shape);
        const variants = { usual, candidates: variantsAt(gpu.adapter, shape) };
        added[name] = fastest(await measureVariants(gpu, watch, shape, variants, limits), usual);
      }
      const chosen = added[name] ?? before[name];
      if (chosen) table[name] = chosen;
    }
  } finally {
    watch.destroy();
  }
  if (Object.keys(added).length > 0) await known?.add(added);
  return { ...table, default: defaultVariant(gpu.adapter) };
}

/** Representatives of the classes that make up most of the work, the heaviest first. */
export function heaviest(works: readonly ShapeWork[]): KernelShape[] {
  const classes = new Map<string, ShapeWork>();
  let total = 0;
  for (const { shape, work } of works) {
    const name = shapeClass(shape);
    const before = classes.get(name)?.work ?? 0;
    classes.set(name, { shape: representative(shape), work: before + work });
    total += work;
  }
  const sorted = [...classes.values()].sort((a, b) => b.work - a.work);
  let covered = 0;
  return sorted.flatMap(({ shape, work }) => {
    const isNeeded = covered < MEASURED_SHARE * total;
    covered += work;
    return isNeeded ? [shape] : [];
  });
}

/** A table of the fastest variants where they were measured. */
export function chosenTable(
  gpu: Gpu,
  measured: readonly Pick<VariantTimes, 'shape' | 'times'>[],
): VariantTable {
  const chosen = measured.map(
    (found) => [shapeClass(found.shape), fastest(found, usualVariant(gpu.adapter, found.shape))] as const,
  );
  return { ...Object.fromEntries(chosen), default: defaultVariant(gpu.adapter) };
}

/** The variant with the least median; the default where none is clearly faster. */
export function fastest({ times }: Pick<VariantTimes, 'times'>, fallback: KernelVariant): KernelVariant {
  const [[best, { seconds }]] = [...times].sort(([, a], [, b]) => a.seconds - b.seconds);
  const usual = times.get(fallback);
  return usual && seconds > WORTH_IT * usual.seconds ? fallback : best;
}
