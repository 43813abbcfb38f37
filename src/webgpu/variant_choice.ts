import { defaultVariant, eligibleVariants, type LinearVariant } from '../../shaders/linear/variant';
import {
  isMatrixDispatch,
  type KernelVariants,
  type MatrixShape,
  representative,
  shapeClass,
  type VariantTable,
} from '../../shaders/linear/variant_table';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import { Stopwatch } from './timing';
import { measureVariants, type VariantTimes } from './variant_times';

/** Time after which no further shape class is measured, s. */
const SECONDS = 1.5;
/** Share of a model's work in matrix kernels whose classes are measured; the rest follows its neighbours. */
const MEASURED_SHARE = 0.97;
/** Turns of every variant of a class, at most, and the time after which no further turn begins. */
const TURNS = 5;
const SECONDS_PER_CLASS = 0.2;
/** A variant must be so much faster than the default to be taken instead: less is noise. */
const WORTH_IT = 0.97;

/** Runs of a matrix kernel in a model: its shape and how many operations it takes in a step altogether. */
export interface ShapeWork {
  shape: MatrixShape;
  flops: number;
}

/** Decides which variants a model takes, from what it will run. */
export type VariantChooser = (works: readonly ShapeWork[]) => Promise<KernelVariants>;

/** The runs of matrix kernels in recorded programs. */
export function matrixWorks(programs: Iterable<readonly Dispatch[]>): ShapeWork[] {
  return [...programs].flat().filter(isMatrixDispatch);
}

/** Chosen variants by name of their shape class, without the default. */
export type ChosenVariants = Record<string, LinearVariant>;

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
 */
export async function chooseVariants(
  gpu: Gpu,
  works: readonly ShapeWork[],
  known?: KnownVariants,
): Promise<VariantTable> {
  const fallback = defaultVariant(gpu.adapter);
  const table: Record<string, LinearVariant> = {};
  const before = (await known?.read()) ?? {};
  const added: ChosenVariants = {};
  const start = performance.now();
  const watch = new Stopwatch(gpu);
  try {
    for (const shape of heaviest(works)) {
      const name = shapeClass(shape);
      if (!before[name] && performance.now() - start < SECONDS * 1000) {
        const limits = { turns: TURNS, seconds: SECONDS_PER_CLASS };
        const candidates = eligibleVariants(gpu.adapter, shape.element);
        const variants = { usual: fallback, candidates };
        added[name] = fastest(await measureVariants(gpu, watch, shape, variants, limits), fallback);
      }
      const chosen = added[name] ?? before[name];
      if (chosen) table[name] = chosen;
    }
  } finally {
    watch.destroy();
  }
  if (Object.keys(added).length > 0) await known?.add(added);
  return { ...table, default: fallback };
}

/** Representatives of the classes that make up most of the work, the heaviest first. */
export function heaviest(works: readonly ShapeWork[]): MatrixShape[] {
  const classes = new Map<string, ShapeWork>();
  let total = 0;
  for (const { shape, flops } of works) {
    const name = shapeClass(shape);
    const before = classes.get(name)?.flops ?? 0;
    classes.set(name, { shape: representative(shape), flops: before + flops });
    total += flops;
  }
  const sorted = [...classes.values()].sort((a, b) => b.flops - a.flops);
  let covered = 0;
  return sorted.flatMap(({ shape, flops }) => {
    const isNeeded = covered < MEASURED_SHARE * total;
    covered += flops;
    return isNeeded ? [shape] : [];
  });
}

/** A table of the fastest variants where they were measured. */
export function chosenTable(
  gpu: Gpu,
  measured: readonly Pick<VariantTimes, 'shape' | 'times'>[],
): VariantTable {
  const fallback = defaultVariant(gpu.adapter);
  const chosen = measured.map((found) => [shapeClass(found.shape), fastest(found, fallback)] as const);
  return { ...Object.fromEntries(chosen), default: fallback };
}

/** The variant with the least median; the default where none is clearly faster. */
export function fastest({ times }: Pick<VariantTimes, 'times'>, fallback: LinearVariant): LinearVariant {
  const [[best, { seconds }]] = [...times].sort(([, a], [, b]) => a.seconds - b.seconds);
  const usual = times.get(fallback);
  return usual && seconds > WORTH_IT * usual.seconds ? fallback : best;
}
