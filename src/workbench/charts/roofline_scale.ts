import type { AdapterRates } from '../../webgpu/adapter_rates';
import type { RooflineRow } from '../../webgpu/roofline';

type Range = [least: number, most: number];

/**
 * Logarithmic axes, in whole decades, that hold every kernel and the roof's ridge.
 *
 * @param kernels whose intensity and rate are above 0
 * @returns ranges of intensity (FLOP per byte) and rate (FLOP/s), and their maps to 0 … 1
 */
export function rooflineScale(
  kernels: Pick<RooflineRow, 'intensity' | 'flopsPerSecond'>[],
  limits: AdapterRates,
) {
  const ridge = limits.flopsPerSecond / limits.bytesPerSecond;
  const intensities = decades([ridge, ...kernels.map(({ intensity }) => intensity)]);
  const rates = decades([limits.flopsPerSecond, ...kernels.map(({ flopsPerSecond }) => flopsPerSecond)]);
  return { intensities, rates, x: logarithmic(intensities), y: logarithmic(rates) };
}

/** Powers of ten within a range of whole decades. */
export function decadeTicks([least, most]: Range): number[] {
  const [first, last] = [Math.round(Math.log10(least)), Math.round(Math.log10(most))];
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/** At least two whole decades around the values. */
function decades(values: number[]): Range {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return [10 ** first, 10 ** Math.max(last, first + 2)];
}

function logarithmic([least, most]: Range): (value: number) => number {
  const span = Math.log10(most / least);
  return (value) => Math.log10(value / least) / span;
}
