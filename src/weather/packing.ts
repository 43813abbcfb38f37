import type { AttributeValue, NumericArray, StoredVariable } from './formats/array_store';

/**
 * What the NetCDF library writes where nothing was written, by type ('netcdf.h'). Bytes have no such number: every
 * one of their few values may be meant (NetCDF users' guide, "Fill values").
 */
const DEFAULT_FILLS: [new (length: number) => NumericArray, number][] = [
  [Int16Array, -32_767],
  [Uint16Array, 65_535],
  [Int32Array, -2_147_483_647],
  [Uint32Array, 4_294_967_295],
  [BigInt64Array, Number(-9_223_372_036_854_775_806n)],
  [BigUint64Array, Number(18_446_744_073_709_551_614n)],
  [Float32Array, 9.969209968386869e36],
  [Float64Array, 9.969209968386869e36],
];

/**
 * Turns stored numbers into physical values, float32: value = stored · scale_factor + add_offset, and NaN where
 * the stored number is `_FillValue` (the type's default one when none is given) or `missing_value` (CF conventions,
 * sections 2.5.1 and 8.1).
 */
export function unpack(stored: NumericArray, variable: StoredVariable): Float32Array {
  const packing = packingOf(stored, variable);
  const unchanged = !packing.packed && stored instanceof Float32Array && !holdsAny(stored, packing.fills);
  return unchanged ? stored : decode(stored, packing, new Float32Array(stored.length));
}

/** As `unpack`, but float64: for coordinates, which float32 would round. */
export function unpackCoordinate(stored: NumericArray, variable: StoredVariable): Float64Array {
  return decode(stored, packingOf(stored, variable), new Float64Array(stored.length));
}

interface Packing {
  /** Stored numbers that stand for a missing value. */
  fills: number[];
  scale: number;
  offset: number;
  /** Whether scale and offset change anything. */
  packed: boolean;
}

function packingOf(stored: NumericArray, { attributes }: StoredVariable): Packing {
  const declared = attributes._FillValue;
  const fills =
    declared === undefined
      ? DEFAULT_FILLS.flatMap(([Type, fill]) => (stored instanceof Type ? [fill] : []))
      : numbers(declared);
  const scale = numbers(attributes.scale_factor)[0] ?? 1;
  const offset = numbers(attributes.add_offset)[0] ?? 0;
  return {
    // Files may give the attribute as a double, of which the stored float32 is the rounded value.
    fills: [...fills, ...numbers(attributes.missing_value)]
      .map((fill) => (stored instanceof Float32Array ? Math.fround(fill) : fill))
      .filter((fill) => !Number.isNaN(fill)),
    scale,
    offset,
    packed: scale !== 1 || offset !== 0,
  };
}

function holdsAny(stored: Float32Array, fills: number[]): boolean {
  return fills.some((fill) => stored.includes(fill));
}

function decode<T extends Float32Array | Float64Array>(
  stored: NumericArray,
  { fills, scale, offset, packed }: Packing,
  values: T,
): T {
  for (let i = 0; i < values.length; i++) {
    const number = Number(stored[i]);
    values[i] = fills.includes(number) ? Number.NaN : packed ? number * scale + offset : number;
  }
  return values;
}

function numbers(value: AttributeValue | undefined): number[] {
  if (value === undefined || typeof value === 'string') return [];
  return (Array.isArray(value) ? value : [value]).map(Number);
}
