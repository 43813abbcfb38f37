/**
 * Decompression of Blosc chunks (c-blosc's 'README_CHUNK_FORMAT.rst', format version 2), which split data into blocks,
 * shuffle each block's bytes or bits, and pack them by another compressor.
 *
 * The package numcodecs has it as WebAssembly, but ignores what the library returns: of a damaged chunk it gives
 * whatever was in memory. Here damage is an error, and no more is allocated than the caller allows.
 */
import { inflate } from './deflate';
import { copyMatch, decodeLz4 } from './lz4';
import { unpackZstd } from './zstd';

const HEADER_BYTES = 16;
const SHUFFLED = 1;
const STORED = 2;
const BIT_SHUFFLED = 4;
const UNSPLIT = 16;
const COMPRESSORS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;
/** A block is split by byte of its items when items have at most so many bytes and there are at least so many items. */
const MOST_SPLITS = 16;
const FEWEST_ITEMS = 128;

/**
 * Decompresses a Blosc chunk.
 *
 * @param limit bytes that it may decompress to
 * @throws Error when it would be more, or the chunk is damaged or of a kind that cannot be read
 */
export async function decodeBlosc(chunk: Uint8Array, limit: number): Promise<Uint8Array> {
  if (chunk.length < HEADER_BYTES) throw new Error('the Blosc header is cut short');
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const flags = chunk[2];
  const itemBytes = chunk[3];
  const [size, blockSize, packedSize] = [4, 8, 12].map((offset) => view.getUint32(offset, true));
  if (size > limit) throw new Error(`it claims ${size} bytes instead of ${limit}`);
  if (packedSize !== chunk.length) {
    throw new Error(`there are ${chunk.length} bytes instead of ${packedSize}`);
  }
  if (flags & STORED) {
    if (chunk.length !== size + HEADER_BYTES) throw new Error('its sizes contradict each other');
    return chunk.subarray(HEADER_BYTES);
  }
  if (size === 0) return new Uint8Array();
  if (blockSize === 0 || itemBytes === 0) throw new Error('its Blosc header is damaged');
  const blocks = Math.ceil(size / blockSize);
  if (HEADER_BYTES + 4 * blocks > chunk.length) throw new Error('its list of blocks is cut short');

  const output = new Uint8Array(size);
  const shuffled = new Uint8Array(Math.min(size, blockSize));
  const unpack = unpackerOf(COMPRESSORS[flags >> 5]);
  for (let block = 0; block < blocks; block++) {
    const target = output.subarray(block * blockSize, (block + 1) * blockSize);
    const isWhole = target.length === blockSize;
    const isSplit =
      !(flags & UNSPLIT) && itemBytes <= MOST_SPLITS && blockSize / itemBytes >= FEWEST_ITEMS && isWhole;
    const reorder = reordering(flags, itemBytes, target.length);
    const unpacked = reorder ? shuffled.subarray(0, target.length) : target;
    const splits = isSplit ? itemBytes : 1;
    const splitSize = Math.floor(target.length / splits);
    let at = view.getUint32(HEADER_BYTES + 4 * block, true);
    for (let split = 0; split < splits; split++) {
      if (at + 4 > chunk.length) throw new Error('a block is cut short');
      const end = at + 4 + view.getUint32(at, true);
      if (end > chunk.length) throw new Error('a block is cut short');
      const packed = chunk.subarray(at + 4, end);
      const part = unpacked.subarray(split * splitSize, (split + 1) * splitSize);
      // What compression would have lengthened is stored.
      if (packed.length === part.length) part.set(packed);
      else await unpack(packed, part);
      at = end;
    }
    reorder?.(unpacked, target, itemBytes);
  }
  return output;
}

/** Fills a part of a block, exactly. */
type Unpack = (packed: Uint8Array, part: Uint8Array) => void | Promise<void>;

function unpackerOf(compressor: (typeof COMPRESSORS)[number] | undefined): Unpack {
  switch (compressor) {
    case 'lz4':
      return decodeLz4;
    case 'blosclz':
      return decodeBlosclz;
    case 'zlib':
      return async (packed, part) => {
        const unpacked = await inflate(packed, 'deflate', part.length);
        if (unpacked.length !== part.length) throw wrongSize();
        part.set(unpacked);
      };
    case 'zstd':
      return (packed, part) => {
        if (unpackZstd(packed, part) !== part.length) throw wrongSize();
      };
    default:
      throw new Error(`its compressor is ${compressor ?? 'unknown'}, which cannot be read here`);
  }
}

function wrongSize(): Error {
  return new Error('a block has not the size that it should have');
}

/** BloscLZ, a variant of FastLZ: literal runs of up to 32 bytes, and matches up to 73,727 bytes back. */
function decodeBlosclz(packed: Uint8Array, output: Uint8Array): void {
  const next = () => {
    if (from >= packed.length) throw new Error('a block is cut short');
    return packed[from++];
  };
  let from = 0;
  let to = 0;
  for (let control = next() & 31; ; control = next()) {
    if (control < 32) {
      const literals = control + 1;
      if (from + literals > packed.length || to + literals > output.length) {
        throw new Error('a block is damaged');
      }
      for (const end = from + literals; from < end; ) output[to++] = packed[from++];
    } else {
      let length = (control >> 5) + 2;
      if (length === 9) {
        let more = 255;
        while (more === 255) {
          more = next();
          length += more;
        }
      }
      const low = next();
      let distance = ((control & 31) << 8) + low + 1;
      // The largest short distance announces a long one.
      if (distance === 8192) distance += (next() << 8) + next();
      to = copyMatch(output, to, distance, length);
    }
    if (from === packed.length) break;
  }
  if (to !== output.length) throw wrongSize();
}

/** What puts a block's bytes back in their order; undefined when they are in it. */
function reordering(
  flags: number,
  itemBytes: number,
  length: number,
): ((from: Uint8Array, to: Uint8Array, itemBytes: number) => void) | undefined {
  if (flags & SHUFFLED && itemBytes > 1) return unshuffle;
  const items = Math.floor(length / itemBytes);
  return flags & BIT_SHUFFLED && items > 0 && items % 8 === 0 ? unshuffleBits : undefined;
}

/** From all first bytes, all second bytes, … to item after item; what is left of the last item stays where it is. */
function unshuffle(from: Uint8Array, to: Uint8Array, itemBytes: number): void {
  const items = Math.floor(from.length / itemBytes);
  if (itemBytes === 4) {
    const [second, third, fourth] = [items, 2 * items, 3 * items];
    for (let i = 0, k = 0; i < items; i++, k += 4) {
      to[k] = from[i];
      to[k + 1] = from[second + i];
      to[k + 2] = from[third + i];
      to[k + 3] = from[fourth + i];
    }
  } else {
    for (let byte = 0, k = 0; byte < itemBytes; byte++) {
      for (let i = 0; i < items; i++) to[i * itemBytes + byte] = from[k++];
    }
  }
  to.set(from.subarray(items * itemBytes), items * itemBytes);
}

/** From all first bits, all second bits, … to item after item; eight items' bits lie in one byte, lowest first. */
function unshuffleBits(from: Uint8Array, to: Uint8Array, itemBytes: number): void {
  const items = Math.floor(from.length / itemBytes);
  const rowBytes = items / 8;
  for (let byte = 0; byte < itemBytes; byte++) {
    const row = byte * 8 * rowBytes;
    for (let group = 0; group < rowBytes; group++) {
      // An 8 x 8 matrix of bits, row k that bit of eight items: transposed by exchanging ever larger squares (Warren,
      // 'Hacker's Delight', section 7-3). Rows and columns are both taken from the end, hence lowest bit first.
      let high = 0;
      let low = 0;
      for (let bit = 0; bit < 4; bit++) {
        low |= from[row + bit * rowBytes + group] << (8 * bit);
        high |= from[row + (bit + 4) * rowBytes + group] << (8 * bit);
      }
      high = exchange(exchange(high, 7, 0x00aa00aa), 14, 0x0000cccc);
      low = exchange(exchange(low, 7, 0x00aa00aa), 14, 0x0000cccc);
      const last = (high & 0xf0f0f0f0) | ((low >>> 4) & 0x0f0f0f0f);
      const first = ((high << 4) & 0xf0f0f0f0) | (low & 0x0f0f0f0f);
      for (let item = 0, k = group * 8 * itemBytes + byte; item < 4; item++, k += itemBytes) {
        to[k] = first >>> (8 * item);
        to[k + 4 * itemBytes] = last >>> (8 * item);
      }
    }
  }
  to.set(from.subarray(items * itemBytes), items * itemBytes);
}

/** Exchanges the bits that `mask` names with those `distance` above them. */
function exchange(word: number, distance: number, mask: number): number {
  const difference = (word ^ (word >>> distance)) & mask;
  return word ^ difference ^ (difference << distance);
}
