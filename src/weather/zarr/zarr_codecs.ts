/**
 * The compressors of Zarr for the package zarrita, in place of its own: bounded by the size that the metadata give a
 * chunk, strict about damage, and each loaded when a chunk needs it.
 */
import { registry } from 'zarrita';
import { crc32c } from './crc32c';

/** Bytes beside a chunk's own that a codec may add, such as a checksum. */
const EXTRA_BYTES = 64;
const CHECKSUM_BYTES = 4;
const ITEM_BYTES: Record<string, number> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
};

type Decode = (bytes: Uint8Array, limit: number) => Promise<Uint8Array>;

/** By codec name in Zarr version 3; version 2's are the same with 'numcodecs.' before them. */
const DECODERS: Record<string, () => Promise<Decode>> = {
  zlib: async () => {
    const { inflate } = await import('./deflate');
    return (bytes, limit) => inflate(bytes, 'deflate', limit);
  },
  gzip: async () => {
    const { inflate } = await import('./deflate');
    return (bytes, limit) => inflate(bytes, 'gzip', limit);
  },
  blosc: async () => (await import('./blosc')).decodeBlosc,
  zstd: async () => (await import('./zstd')).decodeZstd,
  lz4: async () => (await import('./lz4')).decodeSizedLz4,
  crc32c: async () => async (bytes) => {
    if (bytes.length < CHECKSUM_BYTES) throw new Error('the checksum is missing');
    const content = bytes.subarray(0, -CHECKSUM_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(content.length, true) === crc32c(content)) return content;
    throw new Error('it does not match its checksum');
  },
};

/** What zarrita tells a codec of the chunks that it serves. */
interface ChunkMetadata {
  dataType: string;
  shape: number[];
}

/** Puts these codecs in place of zarrita's. */
export function registerCodecs(): void {
  for (const [name, load] of Object.entries(DECODERS)) {
    const entry = async () => {
      const decode = await load();
      return {
        kind: 'bytes_to_bytes' as const,
        fromConfig: (_: unknown, meta: ChunkMetadata) => codec(decode, meta),
      };
    };
    registry.set(name, entry);
    registry.set(`numcodecs.${name}`, entry);
  }
}

function codec(decode: Decode, { dataType, shape }: ChunkMetadata) {
  const chunkBytes = shape.reduce((product, size) => product * size, ITEM_BYTES[dataType] ?? 0);
  return {
    kind: 'bytes_to_bytes' as const,
    encode(): never {
      throw new Error('chunks are written by zarr_writer.ts');
    },
    decode: (bytes: Uint8Array) => decode(bytes, chunkBytes + EXTRA_BYTES),
  };
}
