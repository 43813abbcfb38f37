/** Runs in the browser's own file system (OPFS). In a Worker only: nowhere else are files written in place. */
import type { RunFiles, RunFolders } from './run_files';

/** What the declarations of the DOM leave out: of Workers only, and the renaming of files. */
interface PrivateFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    write(bytes: Uint8Array, options: { at: number }): number;
    truncate(size: number): void;
    flush(): void;
    getSize(): number;
    close(): void;
  }>;
  move(parent: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** @throws DOMException when the browser keeps no files for this page */
export async function browserRunFolders(): Promise<RunFolders> {
  const root = await navigator.storage.getDirectory();
  const runs = await root.getDirectoryHandle('runs', { create: true });
  const claimed = new Map<string, () => void>();
  return {
    async list() {
      const names: string[] = [];
      for await (const [name, entry] of runs.entries()) if (entry.kind === 'directory') names.push(name);
      return names;
    },
    open: async (name) => runFiles(await runs.getDirectoryHandle(name, { create: true })),
    remove: (name) => runs.removeEntry(name, { recursive: true }),
    claim: (name) =>
      new Promise((resolve, reject) => {
        if (claimed.has(name)) return resolve(true);
        const held = navigator.locks.request(`run ${name}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          // The lock is held until this promise settles, or the tab closes.
          return lock && new Promise<void>((free) => claimed.set(name, free));
        });
        held.catch(reject);
      }),
    giveBack(name) {
      claimed.get(name)?.();
      claimed.delete(name);
    },
  };
}

function runFiles(folder: FileSystemDirectoryHandle): RunFiles {
  const place = async (path: string, create: boolean) => {
    const names = path.split('/');
    const file = names.pop()!;
    let parent = folder;
    for (const name of names) parent = await parent.getDirectoryHandle(name, { create });
    return { parent, file };
  };
  const handleOf = async (path: string, create: boolean) => {
    const { parent, file } = await place(path, create);
    return (await parent.getFileHandle(file, { create })) as PrivateFileHandle;
  };
  const put = async (path: string, content: Uint8Array, append: boolean) => {
    const access = await (await handleOf(path, true)).createSyncAccessHandle();
    try {
      if (!append) access.truncate(0);
      const written = access.write(content, { at: access.getSize() });
      if (written !== content.length) throw new DOMException('The quota is used up.', 'QuotaExceededError');
      access.flush();
    } finally {
      access.close();
    }
  };
  return {
    list: () => filesIn(folder),
    async read(path) {
      try {
        const file = await (await handleOf(path, false)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
        throw error;
      }
    },
    write: (path, content) => put(path, content, false),
    append: (path, content) => put(path, content, true),
    async rename(from, to) {
      const { parent, file } = await place(to, true);
      await (await handleOf(from, false)).move(parent, file);
    },
  };
}

async function filesIn(folder: FileSystemDirectoryHandle, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === 'file') names.push(prefix + name);
    else names.push(...(await filesIn(entry as FileSystemDirectoryHandle, `${prefix}${name}/`)));
  }
  return names;
}
