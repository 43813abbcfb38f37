import type { DataSource } from './formats/open_store';

/** Files at the top of a Zarr that change with it. */
const ZARR_METADATA = ['zarr.json', '.zmetadata', '.zgroup', '.zattrs'];

/**
 * What tells one content from another without reading it: the name, size and time of change of a file, of a folder's
 * files, or of what describes a Zarr; the address of remote data, which are taken not to change as long as their
 * times, grid and variables do not. Undefined for a folder that says no such thing.
 */
export async function sourceIdentity(
  source: DataSource | readonly (string | File)[],
): Promise<string | undefined> {
  if (typeof source === 'string') return /^[a-z]+:\/\//i.test(source) ? source : pathIdentity(source);
  if (source instanceof File) return fileIdentity(source);
  if ('getFileHandle' in source) return handleIdentity(source);
  const parts = await Promise.all(source.map(sourceIdentity));
  return parts.includes(undefined) ? undefined : parts.join('\n');
}

function fileIdentity({ name, size, lastModified }: File): string {
  return `${name} ${size} ${lastModified}`;
}

async function handleIdentity(folder: FileSystemDirectoryHandle): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of ZARR_METADATA) {
    const handle = await folder.getFileHandle(name).catch(() => undefined);
    if (handle) found.push(fileIdentity(await handle.getFile()));
  }
  return found.length > 0 ? `${folder.name} ${found.join(' ')}` : undefined;
}

/** Node only. A folder changes when anything in it or in a folder of it comes, goes or is replaced. */
function pathIdentity(path: string): string {
  const { readdirSync, statSync } = process.getBuiltinModule('node:fs');
  const { join, resolve } = process.getBuiltinModule('node:path');
  const root = statSync(path);
  const inside = root.isDirectory() ? readdirSync(path).sort() : [];
  // A link in it may lead nowhere.
  const entries = inside.map((name) => statSync(join(path, name), { throwIfNoEntry: false }));
  const changes = [root, ...entries].map((entry) => (entry ? `${entry.size} ${entry.mtimeMs}` : 'none'));
  return `${resolve(path)} ${changes.join(' ')}`;
}
