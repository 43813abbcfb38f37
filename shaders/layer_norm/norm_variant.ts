import { padded } from '../../src/webgpu/tensor';

/**
 * Ways to normalise rows: `row` gives each row to one invocation, `shared` to several side by side; `fused` also adds up
 * messages at their receivers while it is at it. `shared` and `fused` sum in the same order, `row` in another.
 */
export const NORM_VARIANTS = ['row', 'shared', 'fused'] as const;
export type NormVariant = (typeof NORM_VARIANTS)[number];

/** Kernels that have these variants; only the last has `fused`. */
export const NORM_KERNELS = ['layer_norm', 'layer_norm_backward', 'layer_norm_sum'] as const;
export type NormKernel = (typeof NORM_KERNELS)[number];

/** Invocations that share a row, as in shared_row.wgsl, and rows of a workgroup. */
const LANES = 16;
export const SHARED_ROWS = 4;
/** Most vec4f that a lane holds: four rows must fit 16 KiB of workgroup memory. */
const MOST_SHARE = 15;

/** vec4f that each of a row's lanes holds. */
export const shareOf = (width: number) => Math.ceil(padded(width) / 4 / LANES);

/** The variants that a kernel has at a width. */
export function supportedNorms(kernel: NormKernel, width: number): NormVariant[] {
  if (shareOf(width) > MOST_SHARE) return ['row'];
  return kernel === 'layer_norm_sum' ? [...NORM_VARIANTS] : ['row', 'shared'];
}

/**
 * The variant that is good on an adapter: on GPUs what moves the fewest bytes, whole lines of memory at a time; on drivers
 * that run on the CPU, where barriers are dear, one invocation a row.
 */
export function defaultNorm(
  adapter: { isSoftware: boolean },
  kernel: NormKernel,
  width: number,
): NormVariant {
  return adapter.isSoftware ? 'row' : supportedNorms(kernel, width).at(-1)!;
}
