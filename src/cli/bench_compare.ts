import type { KernelRate } from '../webgpu/roofline';
import { giga } from './bench_report';
import type { BenchResult } from './bench_result';

/** One thing that both results measured. */
export interface Comparison {
  what: string;
  /** Time in the second result by time in the first: below 1 the second is faster. */
  ratio: number;
  /** Differences below it are noise: both spreads together. Undefined where the thing was measured only once. */
  noise?: number;
}

/** Everything that two results have in common, the largest change first. */
export function compareResults(a: BenchResult, b: BenchResult): Comparison[] {
  const before = timesOf(a);
  const both = [...timesOf(b)].flatMap(([what, { seconds, spread }]) => {
    const first = before.get(what);
    if (!first) return [];
    const known = spread !== undefined && first.spread !== undefined;
    return [{ what, ratio: seconds / first.seconds, noise: known ? spread + first.spread! : undefined }];
  });
  return both.sort((x, y) => Math.abs(Math.log(y.ratio)) - Math.abs(Math.log(x.ratio)));
}

interface Measured {
  seconds: number;
  spread?: number;
}

/** Times by what was measured. */
function timesOf({ limits, shapes, steps }: BenchResult): Map<string, Measured> {
  const times = new Map<string, Measured>([
    ['multiply-adds', { seconds: 1 / limits.flopsPerSecond }],
    ['copy', { seconds: 1 / limits.bytesPerSecond }],
  ]);
  for (const { kernel, rows, inner, columns, element, variants } of shapes) {
    const shape = `${kernel} ${rows} x ${inner} x ${columns} ${element}`;
    const all = Object.entries(variants);
    for (const [variant, timing] of all) times.set(`${shape}, ${variant}`, timing);
    const best = all.map(([, timing]) => timing).sort((x, y) => x.seconds - y.seconds)[0];
    if (best) times.set(`${shape}, fastest`, best);
  }
  for (const [preset, step] of Object.entries(steps)) {
    const name = `${preset} ${step.activations}`;
    for (const what of ['forecast', 'forward', 'training'] as const) {
      const timing = step[what];
      if (!('refused' in timing)) times.set(`${name}, ${what}`, timing);
    }
    for (const [kernel, seconds] of byKernel(step.kernels)) times.set(`${name}, ${kernel}`, { seconds });
  }
  return times;
}

/** Time of each kernel at each size, whatever variant it took. */
function byKernel(rates: readonly KernelRate[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { kernel, seconds } of rates) sums.set(kernel, (sums.get(kernel) ?? 0) + seconds);
  return sums;
}

/** A table of a comparison, with what the two results are. */
export function comparisonText(a: BenchResult, b: BenchResult, rows: readonly Comparison[]): string {
  const about = ({ date, adapter, versions, limits }: BenchResult) =>
    `${date.slice(0, 16)}, ${adapter.description || adapter.architecture}, graphcast ${versions.graphcast}, webgpu ${versions.webgpu}, ${giga(limits.flopsPerSecond)} GFLOP/s, ${giga(limits.bytesPerSecond)} GB/s`;
  const lines = rows.map(({ what, ratio, noise }) => {
    const remark =
      noise === undefined ? 'measured once' : Math.abs(ratio - 1) <= noise ? 'within the noise' : '';
    return `  ${ratio.toFixed(3).padStart(8)}  ${what.padEnd(70)} ${remark}`.trimEnd();
  });
  return [
    `A: ${about(a)}`,
    `B: ${about(b)}`,
    '\nTime of B by time of A, below 1 where B is faster; the largest change first.',
    ...lines,
    '\nTimes of one run each: of a machine that others use, only large and repeated differences mean something.',
  ].join('\n');
}
