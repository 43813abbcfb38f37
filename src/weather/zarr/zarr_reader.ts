import { type Array as DecodedArray, isZarritaError, open, root } from 'zarrita';
import { DatasetError } from '../../errors';
import type { NumericArray } from '../formats/array_store';
import { copyBlock, rowMajor } from './block_copy';
import { fromHalfFloats } from './half_floats';
import { NUMERIC_TYPES, type NumericType, type ZarrArray } from './zarr_array';
import type { Chunk, ChunkCache, Gate } from './zarr_chunk_cache';
import type { ZarrFiles } from './zarr_files';
import { ShardReader } from './zarr_shards';

/** Bytes that may be read at once; a frame of one variable is what is read. */
const LARGEST_BLOCK = 2 ** 30;
/** Chunks of one block that are asked for at once; how many are then read at once is up to the gate. */
const CHUNKS_AT_ONCE = 64;

/** Reads blocks of one array. */
export class ZarrArrayReader {
  readonly array: ZarrArray;
  private readonly files: ZarrFiles;
  private readonly cache: ChunkCache;
  private readonly gate: Gate;
  private readonly chunkBytes: number;
  private readonly shards: ShardReader | undefined;
  private decoder: Promise<DecodedArray<NumericType>> | undefined;

  constructor(files: ZarrFiles, array: ZarrArray, cache: ChunkCache, gate: Gate) {
    this.files = files;
    this.array = array;
    this.cache = cache;
    this.gate = gate;
    this.chunkBytes = product(array.chunkShape) * NUMERIC_TYPES[array.type].BYTES_PER_ELEMENT;
    this.shards = array.shards && new ShardReader(files, array, array.shards);
  }

  /**
   * Reads a block of the array, of each dimension `count` indices, `step` apart.
   *
   * @throws DatasetError when it is too large, or a chunk is missing or damaged
   */
  async read(start: number[], count: number[], step = start.map(() => 1)): Promise<NumericArray> {
    const { type, chunkShape, variable } = this.array;
    const Numbers = NUMERIC_TYPES[type];
    if (product(count) * Numbers.BYTES_PER_ELEMENT > LARGEST_BLOCK) {
      throw new DatasetError(
        `${this.files.name}: ${count.join(' x ')} elements of '${variable.name}' are wanted at once, more than fit into memory; the grid is too fine, or the metadata are damaged.`,
      );
    }
    if (product(count) === 0) return new Numbers(0);
    let data: NumericArray | undefined;
    const stride = rowMajor(count);
    const copyChunk = async (coordinates: number[]) => {
      const origin = coordinates.map((c, d) => c * chunkShape[d]);
      const end = origin.map((o, d) => Math.min(o + chunkShape[d], variable.shape[d]));
      // Of the `count` indices, those within this chunk.
      const from = origin.map((o, d) => Math.max(0, Math.ceil((o - start[d]) / step[d])));
      const to = end.map((e, d) => Math.min(count[d], Math.ceil((e - start[d]) / step[d])));
      const extent = to.map((t, d) => t - from[d]);
      if (extent.some((size) => size <= 0)) return;
      const isAll = extent.every((size, d) => size === end[d] - origin[d]);
      const place = from.map((f, d) => start[d] + f * step[d] - origin[d]);
      const chunk = await this.chunk(coordinates, !isAll);
      // Not before there is something to put into it.
      data ??= new Numbers(product(count));
      const source = {
        data: chunk.data,
        stride: chunk.stride.map((s, d) => s * step[d]),
        offset: dot(place, chunk.stride),
      };
      copyBlock(source, { data, stride, offset: dot(from, stride) }, extent);
    };
    const first = start.map((from, d) => Math.floor(from / chunkShape[d]));
    const last = start.map((from, d) => Math.floor((from + (count[d] - 1) * step[d]) / chunkShape[d]));
    const chunks = gridPoints(first, last);
    const work = async () => {
      for (const coordinates of chunks) await copyChunk(coordinates);
    };
    await Promise.all(Array.from({ length: CHUNKS_AT_ONCE }, work));
    return data ?? new Numbers(product(count));
  }

  private chunk(coordinates: number[], keep: boolean): Promise<Chunk> {
    const key = `${this.array.variable.name}/${coordinates.join('.')}`;
    return this.cache.get(key, keep, () => this.gate.run(this.chunkBytes, () => this.load(coordinates)));
  }

  private async load(coordinates: number[]): Promise<Chunk> {
    const { chunkShape, fault, isHalf } = this.array;
    if (fault) throw this.undecodable(coordinates, fault);
    this.decoder ??= this.openDecoder();
    try {
      const { data, stride } = await (await this.decoder).getChunk(coordinates);
      if (data.length === product(chunkShape)) {
        return { data: isHalf ? fromHalfFloats(data as Uint16Array) : data, stride };
      }
      throw this.undecodable(coordinates, `it holds ${data.length} values instead of ${product(chunkShape)}`);
    } catch (error) {
      // Metadata that make no sense to the decoder end in a TypeError or RangeError.
      const isUndecodable =
        isZarritaError(error) || error instanceof TypeError || error instanceof RangeError;
      throw isUndecodable ? this.undecodable(coordinates, reasonOf(error), error) : error;
    }
  }

  /** zarrita's decoder; it asks for metadata and chunks by their paths. */
  private openDecoder(): Promise<DecodedArray<NumericType>> {
    const { document, variable } = this.array;
    const rank = variable.shape.length;
    const get = async (path: string) => {
      const parts = path.split('/');
      const file = parts[parts.length - 1];
      if (file === document.file) return new TextEncoder().encode(JSON.stringify(document.content));
      if (file === '.zattrs') return undefined;
      const separated = document.file === '.zarray' ? file.split('.') : parts;
      return this.bytes(rank === 0 ? [] : separated.slice(-rank).map(Number));
    };
    const location = root({ get });
    return (
      document.file === '.zarray'
        ? open.v2(location, { kind: 'array', attrs: false })
        : open.v3(location, { kind: 'array' })
    ) as Promise<DecodedArray<NumericType>>;
  }

  /** A chunk as it is stored. */
  private async bytes(coordinates: number[]): Promise<Uint8Array> {
    const { variable, fileOf } = this.array;
    // What cannot be compressed grows a little.
    const limit = this.chunkBytes + this.chunkBytes / 16 + 65_536;
    const bytes = this.shards
      ? await this.shards.read(coordinates, limit)
      : await this.files.read(`${variable.name}/${fileOf(coordinates)}`, limit);
    if (bytes) return bytes;
    throw new DatasetError(
      `${this.files.name}: chunk ${this.placeOf(coordinates)} of '${variable.name}' is missing; the copy is incomplete: fetch it again, or write the Zarr with 'write_empty_chunks=True' if the chunk was left out because it holds nothing but the fill value.`,
    );
  }

  /** '3.0.0 (from time 12, lat 0, lon 0)' */
  private placeOf(coordinates: number[]): string {
    const { variable, chunkShape } = this.array;
    const first = coordinates.map((c, d) => `${variable.dimensions[d]} ${c * chunkShape[d]}`);
    return first.length > 0 ? `${coordinates.join('.')} (from ${first.join(', ')})` : '0';
  }

  private undecodable(coordinates: number[], reason: string, cause?: unknown): DatasetError {
    const { name } = this.array.variable;
    return new DatasetError(
      `${this.files.name}: chunk ${this.placeOf(coordinates)} of '${name}' cannot be decoded (${reason}); it is damaged, fetch it again.`,
      { cause },
    );
  }
}

function reasonOf(error: Error): string {
  if (isZarritaError(error, 'UnknownCodecError')) {
    return `the codec '${error.codec}' is not known here: write the Zarr with blosc, zstd, lz4, gzip or zlib`;
  }
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}

/** All points of a grid from `first` to `last`, the last dimension fastest. */
function* gridPoints(first: number[], last: number[]): Generator<number[]> {
  const point = [...first];
  for (;;) {
    yield [...point];
    let d = point.length - 1;
    while (d >= 0 && point[d] === last[d]) {
      point[d] = first[d];
      d--;
    }
    if (d < 0) return;
    point[d]++;
  }
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, d) => sum + value * b[d], 0);
}

function product(sizes: number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
