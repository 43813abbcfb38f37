import {
  dimensionNames,
  type Json,
  type JsonObject,
  knownAttributes,
  list,
  NUMERIC_TYPES,
  type NumericType,
  object,
  type ShardLayout,
  sizes,
  type TypeDescription,
  timeUnits,
  type ZarrArray,
} from './zarr_array';

/** Describes an array by its 'zarr.json'; undefined for a group, and for an array of text or structures. */
export function version3Array(
  file: string,
  name: string,
  array: JsonObject | undefined,
): ZarrArray | undefined {
  if (array?.node_type !== 'array') return undefined;
  const type = version3Type(array.data_type);
  if (!type) return undefined;
  const shape = sizes(file, name, array.shape);
  const grid = object(array.chunk_grid);
  const fileShape = sizes(file, name, object(grid?.configuration)?.chunk_shape, shape.length).map((size) =>
    Math.max(1, size),
  );
  const attributes = object(array.attributes) ?? {};
  const codecs = list(array.codecs).map((codec) => object(codec) ?? {});
  const sharded = unshard(file, name, codecs, fileShape);
  return {
    variable: {
      name,
      dimensions: dimensionNames(array.dimension_names, shape),
      shape,
      chunkShape: sharded.chunkShape,
      attributes: {
        ...type.attributes,
        ...knownAttributes(attributes),
        _FillValue: version3Fill(attributes._FillValue),
      },
    },
    type: type.name,
    isHalf: type.isHalf,
    chunkShape: sharded.chunkShape,
    shards: sharded.shards,
    fileOf: version3File(object(array.chunk_key_encoding)),
    document: {
      file: 'zarr.json',
      content: {
        ...array,
        data_type: type.code,
        chunk_grid: { name: 'regular', configuration: { chunk_shape: sharded.chunkShape } },
        chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
        codecs: sharded.codecs,
        fill_value: 0,
      },
    },
    fault: grid?.name === 'regular' ? sharded.fault : 'its chunks are not all of one size',
  };
}

function version3Type(type: Json): TypeDescription | undefined {
  if (type === 'float16') return { name: 'float32', code: 'uint16', isHalf: true, attributes: {} };
  if (type === 'bool') return { name: 'uint8', code: 'uint8', attributes: {} };
  if (typeof type === 'string') {
    return type in NUMERIC_TYPES ? { name: type as NumericType, code: type, attributes: {} } : undefined;
  }
  const extension = object(type);
  const isPoint = extension?.name === 'numpy.datetime64';
  if (!isPoint && extension?.name !== 'numpy.timedelta64') return undefined;
  const unit = object(extension.configuration)?.unit;
  return { name: 'int64', code: 'int64', attributes: timeUnits(unit, isPoint) };
}

/** 'c/0/1' or, in the encoding of version 2, '0.1'. */
function version3File(encoding: JsonObject | undefined): ZarrArray['fileOf'] {
  const separator = object(encoding?.configuration)?.separator;
  if (encoding?.name === 'v2') {
    return (coordinates) => coordinates.join(separator === '/' ? '/' : '.') || '0';
  }
  return (coordinates) => ['c', ...coordinates].join(separator === '.' ? '.' : '/');
}

/** The layout of chunks within shards ('sharding_indexed'), and the codecs of those chunks. */
function unshard(
  file: string,
  name: string,
  codecs: JsonObject[],
  fileShape: number[],
): { chunkShape: number[]; codecs: JsonObject[]; shards?: ShardLayout; fault?: string } {
  const sharding = codecs.find((codec) => codec.name === 'sharding_indexed');
  if (!sharding) return { chunkShape: fileShape, codecs };
  const configuration = object(sharding.configuration) ?? {};
  const chunkShape = sizes(file, name, configuration.chunk_shape, fileShape.length);
  const inner = list(configuration.codecs).map((codec) => object(codec) ?? {});
  const indexCodecs = list(configuration.index_codecs).map((codec) => object(codec) ?? {});
  const [bytes, checksum, ...more] = indexCodecs;
  const isPlainIndex =
    bytes?.name === 'bytes' &&
    object(bytes.configuration)?.endian === 'little' &&
    (checksum === undefined || checksum.name === 'crc32c') &&
    more.length === 0;
  const fits = chunkShape.every((size, d) => size > 0 && fileShape[d] % size === 0);
  const isNested = inner.some((codec) => codec.name === 'sharding_indexed');
  return {
    chunkShape,
    codecs: inner,
    shards: {
      shape: fileShape.map((size, d) => size / chunkShape[d]),
      hasChecksum: checksum !== undefined,
      indexAtEnd: configuration.index_location !== 'start',
    },
    fault:
      codecs.length > 1 || isNested || !isPlainIndex || !fits
        ? 'its shards are of a kind that cannot be read here'
        : undefined,
  };
}

/** In version 3 xarray keeps the number for a missing value in an attribute, a float as the base64 of eight bytes. */
function version3Fill(fill: Json | undefined): number {
  if (typeof fill === 'number') return fill;
  if (typeof fill !== 'string' || !/^[\w+/]{11}=$/.test(fill)) return Number.NaN;
  const bytes = Uint8Array.from(atob(fill), (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer).getFloat64(0, true);
}
