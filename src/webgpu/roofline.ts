import { isVaried, shapeName } from '../../shaders/variant_table';
import type { AdapterRates } from './adapter_rates';
import type { Dispatch } from './kernel';
import type { KernelTime } from './profile';

/** Work of one kernel at one size, and the time that it took on the GPU. Plain data, to be sent and stored. */
export interface KernelRate {
  /** Name and size: `linear 81900 x 512 x 512`, `layer_norm 10242 x 512`. */
  kernel: string;
  /** Where the kernel has several. */
  variant?: string;
  dispatches: number;
  seconds: number;
  flops: number;
  bytes: number;
}

/** A kernel's place under an adapter's roof. */
export interface RooflineRow extends KernelRate {
  /** Of the time of all rows. */
  share: number;
  flopsPerSecond: number;
  bytesPerSecond: number;
  /** Operations per byte that must move at least. */
  intensity: number;
  /** What keeps the kernel from being faster on an ideal adapter. */
  bound: 'arithmetic' | 'memory';
  /** Rate of that, relative to the adapter's; above 1 where data was still in a cache. */
  shareOfLimit: number;
}

/** Adds up measured dispatches of the same kernel and size, the slowest first. */
export function kernelRates(times: Iterable<KernelTime>): KernelRate[] {
  const rates = new Map<string, KernelRate>();
  for (const { dispatch, seconds } of times) {
    const kernel = sizedName(dispatch);
    const { variant, flops, bytes } = dispatch;
    const key = `${kernel} ${variant}`;
    const rate = rates.get(key) ?? { kernel, variant, dispatches: 0, seconds: 0, flops: 0, bytes: 0 };
    rate.dispatches++;
    rate.seconds += seconds;
    rate.flops += flops;
    rate.bytes += bytes;
    rates.set(key, rate);
  }
  return [...rates.values()].sort((a, b) => b.seconds - a.seconds);
}

/** Kernel and size; where there is nothing else, the first tensor's rows and columns. */
function sizedName(dispatch: Dispatch): string {
  if (isVaried(dispatch)) return shapeName(dispatch.shape);
  const first = Object.values(dispatch.tensors).find((tensor) => tensor !== undefined);
  return first ? `${dispatch.kernel.name} ${first.rows} x ${first.width}` : dispatch.kernel.name;
}

/** Where each kernel stands under the roof of what the adapter was measured to do. */
export function roofline(rates: readonly KernelRate[], limits: AdapterRates): RooflineRow[] {
  const total = rates.reduce((sum, { seconds }) => sum + seconds, 0);
  return rates.map((rate) => {
    const { seconds, flops, bytes } = rate;
    const [arithmetic, memory] = [flops / limits.flopsPerSecond, bytes / limits.bytesPerSecond];
    return {
      ...rate,
      share: total > 0 ? seconds / total : 0,
      flopsPerSecond: flops / seconds,
      bytesPerSecond: bytes / seconds,
      intensity: flops / bytes,
      bound: arithmetic > memory ? 'arithmetic' : 'memory',
      shareOfLimit: Math.max(arithmetic, memory) / seconds,
    };
  });
}
