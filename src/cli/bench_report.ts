import { shapeName } from '../../shaders/variant_table';
import type { AdapterRates } from '../webgpu/adapter_rates';
import { roofline } from '../webgpu/roofline';
import type { Timing } from '../webgpu/timing';
import type { ShapeResult, StepResult, StepTiming } from './bench_result';

/** Kernels of a step that are shown; the rest takes next to nothing. */
const SHOWN = 30;

export const giga = (value: number) => (value / 1e9).toPrecision(3);
export const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
export const milliseconds = (seconds: number) => `${(seconds * 1e3).toPrecision(4)} ms`;

export function limitsText({ flopsPerSecond, bytesPerSecond }: AdapterRates): string {
  return `multiply-adds  ${giga(flopsPerSecond)} GFLOP/s\ncopy           ${giga(bytesPerSecond)} GB/s, read and written`;
}

/** A shape's variants, the fastest first. */
export function shapeText(result: ShapeResult, limits: AdapterRates): string {
  const { flops, bytes, variants, faults } = result;
  const sorted = (Object.entries(variants) as [string, Timing][]).sort(
    ([, a], [, b]) => a.seconds - b.seconds,
  );
  const lines = sorted.map(([variant, { seconds, spread, samples }]) =>
    [
      `  ${variant.padEnd(24)}`,
      milliseconds(seconds).padStart(11),
      `${giga(flops / seconds)} GFLOP/s`.padStart(16),
      percent(flops / seconds / limits.flopsPerSecond).padStart(6),
      `${giga(bytes / seconds)} GB/s`.padStart(12),
      percent(bytes / seconds / limits.bytesPerSecond).padStart(6),
      `± ${percent(spread)} of ${samples}`.padStart(13),
    ].join(' '),
  );
  const never = Object.entries(faults).map(([variant, fault]) => `  ${variant.padEnd(24)} never: ${fault}`);
  return [`\n${shapeName(result)}`, ...lines, ...never].join('\n');
}

/** How activations are stored, and how many windows are taken at once where it is more than one. */
export function stepKind({ activations, windows = 1 }: StepResult): string {
  return windows === 1 ? activations : `${activations}, ${windows} windows`;
}

/** A preset's steps and where the time of one goes. */
export function stepText(name: string, step: StepResult, limits: AdapterRates): string {
  const { dispatches, kernels, linear_flops_per_second: linear } = step;
  const timings = { 'forecast step': step.forecast, forward: step.forward, 'training step': step.training };
  const lines = Object.entries(timings).map(([what, timing]) =>
    'refused' in timing ? `  ${what}: ${timing.refused}` : timingText(what, timing, linear),
  );
  const rows = roofline(kernels, limits)
    .slice(0, SHOWN)
    .map((row) =>
      [
        `  ${[row.kernel, row.variant].filter(Boolean).join(', ').padEnd(58)}`,
        String(row.dispatches).padStart(5),
        milliseconds(row.seconds).padStart(11),
        percent(row.share).padStart(5),
        `${giga(row.flopsPerSecond)} GFLOP/s`.padStart(16),
        percent(row.flopsPerSecond / limits.flopsPerSecond).padStart(6),
        `${giga(row.bytesPerSecond)} GB/s`.padStart(12),
        percent(row.bytesPerSecond / limits.bytesPerSecond).padStart(6),
      ].join(' '),
    );
  const head = `\n${name}, activations ${stepKind(step)}, ${dispatches} dispatches; linear 8192 x 512 x 512 ${giga(linear)} GFLOP/s`;
  return [head, ...lines, ...rows].join('\n');
}

function timingText(what: string, timing: StepTiming, linear: number): string {
  const { seconds, spread, samples, useful_flops_per_second: rate, share_of_limit, gpu_bytes } = timing;
  return [
    `  ${what.padEnd(14)}`,
    milliseconds(seconds).padStart(11),
    `± ${percent(spread)} of ${samples}`.padStart(13),
    `useful ${giga(rate)} GFLOP/s`.padStart(22),
    `${percent(share_of_limit)} of multiply-adds`.padStart(22),
    `${percent(rate / linear)} of linear`.padStart(15),
    `${(gpu_bytes / 2 ** 20).toFixed(0)} MiB`.padStart(11),
  ].join(' ');
}
