import { DatasetError } from '../../errors';
import type { ArrayStore } from './array_store';
import { type ByteSource, openByteSource } from './byte_source';

/** A file format, known by its first bytes. */
interface Format {
  magic: number[];
  /** Loads the reader, when a file needs it. */
  reader: () => Promise<(source: ByteSource) => Promise<ArrayStore>>;
}

const netcdf3 = async () => (await import('./netcdf3')).openNetcdf3;
const netcdf4 = async () => {
  const library = import('./hdf5_library').then(({ hdf5Library }) => hdf5Library());
  const [{ openNetcdf4 }] = await Promise.all([import('./netcdf4'), library]);
  return openNetcdf4;
};

/** 'CDF' and a version number, or HDF5's signature. */
const FORMATS: Format[] = [
  { magic: [0x43, 0x44, 0x46, 1], reader: netcdf3 },
  { magic: [0x43, 0x44, 0x46, 2], reader: netcdf3 },
  { magic: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], reader: netcdf4 },
];
const CDF5 = [0x43, 0x44, 0x46, 5];

/**
 * Opens a NetCDF file, version 3 (classic and 64-bit offset) or 4 (HDF5), by its first bytes and not its name.
 *
 * @param source path (in Node) or URL, or a picked or dropped file
 * @throws DatasetError when it cannot be read or is not such a file
 */
export async function openNetcdf(source: string | File): Promise<ArrayStore> {
  const bytes = await openByteSource(source);
  try {
    const format = netcdfFormat(bytes.name, bytes.read(0, 8));
    return await (await format.reader())(bytes);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/**
 * The format of a file by its first eight bytes.
 *
 * @param name of the file, for the message
 * @throws DatasetError when no NetCDF file that can be read begins so
 */
export function netcdfFormat(name: string, head: Uint8Array): Format {
  const format = FORMATS.find(({ magic }) => startsWith(head, magic));
  if (format) return format;
  if (startsWith(head, CDF5)) {
    throw new DatasetError(
      `${name}: this is a NetCDF-3 file in the CDF5 (64-bit data) variant, which cannot be read here; convert it with 'nccopy -k nc4 IN.nc OUT.nc'.`,
    );
  }
  throw new DatasetError(
    `${name}: ${head.length === 0 ? 'the file is empty' : 'this is not a NetCDF file (it starts neither with CDF nor with the HDF5 signature)'}; open a NetCDF-3 or NetCDF-4 file.`,
  );
}

function startsWith(head: Uint8Array, magic: number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}
