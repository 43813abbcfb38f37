import { DatasetError } from '../../errors';
import { GROUP_FILES, holdsZarr } from '../zarr/zarr_files';
import { type DataSource, holdsZarrFiles } from './open_store';
import { folderEntries, pathKind } from './paths';
import { fileAccess, pathAccess, type RandomAccess } from './random_access';

const NETCDF_FILE = /\.(nc|nc3|nc4|cdf|netcdf)$/i;
/** With which a ZIP archive begins that is not empty. */
const ZIP_MAGIC = [0x50, 0x4b, 3, 4];
/** Bytes of a packed file that are unpacked in memory. */
const LARGEST_MEMBER = 2 ** 30;

/**
 * The files and Zarrs that a source stands for. A folder that is no Zarr stands for the NetCDF files in it, in the
 * order of their names; so does a ZIP archive, as which the Climate Data Store delivers instants and accumulations.
 *
 * @throws DatasetError when nothing is given, or an archive cannot be unpacked
 */
export async function sourcesOf(source: DataSource | readonly (string | File)[]): Promise<DataSource[]> {
  if (typeof source === 'string') return netcdfInFolder(source) ?? (await netcdfInZip(source)) ?? [source];
  if (source instanceof File) return (await netcdfInZip(source)) ?? [source];
  if (!isList(source)) return netcdfInHandle(source);
  if (source.length === 0)
    throw new DatasetError('No file is given; name at least one file of weather data.');
  const given = source.flatMap((one) => (typeof one === 'string' ? [] : [one]));
  if (given.length === source.length && holdsZarrFiles(given)) return [given];
  const isFolder = given.length === source.length && given.every((file) => file.webkitRelativePath);
  if (!isFolder) return (await Promise.all(source.map(sourcesOf))).flat();
  const files = given.filter(({ name }) => NETCDF_FILE.test(name));
  return files.length > 0 ? byName(files) : [given];
}

function isList(source: object): source is readonly (string | File)[] {
  return Array.isArray(source);
}

/** NetCDF files of a folder on disk; undefined for anything else, which `openStore` opens or explains. */
function netcdfInFolder(path: string): string[] | undefined {
  const fs = fileSystem();
  if (!fs || pathKind(path, fs) !== 'folder') return undefined;
  const entries = folderEntries(path, fs);
  const files = entries.filter((name) => NETCDF_FILE.test(name)).sort();
  const isZarr = GROUP_FILES.some((name) => entries.includes(name));
  return isZarr || files.length === 0
    ? undefined
    : files.map((name) => `${path.replace(/\/+$/, '')}/${name}`);
}

/** As `netcdfInFolder`, of a folder picked in the browser. */
async function netcdfInHandle(folder: FileSystemDirectoryHandle): Promise<DataSource[]> {
  const files: File[] = [];
  for await (const entry of folder.values()) {
    if (GROUP_FILES.some((name) => name === entry.name)) return [folder];
    if (entry.kind === 'file' && NETCDF_FILE.test(entry.name)) files.push(await entry.getFile());
  }
  return files.length > 0 ? byName(files) : [folder];
}

/** The NetCDF files in a ZIP archive, unpacked in memory; undefined for anything else, and for an address. */
async function netcdfInZip(source: string | File): Promise<File[] | undefined> {
  const fs = fileSystem();
  const isFile = typeof source !== 'string' || (fs !== undefined && pathKind(source, fs) === 'file');
  if (!isFile) return undefined;
  const archive = typeof source === 'string' ? await pathAccess(source) : fileAccess(source);
  try {
    const head = await archive.read(0, ZIP_MAGIC.length);
    return ZIP_MAGIC.every((byte, i) => head[i] === byte) ? await unpacked(archive) : undefined;
  } finally {
    archive.close();
  }
}

async function unpacked(archive: RandomAccess): Promise<File[] | undefined> {
  const { zipMembers } = await import('../zarr/zarr_zip');
  const members = await zipMembers(archive);
  const paths = [...members.keys()].filter((path) => NETCDF_FILE.test(path)).sort();
  if (paths.length === 0 || holdsZarr([...members.keys()])) return undefined;
  const files: File[] = [];
  for (const path of paths) {
    const { size, read } = members.get(path)!;
    const name = `${archive.name}/${path}`;
    if (size > LARGEST_MEMBER) {
      throw new DatasetError(
        `${name}: ${size} bytes are too many to be unpacked in memory; unpack the archive first.`,
      );
    }
    files.push(new File([(await read(0, size)) as Uint8Array<ArrayBuffer>], name));
  }
  return files;
}

function byName(files: File[]): File[] {
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Absent in browsers, where every string is an address; no import, so that bundlers see no Node module. */
function fileSystem(): typeof import('node:fs') | undefined {
  return globalThis.process?.getBuiltinModule?.('node:fs');
}
