/**
 * NumPy's `.npy` array files: the member format of GraphCast's checkpoints (spec 10.1).
 *
 * Arrays are read as views of the file's bytes wherever the alignment allows it. Both the files and every
 * machine that runs WebGPU are little-endian, so values need no byte swapping.
 */
import { CheckpointError } from '../errors';

/** Text arrays (`<U..`) become strings, booleans (`|b1`) bytes, 64-bit integers bigints. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/** An array in C order; `shape` is `[]` for a 0-d scalar, whose `data` has one element. */
export interface NpyArray {
  shape: number[];
  data: NpyData;
}

type NumericData = Exclude<NpyData, string[]>;
interface NumericType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): NumericData;
}

const NUMERIC_TYPES: Record<string, NumericType> = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
  '<u1': Uint8Array,
  '|b1': Uint8Array,
};
const BYTES_PER_CHARACTER = 4; // NumPy stores text as UTF-32
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const HEADER_ALIGNMENT = 64;

/**
 * Decodes one `.npy` file.
 * @param where names the array in messages, e.g. `member "description" of checkpoint.npz`
 * @returns the array; numeric `data` shares memory with `bytes` where aligned
 * @throws CheckpointError when the bytes are truncated, not a `.npy` file, or of a kind GraphCast does not write
 */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const { type, shape, dataStart } = readHeader(bytes, where);
  const count = shape.reduce((product, size) => product * size, 1);
  const textLength = /^<U(\d+)$/.exec(type)?.[1];
  const numericType = NUMERIC_TYPES[type];
  if (textLength === undefined && numericType === undefined) {
    throw new CheckpointError(
      `${where} has the data type ${type}, expected float32, float64, int32, int64, uint8, bool or text: convert it with numpy's astype.`,
    );
  }
  const itemBytes = numericType?.BYTES_PER_ELEMENT ?? Number(textLength) * BYTES_PER_CHARACTER;
  if (bytes.length - dataStart !== count * itemBytes) {
    throw new CheckpointError(
      `${where} holds ${bytes.length - dataStart} bytes of data, but its shape [${shape}] of ${type} needs ${count * itemBytes}: the file is damaged, fetch it again.`,
    );
  }
  if (numericType === undefined) {
    return { shape, data: readText(bytes.subarray(dataStart), count, Number(textLength), where) };
  }
  const offset = bytes.byteOffset + dataStart;
  const data =
    offset % itemBytes === 0
      ? new numericType(bytes.buffer, offset, count)
      : new numericType(bytes.slice(dataStart).buffer, 0, count);
  return { shape, data };
}

/** Encodes one `.npy` file (format version 1.0, C order), byte for byte as NumPy writes it. */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const [type, payload] = encode(data);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = MAGIC.length + 4; // magic, version, header length
  const dataStart = Math.ceil((prefix + description.length + 1) / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;

  const bytes = new Uint8Array(dataStart + payload.length);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(MAGIC.length + 2, dataStart - prefix, true);
  bytes.set(new TextEncoder().encode(`${description.padEnd(dataStart - prefix - 1)}\n`), prefix);
  bytes.set(payload, dataStart);
  return bytes;
}

function readHeader(bytes: Uint8Array, where: string) {
  const foreign = new CheckpointError(
    `${where} is not a NumPy array file (.npy), or is cut short: fetch it again.`,
  );
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw foreign;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const longHeader = bytes[6] > 1; // versions 2 and 3 widen the length field
  const start = longHeader ? 12 : 10;
  const dataStart = start + (longHeader ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.length) throw foreign;

  const header = new TextDecoder().decode(bytes.subarray(start, dataStart));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || sizes === undefined) {
    throw new CheckpointError(
      `${where} has the header ${header.trim()}, expected one plain array: save it with numpy.savez.`,
    );
  }
  if (order === 'True') {
    throw new CheckpointError(
      `${where} is stored in Fortran order, expected C order: save numpy.ascontiguousarray of it.`,
    );
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  return { type, shape, dataStart };
}

function readText(bytes: Uint8Array, count: number, length: number, where: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, item) => {
    let text = '';
    for (let i = 0; i < length; i++) {
      const codePoint = view.getUint32((item * length + i) * BYTES_PER_CHARACTER, true);
      if (codePoint > 0x10ffff) {
        throw new CheckpointError(
          `${where} holds text that is not Unicode: the file is damaged, fetch it again.`,
        );
      }
      text += String.fromCodePoint(codePoint);
    }
    return text.replace(/\0+$/, ''); // NumPy pads with NUL
  });
}

function encode(data: NpyData): [type: string, payload: Uint8Array] {
  if (Array.isArray(data)) {
    const texts = data.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
    const length = Math.max(1, ...texts.map((text) => text.length)); // as NumPy: <U1 for the empty string
    const codePoints = new Uint32Array(texts.length * length);
    for (const [item, text] of texts.entries()) codePoints.set(text, item * length);
    return [`<U${length}`, new Uint8Array(codePoints.buffer)];
  }
  const type = Object.keys(NUMERIC_TYPES).find((key) => data instanceof NUMERIC_TYPES[key])!;
  return [type, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
