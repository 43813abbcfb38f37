/** Zarr's codec 'sharding_indexed': many chunks in one file, with an index of where each lies. */
import { DatasetError } from '../../errors';
import { crc32c } from './crc32c';
import type { ShardLayout, ZarrArray } from './zarr_array';
import type { ZarrFiles } from './zarr_files';

/** Offset and length of a chunk that was left out. */
const ABSENT = 0xffffffffffffffffn;
const ENTRY_BYTES = 16;
const CHECKSUM_BYTES = 4;
/** Bytes that an index may have: that of four million chunks. */
const INDEX_LIMIT = 64 * 2 ** 20;
/** Indices that are kept; a year of six-hourly frames in monthly shards has twelve for every variable. */
const INDICES_KEPT = 64;

interface ShardIndex {
  /** Bytes of the shard. */
  size: number;
  /** Per chunk: offset, length. */
  entries: BigUint64Array;
}

/** Finds the bytes of chunks in an array's shards. */
export class ShardReader {
  private readonly files: ZarrFiles;
  private readonly array: ZarrArray;
  private readonly layout: ShardLayout;
  /** In order of first use. */
  private readonly indices = new Map<string, Promise<ShardIndex | undefined>>();

  constructor(files: ZarrFiles, array: ZarrArray, layout: ShardLayout) {
    this.files = files;
    this.array = array;
    this.layout = layout;
  }

  /**
   * The bytes of a chunk; undefined when the shard, or the chunk in it, is not there.
   *
   * @param limit bytes that it may have
   * @throws DatasetError when the shard is damaged or cannot be read
   */
  async read(coordinates: number[], limit: number): Promise<Uint8Array | undefined> {
    const { shape } = this.layout;
    const key = `${this.array.variable.name}/${this.array.fileOf(coordinates.map((c, d) => Math.floor(c / shape[d])))}`;
    const index = await this.index(key);
    if (!index) return undefined;
    const place = coordinates.reduce((sum, c, d) => sum * shape[d] + (c % shape[d]), 0);
    const [offset, length] = index.entries.subarray(2 * place, 2 * place + 2);
    if (offset === ABSENT && length === ABSENT) return undefined;
    if (length > limit || offset + length > index.size) {
      throw this.damaged(key, `its index claims ${length} bytes from byte ${offset} for one chunk`);
    }
    return this.files.readPart(key, Number(offset), Number(length));
  }

  private index(key: string): Promise<ShardIndex | undefined> {
    const known = this.indices.get(key);
    if (known) return known;
    const [oldest] = this.indices.keys();
    if (this.indices.size >= INDICES_KEPT) this.indices.delete(oldest);
    const index = this.readIndex(key);
    this.indices.set(key, index);
    index.catch(() => this.indices.delete(key));
    return index;
  }

  private async readIndex(key: string): Promise<ShardIndex | undefined> {
    const { shape, hasChecksum, indexAtEnd } = this.layout;
    const entryBytes = shape.reduce((product, count) => product * count, ENTRY_BYTES);
    const length = entryBytes + (hasChecksum ? CHECKSUM_BYTES : 0);
    if (length > INDEX_LIMIT) throw this.damaged(key, `its index would have ${length} bytes`);
    const size = await this.files.size(key);
    if (size === undefined) return undefined;
    if (size < length) throw this.damaged(key, 'it is cut short');
    const bytes = await this.files.readPart(key, indexAtEnd ? size - length : 0, length);
    if (bytes?.length !== length) throw this.damaged(key, 'its index is cut short');
    const entries = bytes.slice(0, entryBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (hasChecksum && view.getUint32(entryBytes, true) !== crc32c(entries)) {
      throw this.damaged(key, 'its index does not match its checksum');
    }
    return { size, entries: new BigUint64Array(entries.buffer) };
  }

  private damaged(key: string, what: string): DatasetError {
    return new DatasetError(`${this.files.name}: the shard '${key}' is damaged (${what}); fetch it again.`);
  }
}
