import type { Gpu } from './device';
import { encodeDispatch } from './execute';
import type { ReadyDispatch } from './plan';

/** Shortest stretch that is timed, s: long against clocks that tick in 0.1 ms, and against a submission's own cost. */
const LEAST_SECONDS = 0.003;
/** Most repeats of a stretch, so that wrong estimates do not keep a GPU busy for seconds. */
const MOST_REPEATS = 256;

/** Several measurements of the same work. */
export interface Timing {
  /** Median of the samples. */
  seconds: number;
  least: number;
  /** Half the distance between the quartiles, relative to the median: differences below it mean nothing. */
  spread: number;
  samples: number;
}

/**
 * Times how long dispatches take on the GPU, by timestamps around a pass where the adapter has them, else by the clock
 * around a submission.
 */
export class Stopwatch {
  private readonly gpu: Gpu;
  private readonly query: { set: GPUQuerySet; resolved: GPUBuffer; staging: GPUBuffer } | undefined;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
    if (!gpu.hasTimestamps) return;
    const { device } = gpu;
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.query = {
      set: device.createQuerySet({ type: 'timestamp', count: 2 }),
      resolved: device.createBuffer({ size: 16, usage: QUERY_RESOLVE | COPY_SRC }),
      staging: device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST }),
    };
  }

  /**
   * Seconds of one run of `commands`, from `repeats` runs in a row.
   * @throws DeviceError when the device was lost or has reported an error
   */
  async time(commands: readonly ReadyDispatch[], repeats = 1): Promise<number> {
    const { gpu, query } = this;
    gpu.expectHealthy();
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      query && {
        timestampWrites: { querySet: query.set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
      },
    );
    for (let i = 0; i < repeats; i++) for (const command of commands) encodeDispatch(pass, command);
    pass.end();
    const start = performance.now();
    if (!query) {
      gpu.device.queue.submit([encoder.finish()]);
      await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
      gpu.expectHealthy();
      return (performance.now() - start) / 1000 / repeats;
    }
    encoder.resolveQuerySet(query.set, 0, 2, query.resolved, 0);
    encoder.copyBufferToBuffer(query.resolved, 0, query.staging, 0, 16);
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.wait(query.staging.mapAsync(GPUMapMode.READ));
    const [begin, end] = new BigUint64Array(query.staging.getMappedRange().slice(0));
    query.staging.unmap();
    gpu.expectHealthy();
    return Number(end - begin) / 1e9 / repeats;
  }

  /** How often a stretch should repeat work of `seconds` to be long enough. */
  repeatsFor(seconds: number): number {
    return Math.min(MOST_REPEATS, Math.max(1, Math.ceil(LEAST_SECONDS / Math.max(seconds, 1e-6))));
  }

  destroy(): void {
    this.query?.set.destroy();
    this.query?.resolved.destroy();
    this.query?.staging.destroy();
  }
}

/**
 * Measures several works in turns, so that what slows the machine down for a while slows all of them. A first turn warms
 * up; it counts only when it alone takes all the time there is.
 *
 * @param works each does its work once and says how long it took, s
 * @param turns at most
 * @param seconds after which no further turn begins
 */
export async function interleaved(
  works: readonly (() => Promise<number>)[],
  turns: number,
  seconds = Number.POSITIVE_INFINITY,
): Promise<Timing[]> {
  const start = performance.now();
  const isOver = () => performance.now() - start > seconds * 1000;
  const turn = async () => {
    const taken: number[] = [];
    for (const work of works) taken.push(await work());
    return taken;
  };
  const warmUp = await turn();
  const taken: number[][] = [];
  while (taken.length < turns && !isOver()) taken.push(await turn());
  if (taken.length === 0) taken.push(warmUp);
  return works.map((_, i) => timing(taken.map((seconds) => seconds[i])));
}

/** What a list of measured seconds says. */
export function timing(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return low + (high - low) * (place % 1);
  };
  const seconds = at(0.5);
  return { seconds, least: sorted[0], spread: (at(0.75) - at(0.25)) / 2 / seconds, samples: sorted.length };
}
