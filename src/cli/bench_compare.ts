import { shapeName } from '../../shaders/variant_table';
import { giga, stepKind } from './bench_report';
import type { BenchResult, KernelResult } from './bench_result';

/** One thing that both results measured. */
export interface Comparison {
  what: string;
  /** Time in the second result by time in the first: below 1 the second is faster. */
  ratio: number;
  /** Differences below it are noise: both spreads together. Undefined where the thing was measured only once. */
  noise?: number;
}

/** Kernels that take less of a step are left out: their ratios are noise and change nothing. */
const LEAST_SHARE = 0.01;

/** What two results have in common, the largest change first; what was measured only once comes last. */
export function compareResults(a: BenchResult, b: BenchResult): Comparison[] {
  const label = (preset: string) => {
    const kinds = [a, b].flatMap(({ steps }) => (steps[preset] ? [stepKind(steps[preset])] : []));
    return `${preset} ${[...new Set(kinds)].join(' to ')}`;
  };
  const before = timesOf(a, label);
  const both = [...timesOf(b, label)].flatMap(([what, { seconds, spread }]) => {
    const first = before.get(what);
    if (!first) return [];
    const known = spread !== undefined && first.spread !== undefined;
    return [{ what, ratio: seconds / first.seconds, noise: known ? spread + first.spread! : undefined }];
  });
  const change = ({ ratio }: Comparison) => Math.abs(Math.log(ratio));
  const once = ({ noise }: Comparison) => Number(noise === undefined);
  return both.sort((x, y) => once(x) - once(y) || change(y) - change(x));
}

interface Measured {
  seconds: number;
  spread?: number;
}

/** Times by what was measured; `label` names a preset's steps. */
function timesOf(
  { limits, shapes, steps }: BenchResult,
  label: (preset: string) => string,
): Map<string, Measured> {
  const times = new Map<string, Measured>([
    ['multiply-adds', { seconds: 1 / limits.flopsPerSecond }],
    ['copy', { seconds: 1 / limits.bytesPerSecond }],
  ]);
  for (const shape of shapes) {
    const name = shapeName(shape);
    const all = Object.entries(shape.variants);
    for (const [variant, timing] of all) times.set(`${name}, ${variant}`, timing);
    const best = all.map(([, timing]) => timing).sort((x, y) => x.seconds - y.seconds)[0];
    if (best) times.set(`${name}, fastest`, best);
  }
  for (const [preset, step] of Object.entries(steps)) {
    const name = label(preset);
    for (const what of ['forecast', 'forward', 'training'] as const) {
      const timing = step[what];
      if (!('refused' in timing)) times.set(`${name}, ${what}`, timing);
    }
    for (const [kernel, measured] of byKernel(step.kernels)) times.set(`${name}, ${kernel}`, measured);
  }
  return times;
}

/** Time of each kernel at each size, whatever variant it took. */
function byKernel(kernels: readonly KernelResult[]): Map<string, Measured> {
  const total = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  const sums = new Map<string, Measured>();
  for (const { kernel, seconds, spread } of kernels) {
    const { seconds: others = 0, spread: widest = 0 } = sums.get(kernel) ?? {};
    const known = spread !== undefined && widest !== undefined;
    sums.set(kernel, { seconds: others + seconds, spread: known ? Math.max(widest, spread) : undefined });
  }
  return new Map([...sums].filter(([, { seconds }]) => seconds >= LEAST_SHARE * total));
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
    '\nTime of B by time of A, below 1 where B is faster; the largest change first, what was measured once last.',
    ...lines,
    '\nBoth are single runs: on a machine that others use, only large and repeated differences mean something.',
  ].join('\n');
}
