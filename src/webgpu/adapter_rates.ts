import { copy, multiplyAdd } from '../../shaders/adapter_limits/adapter_limits';
import type { Gpu } from './device';
import type { Dispatch } from './kernel';
import { Memory } from './memory';
import { noise } from './noise';
import { PlanBuilder } from './plan';
import { matrix, type Tensor } from './tensor';
import { interleaved, Stopwatch } from './timing';

/** What an adapter was measured to do at most. */
export interface AdapterRates {
  /** float32 multiply-adds, counted as two operations. */
  flopsPerSecond: number;
  /** Copying between buffers, read and written bytes counted. */
  bytesPerSecond: number;
}

/** Invocations of the multiply-adds: enough to fill a large GPU. */
const INVOCATIONS = 1 << 18;
/** Length of a measurement of multiply-adds, s. */
const LONG_ENOUGH = 0.02;
const MOST_ROUNDS = 1 << 18;
/** Bytes of each side of the copy, so that no cache holds them. */
const COPIED = 128 * 2 ** 20;

/**
 * Measures an adapter's limits: chains of multiply-adds and a copy; the fastest of several runs counts. Takes about half
 * a second.
 */
export async function measureRates(gpu: Gpu, runs = 5): Promise<AdapterRates> {
  const result = matrix('result', INVOCATIONS, 4);
  const rows = Math.floor(Math.min(COPIED, gpu.maxBinding) / 16);
  const [x, y] = [matrix('source', rows, 4), matrix('target', rows, 4)];
  const watch = new Stopwatch(gpu);
  try {
    let rounds = 16;
    let flopsPerSecond = 0;
    for (let seconds = 0; seconds < LONG_ENOUGH && rounds < MOST_ROUNDS; rounds *= 4) {
      const dispatch = multiplyAdd({ y: result, rounds });
      seconds = await leastSeconds(gpu, watch, dispatch, 1);
      flopsPerSecond = dispatch.flops / seconds;
    }
    const dispatch = multiplyAdd({ y: result, rounds: rounds / 4 });
    const seconds = await leastSeconds(gpu, watch, dispatch, runs);
    flopsPerSecond = Math.max(flopsPerSecond, dispatch.flops / seconds);
    const copied = copy({ y, x });
    return { flopsPerSecond, bytesPerSecond: copied.bytes / (await leastSeconds(gpu, watch, copied, runs)) };
  } finally {
    watch.destroy();
  }
}

async function leastSeconds(gpu: Gpu, watch: Stopwatch, dispatch: Dispatch, runs: number): Promise<number> {
  const memory = new Memory(gpu);
  for (const tensor of Object.values(dispatch.tensors) as Tensor[]) {
    memory.add(tensor);
    memory.write(tensor, noise(tensor.rows * tensor.width));
  }
  const builder = new PlanBuilder(gpu.maxBinding);
  builder.program('measured');
  builder.add(dispatch);
  const plan = await builder.build(gpu, memory);
  try {
    const commands = plan.program('measured');
    const repeats = watch.repeatsFor(await watch.time(commands));
    const [{ least }] = await interleaved([() => watch.time(commands, repeats)], runs);
    return least;
  } finally {
    plan.destroy();
    memory.destroy();
  }
}
