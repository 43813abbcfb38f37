import { MATRIX_TILES } from '../../shaders/linear/tiles';
import { defaultVariant, supportedVariants } from '../../shaders/linear/variant';
import {
  isNormVariant,
  isVaried,
  type KernelVariant,
  type KernelVariants,
  variantFor,
} from '../../shaders/variant_table';
import { ConfigError } from '../errors';
import type { Gpu } from '../webgpu/device';
import type { PlanBuilder } from '../webgpu/plan';
import { type VariantChooser, variedWorks } from '../webgpu/variant_choice';

/**
 * Gives recorded kernels the variants that are asked for.
 * @param asked one for all, by shape, or chosen from what was recorded; by default what is good for the adapter
 * @returns the variants that were taken
 * @throws ConfigError when the adapter cannot run one of them
 */
export async function takeVariants(
  gpu: Gpu,
  plan: PlanBuilder,
  asked: KernelVariants | VariantChooser | undefined,
): Promise<KernelVariants> {
  const chosen = typeof asked === 'function' ? await asked(variedWorks(plan.programs.values())) : asked;
  const variants = usableVariants(gpu, chosen);
  plan.rewrite((d) => (isVaried(d) ? d.withVariant(variantFor(gpu.adapter, variants, d.shape)) : [d]));
  return variants;
}

function usableVariants(gpu: Gpu, asked: KernelVariants = defaultVariant(gpu.adapter)): KernelVariants {
  const usable = supportedVariants(gpu.adapter);
  const all: KernelVariant[] = typeof asked === 'string' ? [asked] : Object.values(asked);
  const unusable = all.find((variant) => !isNormVariant(variant) && !usable.includes(variant));
  if (unusable === undefined) return asked;
  const lack =
    unusable in MATRIX_TILES
      ? "subgroup matrices, which this adapter lacks, has none of a size that fits, or shows only with Chrome's flag enable-unsafe-webgpu"
      : 'wider subgroups than this adapter has';
  throw new ConfigError(
    `The kernel variant '${unusable}' needs ${lack}: continue on the adapter that the run began on, or set kernel_variant to ${usable.join(' or ')} in its config.json, which may change the results a little.`,
  );
}
