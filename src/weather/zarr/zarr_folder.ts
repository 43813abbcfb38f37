import { DatasetError } from '../../errors';
import { type ListedFile, listedFiles, oversized, type ZarrFiles } from './zarr_files';

/**
 * A Zarr in a folder on disk; in Node only.
 *
 * @param fs Node's file system
 */
export function pathFiles(folder: string, fs: typeof import('node:fs')): ZarrFiles {
  const { readdir, open } = fs.promises;
  /** Opens, uses and closes a file; undefined when there is none. */
  const withFile = async <T>(
    key: string,
    use: (file: import('node:fs/promises').FileHandle, size: number) => Promise<T>,
  ): Promise<T | undefined> => {
    const path = `${folder}/${key}`;
    try {
      const file = await open(path, 'r');
      try {
        const status = await file.stat();
        return status.isFile() ? await use(file, status.size) : undefined;
      } finally {
        await file.close();
      }
    } catch (cause) {
      if (cause instanceof DatasetError) throw cause;
      if (isAbsent(cause)) return undefined;
      throw unreadable(path, cause);
    }
  };
  const readPart: ZarrFiles['readPart'] = (key, offset, length) =>
    withFile(key, async (file, size) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    });
  return {
    name: folder,
    parallel: 4,
    read: (key, limit) =>
      withFile(key, async (file, size) => {
        if (size > limit) throw oversized(`${folder}/${key}`, size, limit);
        const bytes = new Uint8Array(size);
        const { bytesRead } = await file.read(bytes, 0, size, 0);
        return bytes.subarray(0, bytesRead);
      }),
    readPart,
    size: (key) => withFile(key, async (_, size) => size),
    async list(path) {
      try {
        const entries = await readdir(`${folder}/${path}`, { withFileTypes: true });
        return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
      } catch (cause) {
        if (isAbsent(cause)) return [];
        throw unreadable(`${folder}/${path}`, cause);
      }
    },
    close: () => {},
  };
}

function isAbsent(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');
}

function unreadable(path: string, cause: unknown): DatasetError {
  const reason = (cause as NodeJS.ErrnoException).code ?? cause;
  return new DatasetError(`${path}: cannot be read (${reason}); check the folder and its permissions.`, {
    cause,
  });
}

/** A Zarr in a folder that was picked or dropped in the browser. */
export function handleFiles(root: FileSystemDirectoryHandle): ZarrFiles {
  const find = async (key: string): Promise<File | undefined> => {
    try {
      const parts = key.split('/');
      let folder = root;
      for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part);
      return await (await folder.getFileHandle(parts[parts.length - 1])).getFile();
    } catch (cause) {
      if (isAbsentHandle(cause)) return undefined;
      throw new DatasetError(`${root.name}/${key}: cannot be read (${cause}); open the folder again.`, {
        cause,
      });
    }
  };
  return {
    name: root.name,
    parallel: 4,
    async read(key, limit) {
      const file = await find(key);
      if (file && file.size > limit) throw oversized(`${root.name}/${key}`, file.size, limit);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    async readPart(key, offset, length) {
      const file = await find(key);
      return file && new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
    },
    size: async (key) => (await find(key))?.size,
    async list(path) {
      try {
        let folder = root;
        for (const part of path.split('/').filter(Boolean)) folder = await folder.getDirectoryHandle(part);
        const entries: { name: string; isFolder: boolean }[] = [];
        for await (const [name, { kind }] of folder.entries())
          entries.push({ name, isFolder: kind === 'directory' });
        return entries;
      } catch (cause) {
        if (isAbsentHandle(cause)) return [];
        throw new DatasetError(`${root.name}: cannot be read (${cause}); open the folder again.`, { cause });
      }
    },
    close: () => {},
  };
}

function isAbsentHandle(cause: unknown): boolean {
  const name = (cause as Partial<DOMException> | undefined)?.name ?? '';
  return name === 'NotFoundError' || name === 'TypeMismatchError';
}

/** A Zarr in a folder of which the browser gave the list of files. */
export function fileListFiles(files: readonly File[]): ZarrFiles {
  const listed = new Map<string, ListedFile>(
    files.map((file) => [
      file.webkitRelativePath || file.name,
      {
        size: file.size,
        read: async (offset, length) =>
          new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
      },
    ]),
  );
  const [path] = listed.keys();
  return listedFiles(path.split('/')[0], listed, () => {});
}
