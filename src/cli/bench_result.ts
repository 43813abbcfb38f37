import { readFile } from 'node:fs/promises';
import { dependencies, version } from '../../package.json';
import type { KernelShape, KernelVariant, KernelVariants } from '../../shaders/variant_table';
import type { AdapterRates } from '../webgpu/adapter_rates';
import type { AdapterDescription, Gpu } from '../webgpu/device';
import type { KernelRate } from '../webgpu/roofline';
import type { Timing } from '../webgpu/timing';
import { reason } from './inputs';
import { UsageError } from './options';

/** What `graphcast bench --json` prints. */
export interface BenchResult {
  graphcast_bench: 1;
  date: string;
  versions: { graphcast: string; webgpu: string; node: string };
  adapter: AdapterDescription;
  features: string[];
  /** Bytes of the widest binding. */
  max_binding: number;
  limits: AdapterRates;
  /** Variants of kernels, with `--variants` or `--shape`. */
  shapes: ShapeResult[];
  steps: Record<string, StepResult>;
}

/** All variants at one shape. */
export type ShapeResult = KernelShape & {
  flops: number;
  bytes: number;
  variants: Partial<Record<KernelVariant, Timing>>;
  /** What is wrong with variants that are never taken on this driver. */
  faults: Partial<Record<KernelVariant, string>>;
};

/** A step that ran; useful operations are those of spec 5.4, the first edge layer split. */
export interface StepTiming extends Timing {
  useful_flops: number;
  useful_flops_per_second: number;
  /** Of the adapter's multiply-adds. */
  share_of_limit: number;
  gpu_bytes: number;
}

/** A preset's steps. Those that do not fit the adapter say why. */
export interface StepResult {
  kernel_variant: KernelVariants;
  activations: string;
  /** That a step takes at once; 1 in results of versions that could not take more. */
  windows?: number;
  /** A step of a forecast: embeddings of the graph are computed once, before. */
  forecast: StepTiming;
  /** The forward pass of a training step, complete. */
  forward: StepTiming | Refusal;
  /** Forward, loss, backward, AdamW; useful operations three times those of the forward pass. */
  training: StepTiming | Refusal;
  dispatches: number;
  /** The linear kernel at 8192 x 512 x 512, the better of before and after the steps. */
  linear_flops_per_second: number;
  /** Of one training step, or of one step of a forecast where training does not fit. */
  kernels: KernelResult[];
}

export interface KernelResult extends KernelRate {
  /** See `Timing`; absent where it was measured once. */
  spread?: number;
}

export interface Refusal {
  refused: string;
}

/** Everything but the measurements. */
export function resultHeader(gpu: Gpu): Omit<BenchResult, 'limits' | 'shapes' | 'steps'> {
  return {
    graphcast_bench: 1,
    date: new Date().toISOString(),
    versions: { graphcast: version, webgpu: dependencies.webgpu, node: process.version },
    adapter: gpu.adapter,
    features: [...gpu.device.features].sort(),
    max_binding: gpu.maxBinding,
  };
}

/** @throws UsageError when a file holds no result of `graphcast bench --json` */
export async function readResult(path: string): Promise<BenchResult> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reason(cause)}.`);
  }
  try {
    const result = JSON.parse(text) as BenchResult;
    if (result.graphcast_bench === 1) return result;
  } catch {
    // said below
  }
  throw new UsageError(`${path} holds no result of graphcast bench --json of this version.`);
}
