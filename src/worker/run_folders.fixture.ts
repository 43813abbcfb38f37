import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunFiles, RunFolders } from './run_files';

/** Who has which run. */
const claimed = new Map<string, object>();

/** Runs in a folder on disk, for tests; `failing` refuses to rename these files, as a page that is closed would. */
export function diskRunFolders(path: string, failing: { rename?: string } = {}): RunFolders {
  const tab = {};
  return {
    list: () => readdir(path),
    async open(name) {
      await mkdir(join(path, name), { recursive: true });
      return diskRunFiles(join(path, name), failing);
    },
    remove: (name) => rm(join(path, name), { recursive: true }),
    async claim(name) {
      const owner = claimed.get(join(path, name)) ?? tab;
      claimed.set(join(path, name), owner);
      return owner === tab;
    },
    giveBack: (name) => void claimed.delete(join(path, name)),
  };
}

function diskRunFiles(folder: string, failing: { rename?: string }): RunFiles {
  const put = async (file: string, content: Uint8Array, flag: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content, { flag });
  };
  return {
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    },
    read: (file) =>
      readFile(join(folder, file)).then(
        (bytes) => Uint8Array.from(bytes),
        () => undefined,
      ),
    write: (file, content) => put(file, content, 'w'),
    append: (file, content) => put(file, content, 'a'),
    async rename(from, to) {
      if (failing.rename === to) throw new Error('the page was closed');
      await rename(join(folder, from), join(folder, to));
    },
  };
}
