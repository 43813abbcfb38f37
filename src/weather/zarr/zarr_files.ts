import { DatasetError } from '../../errors';

/** The files of a Zarr, by key ('temperature/0.3.0'), wherever they lie. */
export interface ZarrFiles {
  /** Path, file name or address of the Zarr, for messages. */
  name: string;
  /** How many reads at once serve it well. */
  parallel: number;
  /**
   * A file as a whole; undefined when there is none.
   *
   * @param limit bytes; nothing is allocated for a file that has more
   * @throws DatasetError when it has more, or cannot be read
   */
  read(key: string, limit: number): Promise<Uint8Array | undefined>;
  /** Bytes from `offset`, fewer than `length` at the file's end; undefined when there is no such file. */
  readPart(key: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  /** Bytes of a file; undefined when there is none. */
  size(key: string): Promise<number | undefined>;
  /** What lies directly in a folder, '' for the root. Absent where that cannot be asked (http). */
  list?(folder: string): Promise<ZarrEntry[]>;
  close(): void;
}

export interface ZarrEntry {
  name: string;
  isFolder: boolean;
}

/** Metadata of a group: what makes a folder a Zarr. Version 3 first, as Zarr's own library looks. */
export const GROUP_FILES = ['zarr.json', '.zmetadata', '.zgroup'] as const;

/** A file that is longer than the metadata leave room for. */
export function oversized(where: string, bytes: number | string, limit: number): DatasetError {
  const found = typeof bytes === 'number' ? `${bytes} bytes` : bytes;
  return new DatasetError(
    `${where}: the file has ${found}, but at most ${limit} bytes can be meant; the Zarr is damaged: fetch it again.`,
  );
}

/** Counts the files below a folder, or stops at `enough`. */
export async function countFiles(files: ZarrFiles, folder: string, enough: number): Promise<number> {
  let count = 0;
  for (const { name, isFolder } of (await files.list?.(folder)) ?? []) {
    count += isFolder ? await countFiles(files, `${folder}/${name}`, enough - count) : 1;
    if (count >= enough) break;
  }
  return count;
}

/** A file that lies in one piece somewhere, in a list of them. */
export interface ListedFile {
  size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * The Zarr in a list of files with paths: a dropped folder, or a ZIP archive. The Zarr may lie in a folder of the
 * list; it is the outermost one that has the metadata of a group.
 *
 * @throws DatasetError when there is no Zarr among them, or several side by side
 */
export function listedFiles(name: string, listed: Map<string, ListedFile>, close: () => void): ZarrFiles {
  const root = outermostZarr(name, [...listed.keys()]);
  const folders = new Map<string, Map<string, boolean>>();
  for (const path of listed.keys()) {
    if (!path.startsWith(root)) continue;
    const parts = path.slice(root.length).split('/');
    parts.forEach((part, depth) => {
      const folder = parts.slice(0, depth).join('/');
      const entries = folders.get(folder) ?? new Map<string, boolean>();
      folders.set(folder, entries.set(part, depth < parts.length - 1));
    });
  }
  const find = (key: string) => listed.get(root + key);
  return {
    name,
    parallel: 4,
    async read(key, limit) {
      const file = find(key);
      if (file && file.size > limit) throw oversized(`${name}/${key}`, file.size, limit);
      return file?.read(0, file.size);
    },
    readPart: async (key, offset, length) => find(key)?.read(offset, length),
    size: async (key) => find(key)?.size,
    list: async (folder) =>
      [...(folders.get(folder) ?? [])].map(([entry, isFolder]) => ({ name: entry, isFolder })),
    close,
  };
}

/** Whether a list of files with paths holds a Zarr. */
export function holdsZarr(paths: string[]): boolean {
  return paths.some(isGroupFile);
}

function isGroupFile(path: string): boolean {
  return GROUP_FILES.some((file) => path === file || path.endsWith(`/${file}`));
}

/** The path of the outermost folder with the metadata of a group, with a slash at its end; '' for the root. */
function outermostZarr(name: string, paths: string[]): string {
  const folders = paths.filter(isGroupFile).map((path) => path.slice(0, path.lastIndexOf('/') + 1));
  const depth = (folder: string) => folder.split('/').length;
  const least = folders.reduce((lowest, folder) => Math.min(lowest, depth(folder)), Number.POSITIVE_INFINITY);
  const outermost = [...new Set(folders.filter((folder) => depth(folder) === least))];
  if (outermost.length === 1) return outermost[0];
  throw new DatasetError(
    outermost.length === 0
      ? `${name}: there is no Zarr in it (no ${GROUP_FILES.join(', ')}); open a NetCDF file or a Zarr, and if writing it was interrupted, write it again.`
      : `${name}: there are ${outermost.length} Zarrs in it (${outermost.slice(0, 3).join(', ')}); open one of them.`,
  );
}
