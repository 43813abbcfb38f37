import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { dependencies } from '../../package.json';
import { LINEAR_VARIANTS, type LinearVariant } from '../../shaders/linear/variant';
import type { KernelVariants } from '../../shaders/variant_table';
import type { Gpu } from '../webgpu/device';
import { adapterIdentity, type TextStore, VariantCache } from '../webgpu/variant_cache';
import { chooseVariants, type KnownVariants, type VariantChooser } from '../webgpu/variant_choice';
import { UsageError } from './options';

const MEASURED = 'measured';

/** Option of commands that build a model. */
export const VARIANT_OPTION = {
  value: 'V',
  help: `how matrices are multiplied: \`${MEASURED}\`, or one of ${LINEAR_VARIANTS.slice(0, 4).join(', ')}, ...; f16_... and matrix_... (matrix units) round weights, and are measured only with activations in bfloat16`,
  default: `${MEASURED} once on a GPU and kept in the cache folder; a CPU's is known`,
} as const;

/**
 * What a model takes as its kernel variants: what is asked for, else the ones of a run's configuration. Where the CPU plays the GPU they are not measured unless that is asked for:
 * one variant leads at every shape there, and compiling the others takes longer than they could save.
 * @throws UsageError when there is no such variant
 */
export function variantOption(
  gpu: Gpu,
  given: string | undefined,
  configured?: KernelVariants,
): KernelVariants | VariantChooser | undefined {
  if (given === undefined && (configured || gpu.adapter.isSoftware)) return configured;
  if (given !== undefined && given !== MEASURED) return namedVariant(given);
  return async (works) => chooseVariants(gpu, works, knownVariants(gpu));
}

function namedVariant(name: string): LinearVariant {
  const found = LINEAR_VARIANTS.find((variant) => variant === name);
  if (found) return found;
  throw new UsageError(
    `--variant is '${name}', expected ${MEASURED} or one of ${LINEAR_VARIANTS.join(', ')}.`,
  );
}

/** What was measured on this adapter by earlier commands. */
export function knownVariants(gpu: Gpu): KnownVariants {
  const folder = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const store = fileStore(join(folder, 'graphcast-workbench', 'variants.json'));
  return new VariantCache(store, adapterIdentity(gpu, `webgpu ${dependencies.webgpu}`));
}

/** A file that is replaced as a whole, its folder made when it is needed. */
export function fileStore(path: string): TextStore {
  return {
    read: () => readFile(path, 'utf8').catch(() => undefined),
    async write(text) {
      await mkdir(dirname(path), { recursive: true });
      const incoming = `${path}.${process.pid}`;
      await writeFile(incoming, text);
      await rename(incoming, path);
    },
  };
}
