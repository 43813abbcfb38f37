/**
 * Whether variants of a kernel give, on the driver at hand, what the default gives. Drivers of experimental
 * features may compile what they then compute wrongly.
 */
import type { KernelVariant } from '../../shaders/variant_table';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import type { Memory } from './memory';
import type { ReadyDispatch } from './plan';
import { ROW_ALIGNMENT, rowBytes, rowsOf, type Tensor } from './tensor';
import type { Stopwatch } from './timing';

/** Windows of rows of an output that are compared, spread evenly from its first to its last row. */
const WINDOWS = 8;
/** Most bytes that one window of a wide output shows. */
const WINDOW_BYTES = 2 ** 22;

/**
 * How far a variant's numbers may lie from the default's, relative to the largest: rounded weights make 2⁻¹¹ of a product
 * at most; where the output is bfloat16, a number may round to the other side, 2⁻⁷ of itself away.
 */
const tolerance = (output: Tensor) => 2 ** -10 + (output.element === 'bfloat16' ? 2 ** -7 : 0);

/** Compares what programs write into one output. */
export class VariantCheck {
  private readonly memory: Memory;
  private readonly watch: Stopwatch;
  private readonly output: Tensor;
  private readonly expected: Float32Array[];

  private constructor(memory: Memory, watch: Stopwatch, output: Tensor, expected: Float32Array[]) {
    this.memory = memory;
    this.watch = watch;
    this.output = output;
    this.expected = expected;
  }

  /** @param commands write what all others must write */
  static async against(
    memory: Memory,
    watch: Stopwatch,
    output: Tensor,
    commands: readonly ReadyDispatch[],
  ): Promise<VariantCheck> {
    return new VariantCheck(memory, watch, output, await written(memory, watch, output, commands));
  }

  /** What is wrong with the numbers that `commands` write; undefined when nothing is. */
  async fault(commands: readonly ReadyDispatch[]): Promise<string | undefined> {
    const found = await written(this.memory, this.watch, this.output, commands);
    const difference = largestDifference(found, this.expected);
    if (difference <= tolerance(this.output)) return undefined;
    return `differs from the default by ${(100 * difference).toPrecision(2)} % of the largest number`;
  }
}

/** The output's windows after a run, one after the other; what is not written shows as NaN. */
async function written(
  memory: Memory,
  watch: Stopwatch,
  output: Tensor,
  commands: readonly ReadyDispatch[],
): Promise<Float32Array[]> {
  const shown = windows(output);
  for (const window of shown) {
    memory.write(window, new Float32Array(window.rows * window.width).fill(Number.NaN));
  }
  await watch.time(commands);
  return Promise.all(shown.map((window) => memory.read(window)));
}

function windows(output: Tensor): Tensor[] {
  const most = Math.max(1, Math.min(ROW_ALIGNMENT, Math.floor(WINDOW_BYTES / rowBytes(output))));
  const last = Math.floor((output.rows - 1) / ROW_ALIGNMENT);
  const places = Array.from({ length: WINDOWS }, (_, i) => Math.round((i / (WINDOWS - 1)) * last));
  return [...new Set(places)].map((place) => {
    const start = place * ROW_ALIGNMENT;
    return rowsOf(output, start, Math.min(most, output.rows - start));
  });
}

/** Largest distance between numbers, relative to the largest expected; NaN where only one of two is NaN. */
function largestDifference(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let largest = 0;
  let worst = 0;
  for (const [part, values] of expected.entries()) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]) && Number.isNaN(found[part][i])) continue; // neither writes here
      largest = Math.max(largest, Math.abs(values[i]));
      const difference = Math.abs(found[part][i] - values[i]);
      if (!(difference <= worst)) worst = difference;
    }
  }
  return worst / (largest || 1);
}

/** Those of the variants whose shaders the driver compiles, and what it says of the others. */
export async function compiling(
  gpu: Gpu,
  variants: readonly KernelVariant[],
  record: (variant: KernelVariant) => Dispatch[],
): Promise<{ variants: KernelVariant[]; faults: Map<KernelVariant, string> }> {
  const faults = new Map<KernelVariant, string>();
  await Promise.all(
    variants.map(async (variant) => {
      const pipelines = record(variant).map(({ kernel, constants, tensors }) => {
        const elementOf = (name: string) => tensors[name]?.element;
        return gpu.pipeline({ kernel, constants, elementOf });
      });
      await Promise.all(pipelines).catch((error: unknown) => {
        faults.set(variant, `does not compile: ${String(error).split('\n')[0]}`);
      });
    }),
  );
  return { variants: variants.filter((variant) => !faults.has(variant)), faults };
}
