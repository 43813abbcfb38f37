import type { TextStore } from '../webgpu/variant_cache';

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
