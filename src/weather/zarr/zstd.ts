/**
 * Decompression of Zstandard (RFC 8878), into no more memory than the caller allows.
 *
 * The package numcodecs has it as WebAssembly, but makes functions out of text, which the page's content security policy
 * forbids, and takes the size that the data claim on trust.
 */
import { damaged, decodeHuffman, type HuffmanTable, readHuffmanTable } from './zstd_entropy';
import { Sequences, tooLong } from './zstd_sequences';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const LARGEST_BLOCK = 128 * 1024;

/**
 * Decompresses Zstandard frames.
 *
 * @param limit bytes that they may decompress to
 * @throws Error when it would be more, or the data are damaged
 */
export async function decodeZstd(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const output = new Uint8Array(limit);
  return output.subarray(0, unpackZstd(packed, output));
}

/**
 * Decompresses Zstandard frames into `output`.
 *
 * @returns how many bytes there are
 * @throws Error when there are more than `output` holds, or the data are damaged
 */
export function unpackZstd(packed: Uint8Array, output: Uint8Array): number {
  if (packed.length === 0) throw new Error('there are no compressed data');
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  try {
    let filled = 0;
    for (let at = 0; at < packed.length; ) {
      const magic = view.getUint32(at, true);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
        at += 8 + view.getUint32(at + 4, true);
        continue;
      }
      if (magic !== MAGIC) throw new Error('it does not begin as Zstandard does');
      const frame = new Frame(packed, view, output, filled);
      ({ at, filled } = frame.decode(at + 4));
    }
    return filled;
  } catch (cause) {
    if (cause instanceof RangeError) throw new Error('the compressed data are cut short', { cause });
    throw cause;
  }
}

/** One frame: blocks that refer to what was decoded before, and may reuse its tables. */
class Frame {
  private readonly packed: Uint8Array;
  private readonly view: DataView;
  private readonly output: Uint8Array;
  /** Where the frame begins in the output; matches reach no further back. */
  private readonly start: number;
  private filled: number;
  private huffman: HuffmanTable | undefined;
  private readonly sequences = new Sequences();

  constructor(packed: Uint8Array, view: DataView, output: Uint8Array, start: number) {
    this.packed = packed;
    this.view = view;
    this.output = output.subarray(start);
    this.start = start;
    this.filled = 0;
  }

  /** @returns where the frame ends, and how much of the output is filled then */
  decode(headerStart: number): { at: number; filled: number } {
    const { end, size, hasChecksum } = this.header(headerStart);
    if (size !== undefined && size > this.output.length) {
      throw new Error(`it claims ${this.start + size} bytes instead of ${this.start + this.output.length}`);
    }
    let at = end;
    for (let isLast = false; !isLast; ) {
      const header = this.view.getUint16(at, true) | (this.view.getUint8(at + 2) << 16);
      isLast = (header & 1) === 1;
      at = this.block((header >> 1) & 3, header >> 3, at + 3);
    }
    if (size !== undefined && this.filled !== size) throw damaged();
    // The checksum would take longer to compute than the data to decode.
    return { at: at + (hasChecksum ? 4 : 0), filled: this.start + this.filled };
  }

  /** Section 3.1.1.1: a descriptor, then window, dictionary and content size, each present or not. */
  private header(start: number): { end: number; size: number | undefined; hasChecksum: boolean } {
    const { view } = this;
    const descriptor = view.getUint8(start);
    const isOneSegment = (descriptor & 0x20) !== 0;
    const dictionary = start + 1 + (isOneSegment ? 0 : 1);
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
    if (this.packed.subarray(dictionary, dictionary + dictionaryBytes).some((byte) => byte !== 0)) {
      throw new Error('it needs a dictionary');
    }
    const at = dictionary + dictionaryBytes;
    const hasChecksum = (descriptor & 4) !== 0;
    switch (descriptor >> 6) {
      case 1:
        return { end: at + 2, size: view.getUint16(at, true) + 256, hasChecksum };
      case 2:
        return { end: at + 4, size: view.getUint32(at, true), hasChecksum };
      case 3:
        return { end: at + 8, size: Number(view.getBigUint64(at, true)), hasChecksum };
      default:
        return isOneSegment
          ? { end: at + 1, size: view.getUint8(at), hasChecksum }
          : { end: at, size: undefined, hasChecksum };
    }
  }

  /** Section 3.1.1.2. @returns where the block ends */
  private block(type: number, size: number, at: number): number {
    const end = at + (type === 1 ? 1 : size);
    if (end > this.packed.length) throw new RangeError('the block ends behind the data');
    if (type === 3 || size > LARGEST_BLOCK) throw damaged();
    if (type === 2) {
      this.compressedBlock(this.packed.subarray(at, end));
      return end;
    }
    if (this.filled + size > this.output.length) throw tooLong(this.output);
    if (type === 0) this.output.set(this.packed.subarray(at, end), this.filled);
    else this.output.fill(this.packed[at], this.filled, this.filled + size);
    this.filled += size;
    return end;
  }

  private compressedBlock(block: Uint8Array): void {
    const { literals, end } = this.literals(block);
    this.filled = this.sequences.execute(block.subarray(end), literals, this.output, this.filled);
  }

  /** Section 3.1.1.3.1. */
  private literals(block: Uint8Array): { literals: Uint8Array; end: number } {
    if (block.length === 0) throw damaged();
    const type = block[0] & 3;
    const format = (block[0] >> 2) & 3;
    const word = block[0] | (block[1] << 8) | (block[2] << 16) | (block[3] << 24);
    if (type < 2) {
      const headerBytes = [1, 2, 1, 3][format];
      const size = headerBytes === 1 ? block[0] >> 3 : (word & ((1 << (8 * headerBytes)) - 1)) >>> 4;
      const end = headerBytes + (type === 0 ? size : 1);
      if (end > block.length || size > LARGEST_BLOCK) throw damaged();
      const literals =
        type === 0 ? block.subarray(headerBytes, end) : new Uint8Array(size).fill(block[headerBytes]);
      return { literals, end };
    }
    const bits = [10, 10, 14, 18][format];
    const headerBytes = [3, 3, 4, 5][format];
    const mask = (1 << bits) - 1;
    const size = (word >>> 4) & mask;
    const packedSize = bits === 18 ? ((word >>> 22) | (block[4] << 10)) & mask : (word >>> (4 + bits)) & mask;
    const end = headerBytes + packedSize;
    if (end > block.length || size > LARGEST_BLOCK) throw damaged();
    let streams = block.subarray(headerBytes, end);
    if (type === 2) {
      const { table, length } = readHuffmanTable(streams);
      this.huffman = table;
      streams = streams.subarray(length);
    }
    if (!this.huffman) throw damaged();
    const literals = new Uint8Array(size);
    if (format === 0) decodeHuffman(streams, this.huffman, literals);
    else decodeFourStreams(streams, this.huffman, literals);
    return { literals, end };
  }
}

/** Section 4.2.2: lengths of the first three streams, then the four. */
function decodeFourStreams(streams: Uint8Array, huffman: HuffmanTable, literals: Uint8Array): void {
  if (streams.length < 6) throw damaged();
  const part = (literals.length + 3) >> 2;
  let at = 6;
  for (let k = 0; k < 4; k++) {
    const end = k < 3 ? at + (streams[2 * k] | (streams[2 * k + 1] << 8)) : streams.length;
    if (end > streams.length) throw damaged();
    const isLast = k === 3;
    decodeHuffman(
      streams.subarray(at, end),
      huffman,
      literals.subarray(k * part, isLast ? literals.length : (k + 1) * part),
    );
    at = end;
  }
}
