/** Zarrs of every kind with the content of a NetCDF specification, for tests to read or to spoil. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import Blosc from 'numcodecs/blosc';
import GZip from 'numcodecs/gzip';
import LZ4 from 'numcodecs/lz4';
import Zlib from 'numcodecs/zlib';
import Zstd from 'numcodecs/zstd';
import type { NetcdfSpec, NetcdfVariableSpec } from '../formats/netcdf_writer';
import { crc32c } from './crc32c';

/** Files by their path. */
export type ZarrTree = Map<string, Uint8Array<ArrayBuffer>>;

export interface ZarrVariant {
  version?: 2 | 3;
  codec?: 'none' | 'zlib' | 'gzip' | 'blosc-lz4' | 'blosc-zstd' | 'zstd' | 'lz4';
  /** Size of a chunk along some dimensions; the whole dimension where it is left out. */
  chunks?: Record<string, number>;
  /** Size of a shard along some dimensions, in chunks (version 3). */
  shards?: Record<string, number>;
  consolidated?: boolean;
  bigEndian?: boolean;
  /** Column-major chunks (version 2). */
  fortran?: boolean;
  /** Between the coordinates of a chunk in its file's name. */
  separator?: '.' | '/';
}

const CODECS = {
  none: undefined,
  zlib: { codec: Zlib.fromConfig({ id: 'zlib', level: 5 }), id: 'zlib', configuration: { level: 5 } },
  gzip: { codec: GZip.fromConfig({ id: 'gzip', level: 5 }), id: 'gzip', configuration: { level: 5 } },
  'blosc-lz4': blosc('lz4'),
  'blosc-zstd': blosc('zstd'),
  zstd: { codec: Zstd.fromConfig({ id: 'zstd', level: 3 }), id: 'zstd', configuration: { level: 3 } },
  lz4: { codec: LZ4.fromConfig({ id: 'lz4' }), id: 'lz4', configuration: { acceleration: 1 } },
};

function blosc(cname: string) {
  const configuration = { cname, clevel: 5, shuffle: 1, blocksize: 0 };
  return { codec: Blosc.fromConfig({ id: 'blosc', ...configuration }), id: 'blosc', configuration };
}

const TYPES = new Map<unknown, [version2: string, version3: string]>([
  [Int8Array, ['i1', 'int8']],
  [Int16Array, ['i2', 'int16']],
  [Int32Array, ['i4', 'int32']],
  [BigInt64Array, ['i8', 'int64']],
  [Float32Array, ['f4', 'float32']],
  [Float64Array, ['f8', 'float64']],
]);

/** Makes a Zarr. */
export async function zarrTree(spec: NetcdfSpec, variant: ZarrVariant = {}): Promise<ZarrTree> {
  const { version = 2, consolidated = true } = variant;
  const tree: ZarrTree = new Map();
  const documents: Record<string, unknown> = {};
  for (const variable of spec.variables) {
    Object.assign(
      documents,
      version === 2 ? document2(spec, variable, variant) : document3(spec, variable, variant),
    );
    await addChunks(tree, spec, variable, variant);
  }
  if (version === 2) Object.assign(documents, { '.zgroup': { zarr_format: 2 }, '.zattrs': {} });
  for (const [path, document] of Object.entries(documents)) tree.set(path, json(document));
  if (version === 3) {
    const metadata = Object.fromEntries(
      Object.entries(documents).map(([path, document]) => [path.replace('/zarr.json', ''), document]),
    );
    const inline = { kind: 'inline', must_understand: false, metadata };
    const group = { zarr_format: 3, node_type: 'group', attributes: {} };
    tree.set('zarr.json', json(consolidated ? { ...group, consolidated_metadata: inline } : group));
  } else if (consolidated) {
    tree.set('.zmetadata', json({ zarr_consolidated_format: 1, metadata: documents }));
  }
  return tree;
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function chunkShape(
  spec: NetcdfSpec,
  { dimensions }: NetcdfVariableSpec,
  { chunks = {} }: ZarrVariant,
): number[] {
  return dimensions.map((name) => chunks[name] ?? spec.dimensions[name]);
}

function document2(
  spec: NetcdfSpec,
  variable: NetcdfVariableSpec,
  variant: ZarrVariant,
): Record<string, unknown> {
  const { name, dimensions, data } = variable;
  const codec = CODECS[variant.codec ?? 'none'];
  const attributes = plain(variable);
  const { _FillValue: fill = null, ...others } = attributes;
  return {
    [`${name}/.zarray`]: {
      zarr_format: 2,
      shape: dimensions.map((dimension) => spec.dimensions[dimension]),
      chunks: chunkShape(spec, variable, variant),
      dtype: `${variant.bigEndian ? '>' : '<'}${TYPES.get(data.constructor)![0]}`,
      compressor: codec ? { id: codec.id, ...codec.configuration } : null,
      fill_value: Number.isNaN(fill) ? 'NaN' : fill,
      order: variant.fortran ? 'F' : 'C',
      filters: null,
      ...(variant.separator ? { dimension_separator: variant.separator } : {}),
    },
    [`${name}/.zattrs`]: { ...others, _ARRAY_DIMENSIONS: dimensions },
  };
}

function document3(
  spec: NetcdfSpec,
  variable: NetcdfVariableSpec,
  variant: ZarrVariant,
): Record<string, unknown> {
  const { name, dimensions, data } = variable;
  const codec = CODECS[variant.codec ?? 'none'];
  const chunks = chunkShape(spec, variable, variant);
  const bytes = { name: 'bytes', configuration: { endian: variant.bigEndian ? 'big' : 'little' } };
  const codecs = codec ? [bytes, { name: codec.id, configuration: codec.configuration }] : [bytes];
  const little = { name: 'bytes', configuration: { endian: 'little' } };
  const sharding = {
    name: 'sharding_indexed',
    configuration: {
      chunk_shape: chunks,
      codecs,
      index_codecs: [little, { name: 'crc32c' }],
      index_location: 'end',
    },
  };
  const shards = shardShape(variable, variant);
  return {
    [`${name}/zarr.json`]: {
      zarr_format: 3,
      node_type: 'array',
      shape: dimensions.map((dimension) => spec.dimensions[dimension]),
      data_type: TYPES.get(data.constructor)![1],
      chunk_grid: {
        name: 'regular',
        configuration: { chunk_shape: shards ? chunks.map((size, d) => size * shards[d]) : chunks },
      },
      chunk_key_encoding: { name: 'default', configuration: { separator: variant.separator ?? '/' } },
      fill_value: 0,
      codecs: shards ? [sharding] : codecs,
      dimension_names: dimensions,
      attributes: plain(variable),
    },
  };
}

function shardShape({ dimensions }: NetcdfVariableSpec, { shards }: ZarrVariant): number[] | undefined {
  return shards && dimensions.map((name) => shards[name] ?? 1);
}

function plain({ attributes = {} }: NetcdfVariableSpec): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : Number(value[0]),
    ]),
  );
}

async function addChunks(
  tree: ZarrTree,
  spec: NetcdfSpec,
  variable: NetcdfVariableSpec,
  variant: ZarrVariant,
): Promise<void> {
  const { name, dimensions, data } = variable;
  const shape = dimensions.map((dimension) => spec.dimensions[dimension]);
  const chunks = chunkShape(spec, variable, variant);
  const shards = shardShape(variable, variant);
  const files = new Map<string, { place: number; bytes: Uint8Array<ArrayBuffer> }[]>();
  for (const at of points(shape.map((size, d) => Math.ceil(size / chunks[d])))) {
    const file = shards ? at.map((c, d) => Math.floor(c / shards[d])) : at;
    const place = shards ? at.reduce((sum, c, d) => sum * shards[d] + (c % shards[d]), 0) : 0;
    const separator = variant.separator ?? (variant.version === 3 ? '/' : '.');
    const key = variant.version === 3 ? ['c', ...file].join(separator) : file.join(separator) || '0';
    const bytes = await encode(data, shape, chunks, at, variant);
    files.set(key, [...(files.get(key) ?? []), { place, bytes }]);
  }
  for (const [key, parts] of files) {
    tree.set(
      `${name}/${key}`,
      shards
        ? shard(
            parts,
            shards.reduce((a, b) => a * b, 1),
          )
        : parts[0].bytes,
    );
  }
}

function shard(parts: { place: number; bytes: Uint8Array }[], count: number): Uint8Array<ArrayBuffer> {
  const index = new BigUint64Array(2 * count).fill(0xffffffffffffffffn);
  let length = 0;
  for (const { place, bytes } of parts) {
    index.set([BigInt(length), BigInt(bytes.length)], 2 * place);
    length += bytes.length;
  }
  const indexBytes = new Uint8Array(index.buffer);
  return concatenate([
    ...parts.map(({ bytes }) => bytes),
    indexBytes,
    new Uint8Array(Uint32Array.of(crc32c(indexBytes)).buffer),
  ]);
}

function concatenate(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One chunk; what lies beyond the array's end is zero. */
async function encode(
  data: NetcdfVariableSpec['data'],
  shape: number[],
  chunks: number[],
  at: number[],
  { codec = 'none', bigEndian, fortran }: ZarrVariant,
): Promise<Uint8Array<ArrayBuffer>> {
  const Numbers = data.constructor as new (length: number) => Float32Array;
  const chunk = new Numbers(chunks.reduce((a, b) => a * b, 1));
  for (const point of points(chunks)) {
    const index = point.map((p, d) => at[d] * chunks[d] + p);
    if (index.some((i, d) => i >= shape[d])) continue;
    const from = index.reduce((sum, i, d) => sum * shape[d] + i, 0);
    const to = fortran
      ? point.reduceRight((sum, p, d) => sum * chunks[d] + p, 0)
      : point.reduce((sum, p, d) => sum * chunks[d] + p, 0);
    chunk[to] = data[from] as number;
  }
  const bytes = new Uint8Array(chunk.buffer);
  if (bigEndian) {
    const size = chunk.BYTES_PER_ELEMENT;
    for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
  }
  return Uint8Array.from((await CODECS[codec]?.codec.encode(bytes)) ?? bytes);
}

function* points(shape: number[]): Generator<number[]> {
  const count = shape.reduce((a, b) => a * b, 1);
  for (let k = 0; k < count; k++) {
    const point: number[] = [];
    for (let d = shape.length - 1, rest = k; d >= 0; d--) {
      point[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    yield point;
  }
}

/** As a browser lists the files of a dropped folder. */
export function fileList(tree: ZarrTree, root = 'x.zarr'): File[] {
  return [...tree].map(([path, bytes]) => {
    const file = new File([bytes], path.slice(path.lastIndexOf('/') + 1));
    return Object.defineProperty(file, 'webkitRelativePath', { value: `${root}/${path}` });
  });
}

/** A ZIP archive, stored or deflated. */
export function zipFile(
  tree: ZarrTree,
  { level = 0, root = '' }: { level?: 0 | 6; root?: string } = {},
): File {
  const members = Object.fromEntries([...tree].map(([path, bytes]) => [root + path, bytes]));
  return new File([zipSync(members, { level }) as Uint8Array<ArrayBuffer>], 'x.zarr.zip');
}

export function writeFolder(tree: ZarrTree, folder: string): string {
  for (const [path, bytes] of tree) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

/** What the browser gives for a picked folder. */
export function folderHandle(tree: ZarrTree, name = 'x.zarr', at = ''): FileSystemDirectoryHandle {
  const children = new Map<string, FileSystemHandle>();
  for (const [path, bytes] of tree) {
    if (!path.startsWith(at)) continue;
    const [child, ...below] = path.slice(at.length).split('/');
    if (below.length === 0) {
      const getFile = async () => new File([bytes], child);
      children.set(child, { kind: 'file', name: child, getFile } as FileSystemFileHandle);
    } else if (!children.has(child)) children.set(child, folderHandle(tree, child, `${at}${child}/`));
  }
  const find = async (kind: string, child: string) => {
    const found = children.get(child);
    if (found?.kind === kind) return found;
    throw new DOMException(child, found ? 'TypeMismatchError' : 'NotFoundError');
  };
  return {
    kind: 'directory',
    name,
    getFileHandle: (child: string) => find('file', child),
    getDirectoryHandle: (child: string) => find('directory', child),
    entries: () => toAsync(children.entries()),
    values: () => toAsync(children.values()),
  } as unknown as FileSystemDirectoryHandle;
}

async function* toAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
