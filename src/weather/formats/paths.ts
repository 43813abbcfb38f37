import { DatasetError } from '../../errors';

/** Node's file system. */
type FileSystem = typeof import('node:fs');

/**
 * What a path leads to; undefined for nothing, and for an address.
 *
 * @throws DatasetError when it lies in a folder that is closed to us
 */
export function pathKind(path: string, fs: FileSystem): 'file' | 'folder' | undefined {
  const status = readable(path, () => fs.statSync(path, { throwIfNoEntry: false }));
  return status?.isDirectory() ? 'folder' : status?.isFile() ? 'file' : undefined;
}

/**
 * The names of what lies in a folder.
 *
 * @throws DatasetError when it is closed to us
 */
export function folderEntries(path: string, fs: FileSystem): string[] {
  return readable(path, () => fs.readdirSync(path));
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? cause;
    throw new DatasetError(`${path}: cannot be read (${reason}); check the path and its permissions.`, {
      cause,
    });
  }
}
