/** Which variants of the matrix kernels are fastest on the page's GPU, measured once and kept with the browser's profile. */
import type { Gpu } from '../webgpu/device';
import { adapterIdentity, type TextStore, VariantCache } from '../webgpu/variant_cache';
import { chooseVariants, type VariantChooser } from '../webgpu/variant_choice';

/**
 * Chooses by measurement, or from what was measured before. Undefined where the CPU plays the GPU: one variant leads at
 * every shape there, and compiling the others takes longer than they could save.
 * @param hurried takes what was measured before, else the usual variants, and measures nothing
 */
export function measuredVariants(gpu: Gpu, hurried = false): VariantChooser | undefined {
  if (gpu.adapter.isSoftware) return undefined;
  const runtime = globalThis.navigator?.userAgent ?? 'no browser';
  const cache = new VariantCache(privateFileStore('variants.json'), adapterIdentity(gpu, runtime));
  return (works) => chooseVariants(gpu, works, cache, hurried ? 0 : undefined);
}

/** A file among the page's private files, which are kept with the browser's profile (OPFS). */
export function privateFileStore(name: string): TextStore {
  const file = async (create: boolean) =>
    (await navigator.storage.getDirectory()).getFileHandle(name, { create });
  return {
    async read() {
      try {
        return await (await (await file(false)).getFile()).text();
      } catch {
        return undefined; // not there yet, or storage is switched off
      }
    },
    async write(text) {
      const stream = await (await file(true)).createWritable();
      await stream.write(text);
      await stream.close();
    },
  };
}
