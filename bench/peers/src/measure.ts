/** Checks the peers against the reference and against each other, then times their steps in turn. */
import type { Reference } from './reference';
import type { Runner } from './runner';
import { WORK_NAME, type Work } from './work';

/** Relative: of each array's L2 norm, and of each loss. */
const GRADIENT_TOLERANCE = 1e-3;
const LOSS_TOLERANCE = 1e-4;

/** A line of the peers' result format. */
export interface Result {
  work: string;
  peer: string;
  backend: 'webgpu';
  variant: string;
  version: string;
  ok: boolean;
  error?: string;
  loss: number;
  err_loss: number;
  err_grad: number;
  err_param: number;
  worst: string;
  check_ms: number;
  ms?: number;
  min_ms?: number;
  runs?: number;
  dispatches?: number;
  submits?: number;
  gflop?: number;
  gflops?: number;
}

/**
 * @param pairs timed steps of each runner, taken in turn so that a busy machine is busy for all of them
 * @returns a line for each runner; only those that agree with the reference are timed, and only when all do
 */
export async function measure(
  runners: Runner[],
  work: Work,
  reference: Reference,
  pairs: number,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const runner of runners) results.push(await check(runner, reference));
  const [first] = results;
  for (const result of results) {
    const apart = Math.abs(result.loss / first.loss - 1);
    if (!(apart <= LOSS_TOLERANCE)) {
      result.ok = false;
      result.error = `its first loss differs from ${first.peer}'s by ${apart}`;
    }
  }
  if (!results.every(({ ok }) => ok)) return results;

  for (const runner of runners) await runner.step();
  const times: number[][] = runners.map(() => []);
  for (let pair = 0; pair < pairs; pair++) {
    for (const [i, runner] of runners.entries()) {
      const start = performance.now();
      await runner.step();
      times[i].push(performance.now() - start);
    }
  }
  for (const [i, runner] of runners.entries()) {
    const ms = median(times[i]);
    Object.assign(results[i], {
      ms: rounded(ms),
      min_ms: rounded(Math.min(...times[i])),
      runs: pairs,
      ...(await countGpuCalls(() => runner.step())),
      gflop: rounded(work.flops / 1e9),
      gflops: rounded(work.flops / ms / 1e6, 3),
    });
  }
  return results;
}

async function check(runner: Runner, reference: Reference): Promise<Result> {
  const start = performance.now();
  const gradients = worst(await runner.gradients(), reference.gradients);
  const losses = [await runner.step()];
  const parameters = worst(await runner.parameters(), reference.parameters);
  while (losses.length < reference.losses.length) losses.push(await runner.step());
  const lossError = Math.max(...losses.map((loss, i) => Math.abs(loss / reference.losses[i] - 1)));
  const ok = lossError <= LOSS_TOLERANCE && gradients.error <= GRADIENT_TOLERANCE && parameters.error <= 1e-4;
  const { peer, variant, version } = runner;
  return {
    work: WORK_NAME,
    peer,
    backend: 'webgpu',
    variant,
    version,
    ok,
    ...(ok ? {} : { error: 'disagrees with the float64 reference: not timed' }),
    loss: rounded(losses[0], 8),
    err_loss: rounded(lossError, 2),
    err_grad: rounded(gradients.error, 2),
    err_param: rounded(parameters.error, 2),
    worst: gradients.name,
    check_ms: rounded(performance.now() - start),
  };
}

/** The largest relative L2 distance of all arrays; an array with NaN is infinitely far. */
function worst(found: Record<string, Float32Array>, expected: Record<string, Float32Array>) {
  let furthest = { name: '', error: 0 };
  for (const [name, want] of Object.entries(expected)) {
    const got = found[name];
    if (got.length !== want.length)
      throw new Error(`${name}: ${got.length} numbers, expected ${want.length}`);
    let [distance, norm] = [0, 0];
    for (let i = 0; i < want.length; i++) {
      distance += (got[i] - want[i]) ** 2;
      norm += want[i] ** 2;
    }
    const error = norm > 0 ? Math.sqrt(distance / norm) : Math.sqrt(distance);
    if (Number.isNaN(error)) return { name, error: Number.POSITIVE_INFINITY };
    if (error > furthest.error) furthest = { name, error };
  }
  return furthest;
}

/** Dispatches and queue submissions of one run. */
async function countGpuCalls(run: () => Promise<unknown>) {
  const counts = { dispatches: 0, submits: 0 };
  const pass = GPUComputePassEncoder.prototype;
  const queue = GPUQueue.prototype;
  const { dispatchWorkgroups } = pass;
  const { submit } = queue;
  pass.dispatchWorkgroups = function (...args) {
    counts.dispatches++;
    return dispatchWorkgroups.apply(this, args);
  };
  queue.submit = function (...args) {
    counts.submits++;
    return submit.apply(this, args);
  };
  try {
    await run();
  } finally {
    pass.dispatchWorkgroups = dispatchWorkgroups;
    queue.submit = submit;
  }
  return counts;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
