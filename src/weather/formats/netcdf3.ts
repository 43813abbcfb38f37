import { type Header, NetCDFReader } from 'netcdfjs';
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

/** Numeric types of NetCDF-3; text ('char') is not read. */
const TYPES = {
  byte: Int8Array,
  short: Int16Array,
  int: Int32Array,
  float: Float32Array,
  double: Float64Array,
} as const;

/** Where a variable lies in the file. */
interface Placement {
  type: keyof typeof TYPES;
  /** Byte offset of its first value. */
  offset: number;
  /** Bytes from one index of the first dimension to the next. */
  firstStride: number;
}

/**
 * Opens a classic or 64-bit-offset NetCDF-3 file. The header is read by netcdfjs; data are then read frame by
 * frame from the offsets it gives.
 *
 * @throws DatasetError when the file is cut short, damaged or claims more than it can hold
 */
export async function openNetcdf3(source: ByteSource): Promise<ArrayStore> {
  const header = readHeader(source);
  const variables = new Map<string, StoredVariable>();
  const placements = new Map<string, Placement>();
  const recordBytes = recordStride(header);

  for (const entry of header.variables ?? []) {
    if (!(entry.type in TYPES)) continue;
    const type = entry.type as keyof typeof TYPES;
    const shape = shapeOf(header, entry);
    const itemBytes = TYPES[type].BYTES_PER_ELEMENT;
    const innerBytes = product(shape.slice(1)) * itemBytes;
    const firstStride = entry.record ? recordBytes : innerBytes;
    checkClaim(source.name, entry.name, shape, itemBytes, source.size);
    const end = entry.offset + Math.max(0, (shape[0] ?? 1) - 1) * firstStride + innerBytes;
    if (product(shape) > 0 && end > source.size) {
      throw new DatasetError(
        `${source.name}: the file is cut short: '${entry.name}' ends at byte ${end}, but there are only ${source.size}; download or copy it again.`,
      );
    }
    variables.set(entry.name, {
      name: entry.name,
      dimensions: entry.dimensions.map((id) => header.dimensions[id].name),
      shape,
      attributes: attributesOf(entry),
    });
    placements.set(entry.name, { type, offset: entry.offset, firstStride });
  }

  return {
    name: source.name,
    variables,
    async read(name, start, count) {
      const variable = variables.get(name);
      const placement = placements.get(name);
      if (!variable || !placement) throw new DatasetError(`${source.name}: there is no variable '${name}'.`);
      return readBlock(source, variable, placement, start, count);
    },
    close: () => source.close(),
  };
}

type HeaderVariable = Header['variables'][number];

/** Bytes that a header may have; real ones have a few thousand. */
const HEADER_LIMIT = 64 * 2 ** 20;

/** Parses the header from as much of the start of the file as it turns out to need, within the limit. */
function readHeader(source: ByteSource): Header {
  for (let length = 65_536; ; length *= 4) {
    try {
      const { header } = new NetCDFReader(source.read(0, length));
      checkReferences(header);
      return header;
    } catch (cause) {
      const endsTooEarly = cause instanceof RangeError;
      const whole = length >= source.size;
      if (endsTooEarly && !whole && length < HEADER_LIMIT) continue;
      throw new DatasetError(
        `${source.name}: the NetCDF-3 header cannot be read (${reasonOf(cause, whole)}); the file is cut short or damaged: download or write it again.`,
        { cause },
      );
    }
  }
}

function reasonOf(cause: unknown, whole: boolean): string {
  if (cause instanceof RangeError) {
    return whole ? 'the file ends inside it' : `it is longer than ${HEADER_LIMIT / 2 ** 20} MiB`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** netcdfjs passes on a type it does not know and a dimension that does not exist. */
function checkReferences({ dimensions = [], variables = [] }: Header): void {
  for (const { name, type, dimensions: ids } of variables) {
    if (!(type in TYPES) && type !== 'char') throw new TypeError(`the type of '${name}' is unknown`);
    if (ids.some((id) => id >= dimensions.length))
      throw new TypeError(`a dimension of '${name}' is not defined`);
  }
}

function shapeOf(header: Header, variable: HeaderVariable): number[] {
  return variable.dimensions.map((id) =>
    id === header.recordDimension.id ? header.recordDimension.length : header.dimensions[id].size,
  );
}

/**
 * Bytes of one record: each record variable's slab padded to four bytes, except that a single record variable
 * is not padded (NetCDF classic format specification, "Note on padding").
 */
function recordStride(header: Header): number {
  const slabs = (header.variables ?? [])
    .filter((variable) => variable.record)
    .map((variable) => {
      const itemBytes =
        variable.type === 'char' ? 1 : TYPES[variable.type as keyof typeof TYPES].BYTES_PER_ELEMENT;
      return product(shapeOf(header, variable).slice(1)) * itemBytes;
    });
  if (slabs.length === 1) return slabs[0];
  return slabs.reduce((total, bytes) => total + Math.ceil(bytes / 4) * 4, 0);
}

function attributesOf(variable: HeaderVariable): StoredVariable['attributes'] {
  const attributes: StoredVariable['attributes'] = {};
  // netcdfjs declares the list as empty; it holds name, type and value.
  const entries = variable.attributes as { name: string; type: string; value: AttributeValue }[];
  for (const { name, type, value } of entries) {
    const known = ATTRIBUTES.find((attribute) => attribute === name);
    // netcdfjs gives bytes unsigned.
    if (known) attributes[known] = type === 'byte' ? Array.from(Int8Array.from(value as number[])) : value;
  }
  return attributes;
}

function readBlock(
  source: ByteSource,
  variable: StoredVariable,
  { type, offset, firstStride }: Placement,
  start: number[],
  count: number[],
): NumericArray {
  const itemBytes = TYPES[type].BYTES_PER_ELEMENT;
  const { shape } = variable;
  const strides = shape.map((_, d) => (d === 0 ? firstStride : product(shape.slice(d + 1)) * itemBytes));
  const block = new Uint8Array(product(count) * itemBytes);

  // From this dimension on the block is one run of bytes; records of several variables are interleaved.
  const firstRun = firstStride === product(shape.slice(1)) * itemBytes ? 0 : 1;
  let runFrom = shape.length;
  while (runFrom > firstRun && count[runFrom - 1] === shape[runFrom - 1]) runFrom--;
  const runBytes = product(count.slice(runFrom)) * itemBytes;
  const runs = runBytes === 0 ? 0 : block.length / runBytes;
  for (let run = 0; run < runs; run++) {
    let position = offset;
    for (let d = runFrom - 1, rest = run; d >= 0; d--) {
      position += (start[d] + (rest % count[d])) * strides[d];
      rest = Math.floor(rest / count[d]);
    }
    const bytes = source.read(position, runBytes);
    if (bytes.length < runBytes) {
      throw new DatasetError(
        `${source.name}: '${variable.name}' cannot be read to its end; the file has changed.`,
      );
    }
    block.set(bytes, run * runBytes);
  }
  return new TYPES[type](swapBytes(block, itemBytes).buffer);
}

/** Big-endian, as NetCDF-3 stores numbers, to little-endian, as typed arrays have them here; in place. */
function swapBytes(bytes: Uint8Array<ArrayBuffer>, itemBytes: number): Uint8Array<ArrayBuffer> {
  for (let item = 0; item < bytes.length; item += itemBytes) {
    for (let low = item, high = item + itemBytes - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
  return bytes;
}

function product(sizes: number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
