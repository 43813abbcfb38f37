import type { NetcdfData, NetcdfSpec } from './netcdf_writer';

const TYPES: [new (length: number) => NetcdfData, number][] = [
  [Int8Array, 1],
  [Int16Array, 3],
  [Int32Array, 4],
  [Float32Array, 5],
  [Float64Array, 6],
];

interface Options {
  /** 1: classic; 2: 64-bit offsets. */
  version?: 1 | 2;
  /** This dimension becomes the unlimited one; it must then be the first of every variable that has it. */
  recordDimension?: string;
}

/**
 * Writes a NetCDF-3 file as the classic format specification has it: for small tables, which need no library of 5 MB to
 * be written and read. Neither compressed nor in pieces.
 *
 * @returns the file's bytes
 * @throws TypeError for 64-bit integers, which the format does not have
 */
export function writeNetcdf3(
  spec: NetcdfSpec,
  { version = 2, recordDimension }: Options = {},
): Uint8Array<ArrayBuffer> {
  const dimensions = Object.keys(spec.dimensions);
  const isRecord = (names: string[]) => recordDimension !== undefined && names[0] === recordDimension;
  const records = recordDimension === undefined ? 0 : spec.dimensions[recordDimension];
  const recordVariables = spec.variables.filter((variable) => isRecord(variable.dimensions)).length;
  /** Bytes of one variable, or of its part of one record. */
  const slab = ({ data, dimensions: names }: (typeof spec.variables)[number]) => {
    const bytes = data.byteLength / (isRecord(names) ? records : 1);
    return isRecord(names) && recordVariables === 1 ? bytes : padded(bytes);
  };
  const recordBytes = spec.variables.reduce((sum, v) => sum + (isRecord(v.dimensions) ? slab(v) : 0), 0);

  const header = (offsets: number[]) => {
    const out = new ByteWriter();
    out.bytes([0x43, 0x44, 0x46, version]).int(records);
    out.int(dimensions.length > 0 ? 10 : 0).int(dimensions.length);
    for (const name of dimensions) out.text(name).int(name === recordDimension ? 0 : spec.dimensions[name]);
    out.attributes(spec.attributes ?? {});
    out.int(11).int(spec.variables.length);
    spec.variables.forEach((variable, v) => {
      out.text(variable.name).int(variable.dimensions.length);
      for (const name of variable.dimensions) out.int(dimensions.indexOf(name));
      out.attributes(variable.attributes ?? {});
      out.int(typeCode(variable.data)).int(slab(variable));
      if (version === 2) out.int(0);
      out.int(offsets[v]);
    });
    return out.result();
  };

  // Fixed-size variables come first, then the records.
  const unplaced = spec.variables.map(() => 0);
  let position = header(unplaced).length;
  const offsets = [...unplaced];
  for (const wanted of [false, true]) {
    spec.variables.forEach((variable, v) => {
      if (isRecord(variable.dimensions) !== wanted) return;
      offsets[v] = position;
      position += slab(variable);
    });
  }
  const fixedEnd = position - recordBytes;
  const file = new Uint8Array(fixedEnd + records * recordBytes);
  file.set(header(offsets));
  spec.variables.forEach((variable, v) => {
    const bytes = bigEndian(variable.data);
    const slabs = isRecord(variable.dimensions) ? records : 1;
    const length = bytes.length / slabs;
    for (let r = 0; r < slabs; r++) {
      file.set(bytes.subarray(r * length, (r + 1) * length), offsets[v] + r * recordBytes);
    }
  });
  return file;
}

class ByteWriter {
  private readonly parts: number[] = [];

  bytes(values: Iterable<number>): this {
    this.parts.push(...values);
    while (this.parts.length % 4 !== 0) this.parts.push(0);
    return this;
  }

  int(value: number): this {
    return this.bytes(bigEndian(Int32Array.of(value)));
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.int(bytes.length).bytes(bytes);
  }

  attributes(attributes: Record<string, string | NetcdfData>): this {
    const entries = Object.entries(attributes);
    this.int(entries.length > 0 ? 12 : 0).int(entries.length);
    for (const [name, value] of entries) {
      this.text(name);
      if (typeof value === 'string') this.int(2).text(value);
      else this.int(typeCode(value)).int(value.length).bytes(bigEndian(value));
    }
    return this;
  }

  result(): Uint8Array {
    return Uint8Array.from(this.parts);
  }
}

function typeCode(data: NetcdfData): number {
  const type = TYPES.find(([Type]) => data instanceof Type);
  if (!type) throw new TypeError('NetCDF-3 has no such type');
  return type[1];
}

function bigEndian(data: NetcdfData): Uint8Array {
  const bytes = new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  for (let item = 0; item < bytes.length; item += data.BYTES_PER_ELEMENT) {
    bytes.subarray(item, item + data.BYTES_PER_ELEMENT).reverse();
  }
  return bytes;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
