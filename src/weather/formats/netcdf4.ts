import type { Dataset as Hdf5Dataset, File as Hdf5File, Metadata } from 'h5wasm';
import { DatasetError } from '../../errors';
import {
  type ArrayStore,
  ATTRIBUTES,
  type AttributeValue,
  checkClaim,
  type NumericArray,
  type StoredVariable,
} from './array_store';
import type { ByteSource } from './byte_source';
import { type Hdf5Library, hdf5Library, mount } from './hdf5_library';

/** The name that the NetCDF-4 library gives a dimension without coordinates. */
const DIMENSION_ONLY = 'This is a netCDF dimension but not a netCDF variable';
/** What it puts before the name of a variable that is called like a dimension but is not its coordinate. */
const NOT_COORDINATE = '_nc4_non_coord_';
/** Deflate, the best-compressing filter of NetCDF-4, packs at most about this many bytes into one. */
const LARGEST_COMPRESSION = 1032;

/**
 * Opens a NetCDF-4 (HDF5) file: the variables of its root group, dimensions named by their scales.
 *
 * @throws DatasetError when the file is cut short, damaged or claims more than it can hold
 */
export async function openNetcdf4(source: ByteSource): Promise<ArrayStore> {
  const library = await hdf5Library();
  const path = mount(library, source);
  const { File: Hdf5, fileSystem, checked } = library;
  let file: Hdf5File | undefined;
  const close = () => {
    file?.close();
    file = undefined;
    fileSystem.unlink(path);
  };
  try {
    file = checked(() => new Hdf5(path, 'r'));
    const datasets = new Map<string, Hdf5Dataset>();
    const variables = new Map<string, StoredVariable>();
    for (const dataset of datasetsOf(file, library)) {
      const variable = checked(() => describe(dataset));
      if (!variable) continue;
      const { size, chunks } = dataset.metadata;
      const capacity = chunks ? source.size * LARGEST_COMPRESSION : source.size;
      checkClaim(source.name, variable.name, variable.shape, size, capacity);
      variables.set(variable.name, variable);
      datasets.set(variable.name, dataset);
    }
    const read = async (name: string, start: number[], count: number[], step = start.map(() => 1)) => {
      const dataset = datasets.get(name);
      if (!dataset) throw new DatasetError(`${source.name}: there is no variable '${name}'.`);
      try {
        return checked(() => readBlock(dataset, start, count, step));
      } catch (cause) {
        throw new DatasetError(
          `${source.name}: '${name}' cannot be read (${messageOf(cause)}); the file is damaged or uses a compression that this reader lacks: write it again with deflate ('nccopy -d 1').`,
          { cause },
        );
      }
    };
    return {
      name: source.name,
      variables,
      read: (name, start, count) => read(name, start, count),
      readEvery: read,
      close() {
        if (!file) return;
        close();
        source.close();
      },
    };
  } catch (cause) {
    // The caller closes the source.
    close();
    throw cause instanceof DatasetError ? cause : new DatasetError(unreadable(source.name, cause), { cause });
  }
}

function unreadable(name: string, cause: unknown): string {
  const reason = messageOf(cause);
  const cut = /truncated file: eof = (\d+),.*stored_eof = (\d+)/.exec(reason);
  return cut
    ? `${name}: the file is cut short (${cut[1]} of ${cut[2]} bytes); download or copy it again.`
    : `${name}: the HDF5 file cannot be opened (${reason}); it is damaged or not a NetCDF-4 file: download or write it again.`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function datasetsOf(file: Hdf5File, { Dataset, checked }: Hdf5Library): Hdf5Dataset[] {
  return checked(() => file.keys())
    .map((key) => checked(() => file.get(key)))
    .filter((entity) => entity instanceof Dataset);
}

/** Name, dimensions and attributes of a numeric variable; undefined for anything else. */
function describe(dataset: Hdf5Dataset): StoredVariable | undefined {
  const { metadata } = dataset;
  const scale = dataset.get_scale_name();
  if (!isNumeric(metadata) || !metadata.shape || scale?.startsWith(DIMENSION_ONLY)) return undefined;
  const name = baseName(dataset.path);
  const dimensions = metadata.shape.map((_, d) => {
    const attached = dataset.get_attached_scales(d)[0];
    if (attached !== undefined) return baseName(attached);
    return scale !== null && metadata.shape?.length === 1 ? name : '(unnamed)';
  });
  const attributes: StoredVariable['attributes'] = {};
  const stored = dataset.attrs;
  for (const attribute of ATTRIBUTES) {
    if (!(attribute in stored)) continue;
    const value = attributeValue(stored[attribute].value);
    if (value !== undefined) attributes[attribute] = value;
  }
  return { name, dimensions, shape: metadata.shape, attributes };
}

function isNumeric({ type, size }: Metadata): boolean {
  const integer = type === 0 && [1, 2, 4, 8].includes(size);
  const float = type === 1 && [4, 8].includes(size);
  return integer || float;
}

function baseName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith(NOT_COORDINATE) ? name.slice(NOT_COORDINATE.length) : name;
}

/** One number for an array of one, as NetCDF means it. */
function attributeValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (!ArrayBuffer.isView(value) && !Array.isArray(value)) return undefined;
  const items = Array.from(value as ArrayLike<unknown>);
  return items.length === 1 ? attributeValue(items[0]) : (items as number[]);
}

function readBlock(dataset: Hdf5Dataset, start: number[], count: number[], step: number[]): NumericArray {
  const ranges = start.map((first, d): [number, number, number] => [
    first,
    first + (count[d] - 1) * step[d] + 1,
    step[d],
  ]);
  const value = ranges.length === 0 ? dataset.value : dataset.slice(ranges);
  if (typeof value === 'number') return Float64Array.of(value);
  if (typeof value === 'bigint') return BigInt64Array.of(value);
  return value as NumericArray;
}
