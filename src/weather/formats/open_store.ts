import { DatasetError } from '../../errors';
import type { ZarrOptions } from '../zarr/zarr';
import { GROUP_FILES, holdsZarr, type ZarrFiles } from '../zarr/zarr_files';
import type { ArrayStore } from './array_store';
import { fetchBytes, RefusedError, type TransferOptions } from './download';
import { netcdfFormat, openNetcdf } from './netcdf';
import { pathKind } from './paths';
import { addressAccess, fileAccess, pathAccess, type RandomAccess } from './random_access';

/**
 * Where data lie: a path (in Node) or an address (https, or gs and s3 of a public bucket), of a file or of a Zarr
 * folder; a picked or dropped file; or a picked or dropped folder, as a handle or as the list of its files.
 */
export type DataSource = string | File | FileSystemDirectoryHandle | readonly File[];

/** How an address is read, and the chunks of a Zarr. */
export type StoreOptions = TransferOptions & ZarrOptions;

/** The first bytes of a ZIP archive, and of an empty one. */
const ZIP_MAGIC = [
  [0x50, 0x4b, 3, 4],
  [0x50, 0x4b, 5, 6],
];
const MAGIC_BYTES = 8;
/** Names of files rather than folders: what is asked of a server first. */
const FILE_NAME = /\.(nc[34]?|cdf|netcdf|h5|hdf5?|zip|grib2?|grb2?)$/i;

/**
 * Opens a source by what it holds, not by its name: NetCDF-3, NetCDF-4, or a Zarr as a folder or in a ZIP archive.
 *
 * @throws DatasetError when it cannot be read or is of no known format
 */
export async function openStore(source: DataSource, options: StoreOptions = {}): Promise<ArrayStore> {
  if (typeof source === 'string') return openString(source, options);
  if (source instanceof File) {
    return isZip(new Uint8Array(await source.slice(0, MAGIC_BYTES).arrayBuffer()))
      ? openZipped(fileAccess(source), options)
      : openNetcdf(source);
  }
  const { handleFiles, fileListFiles } = await import('../zarr/zarr_folder');
  if (!isList(source)) return openZarrFiles(handleFiles(source), options);
  if (source.length === 1 && !holdsZarrFiles(source)) return openStore(source[0], options);
  if (source.length === 0) throw new DatasetError('The folder is empty; open a NetCDF file or a Zarr.');
  return openZarrFiles(fileListFiles(source), options);
}

/** Whether a list of files is that of a folder with a Zarr in it, rather than of files that each hold data. */
export function holdsZarrFiles(files: readonly File[]): boolean {
  return holdsZarr(files.map((file) => file.webkitRelativePath || file.name));
}

async function openString(source: string, options: StoreOptions): Promise<ArrayStore> {
  const { bucketAddress } = await import('../zarr/zarr_http');
  const address = bucketAddress(source);
  if (/^https?:/i.test(address)) return openAddress(address, options);
  // Absent in browsers, where every string is an address; no import, so that bundlers see no Node module.
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (fs === undefined || /^(data|blob):/i.test(address)) return openNetcdf(address);
  if (pathKind(address, fs) === 'folder') {
    const { pathFiles } = await import('../zarr/zarr_folder');
    return openZarrFiles(pathFiles(address.replace(/(?<=.)\/+$/, ''), fs), options);
  }
  const file = await pathAccess(address);
  if (isZip(await file.read(0, MAGIC_BYTES))) return openZipped(file, options);
  file.close();
  return openNetcdf(address);
}

/** Asks first for what the name suggests: each question is a request. */
async function openAddress(address: string, options: StoreOptions): Promise<ArrayStore> {
  const isNamedLikeFile = FILE_NAME.test(new URL(address).pathname);
  const noZarr = isNamedLikeFile ? undefined : await openZarrAddress(address, options);
  if (noZarr && !(noZarr instanceof Error)) return noZarr;
  const range = { offset: 0, length: MAGIC_BYTES };
  const head = await fetchBytes(address, { limit: MAGIC_BYTES, range }, options);
  if (!head && noZarr) {
    throw new DatasetError(
      `${address}: there is neither a Zarr (${GROUP_FILES.join(', ')}) nor a file (404 Not Found); check the address.`,
    );
  }
  if (head && isZip(head)) return openZipped(await addressAccess(address, options), options);
  if (head) {
    // Known before the whole of it is loaded; what reads it is loaded meanwhile.
    const { reader } = netcdfFormat(address, head);
    reader().catch(() => undefined); // said when the file is opened
  }
  return openNetcdf(address);
}

/** Opens a Zarr at an address, or says that there is none: some servers refuse what does not exist. */
async function openZarrAddress(address: string, options: StoreOptions): Promise<ArrayStore | Error> {
  const { httpFiles } = await import('../zarr/zarr_http');
  const { NoGroupError } = await import('../zarr/zarr_metadata');
  try {
    return await openZarrFiles(httpFiles(address, options), options);
  } catch (error) {
    if (error instanceof NoGroupError || error instanceof RefusedError) return error;
    throw error;
  }
}

async function openZipped(archive: RandomAccess, options: StoreOptions): Promise<ArrayStore> {
  try {
    const { openZip } = await import('../zarr/zarr_zip');
    return await openZarrFiles(await openZip(archive), options);
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function openZarrFiles(files: ZarrFiles, options: StoreOptions): Promise<ArrayStore> {
  const { openZarr } = await import('../zarr/zarr');
  return openZarr(files, options);
}

function isZip(head: Uint8Array): boolean {
  return ZIP_MAGIC.some((magic) => magic.every((byte, i) => head[i] === byte));
}

function isList(source: Exclude<DataSource, string>): source is readonly File[] {
  return Array.isArray(source);
}
