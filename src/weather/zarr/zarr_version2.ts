import {
  dimensionNames,
  type Json,
  type JsonObject,
  knownAttributes,
  type NumericType,
  sizes,
  type TypeDescription,
  timeUnits,
  type ZarrArray,
} from './zarr_array';

/** Describes an array by its '.zarray' and '.zattrs'; undefined for one of text or structures. */
export function version2Array(
  file: string,
  name: string,
  array: JsonObject | undefined,
  attributes: JsonObject = {},
): ZarrArray | undefined {
  const type = array && version2Type(array.dtype);
  if (!type) return undefined;
  const shape = sizes(file, name, array.shape);
  const chunkShape = sizes(file, name, array.chunks, shape.length).map((size) => Math.max(1, size));
  const separator = array.dimension_separator === '/' ? '/' : '.';
  const isPacked = 'scale_factor' in attributes || 'add_offset' in attributes;
  const fill = version2Fill(array.fill_value, type.name, isPacked);
  return {
    variable: {
      name,
      dimensions: dimensionNames(attributes._ARRAY_DIMENSIONS, shape),
      shape,
      chunkShape,
      attributes: { _FillValue: fill, ...type.attributes, ...knownAttributes(attributes) },
    },
    type: type.name,
    isHalf: type.isHalf,
    chunkShape,
    fileOf: (coordinates) => coordinates.join(separator) || '0',
    document: {
      file: '.zarray',
      content: { ...array, dtype: type.code, chunks: chunkShape, dimension_separator: '.', fill_value: null },
    },
  };
}

/**
 * A missing value is what `fill_value` says (as xarray has it for version 2), except where it only is what Zarr gives
 * any new array: a zero, or a number in integers that are not packed.
 */
function version2Fill(fill: Json, type: NumericType, isPacked: boolean): number {
  const isFloat = type.startsWith('float');
  const isMarker = typeof fill === 'number' && (isFloat ? fill !== 0 : isPacked);
  return isMarker ? fill : Number.NaN;
}

const VERSION_2_TYPES: Record<string, NumericType> = {
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f2: 'float32',
  f4: 'float32',
  f8: 'float64',
  b1: 'uint8',
};
/** What is decoded as another type than its own. */
const DECODED_AS: Record<string, string> = { M8: 'i8', m8: 'i8', f2: 'u2', b1: 'u1' };

/** '<f4', or '<M8[ns]' and '<m8[s]' for points in time and durations; undefined for text and structures. */
function version2Type(dtype: Json): TypeDescription | undefined {
  const [, order, code, unit] =
    typeof dtype === 'string' ? (/^([<>|])(\w\d)(?:\[(\w+)\])?$/.exec(dtype) ?? []) : [];
  const isTime = code === 'M8' || code === 'm8';
  const name = VERSION_2_TYPES[isTime ? 'i8' : code];
  return (
    name && {
      name,
      code: order + (DECODED_AS[code] ?? code),
      isHalf: code === 'f2',
      attributes: isTime ? timeUnits(unit, code === 'M8') : {},
    }
  );
}
