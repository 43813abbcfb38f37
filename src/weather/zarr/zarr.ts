import { DatasetError } from '../../errors';
import { type ArrayStore, checkClaim } from '../formats/array_store';
import { NUMERIC_TYPES, type ZarrArray } from './zarr_array';
import { ChunkCache, Gate } from './zarr_chunk_cache';
import { registerCodecs } from './zarr_codecs';
import { countFiles, type ZarrFiles } from './zarr_files';
import { readMetadata } from './zarr_metadata';
import { ZarrArrayReader } from './zarr_reader';

/** Bytes that one chunk may have, decoded; those of ERA5 at 0.25 degrees with 37 levels have a sixth of it. */
const LARGEST_CHUNK = 2 ** 30;
/** From here on the claims of an array are compared with the files that there are. */
const LARGE_CLAIM = 2 ** 32;
/** Decoded chunks that may be on their way at once, bytes. */
const IN_FLIGHT = 2 ** 29;
const CACHE_BYTES = 2 ** 28;

export interface ZarrOptions {
  /** Chunks that are read and decoded at once; what suits the place where they lie when left out. */
  parallel?: number;
  /** Memory for decoded chunks of which only a part was wanted so far, bytes; 256 MiB when left out. */
  cacheBytes?: number;
}

/**
 * Opens a Zarr group, version 2 or 3: the numeric arrays of the group itself, as stored. Chunks are read when they are
 * wanted, several at once, and those of which only a part was wanted are kept in a bounded memory.
 *
 * A missing chunk is an error, although Zarr takes it for one that holds only the fill value: there is no sound way to
 * tell it from one that was lost or not yet copied, and weather data have values everywhere.
 *
 * @throws DatasetError when the metadata are damaged, or claim more than there can be
 */
export async function openZarr(files: ZarrFiles, options: ZarrOptions = {}): Promise<ArrayStore> {
  registerCodecs();
  const arrays = new Map<string, ZarrArrayReader>();
  const { parallel = files.parallel, cacheBytes = CACHE_BYTES } = options;
  const gate = new Gate(parallel, IN_FLIGHT);
  const cache = new ChunkCache(cacheBytes);
  for (const array of await readMetadata(files)) {
    await checkClaims(files, array);
    arrays.set(array.variable.name, new ZarrArrayReader(files, array, cache, gate));
  }
  const find = (name: string) => {
    const array = arrays.get(name);
    if (!array) throw new DatasetError(`${files.name}: there is no variable '${name}'.`);
    return array;
  };
  return {
    name: files.name,
    variables: new Map([...arrays].map(([name, { array }]) => [name, array.variable])),
    read: async (name, start, count) => find(name).read(start, count),
    readEvery: async (name, start, count, step) => find(name).read(start, count, step),
    close() {
      cache.clear();
      files.close();
    },
  };
}

async function checkClaims(files: ZarrFiles, { variable, type, chunkShape }: ZarrArray): Promise<void> {
  const { name, shape } = variable;
  const itemBytes = NUMERIC_TYPES[type].BYTES_PER_ELEMENT;
  const chunkBytes = product(chunkShape) * itemBytes;
  if (chunkBytes > LARGEST_CHUNK) {
    throw new DatasetError(
      `${files.name}: '${name}' claims chunks of ${product(chunkShape)} elements (${chunkShape.join(' x ')}), more than can be decoded at once; the metadata are damaged, or the Zarr must be written with smaller chunks.`,
    );
  }
  if (!files.list || product(shape) * itemBytes <= LARGE_CLAIM) return;
  // A file holds at least one chunk; a shard holds no more than the chunks of its variable.
  const chunks = Math.ceil((product(shape) * itemBytes) / chunkBytes);
  const found = await countFiles(files, name, chunks);
  checkClaim(files.name, name, shape, itemBytes, found * chunkBytes);
}

function product(sizes: number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
