/** What the metadata of a Zarr array say, in either version, and how the JSON is taken apart. */
import { DatasetError } from '../../errors';
import { ATTRIBUTES, type AttributeValue, type StoredVariable } from '../formats/array_store';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Numeric types by their name in version 3. */
export const NUMERIC_TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
export type NumericType = keyof typeof NUMERIC_TYPES;

/** One array, with what is needed to find and decode its chunks. */
export interface ZarrArray {
  variable: StoredVariable;
  type: NumericType;
  /** Whether they are stored as half-precision numbers, which are decoded as the bits in 'uint16'. */
  isHalf?: boolean;
  /** Shape of what is decoded as one piece: a chunk, or a chunk within a shard. */
  chunkShape: number[];
  /** Present when several chunks lie in one file. */
  shards?: ShardLayout;
  /** The file of a chunk, or of a shard, below the array's folder. */
  fileOf(coordinates: number[]): string;
  /** The metadata that the decoder goes by: without shards, and with numbers for times. */
  document: { file: '.zarray' | 'zarr.json'; content: JsonObject };
  /** Why its chunks cannot be decoded, in words, when that is known. */
  fault?: string;
}

export interface ShardLayout {
  /** Chunks along each dimension of a shard. */
  shape: number[];
  /** Whether a checksum follows the index. */
  hasChecksum: boolean;
  indexAtEnd: boolean;
}

/** Names of numpy's units of time, as CF spells them. */
const TIME_UNITS: Record<string, string> = {
  D: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

export interface TypeDescription {
  name: NumericType;
  /** The type in the array's metadata, with a number for a time. */
  code: Json;
  /** Whether `name` holds what is stored in half precision. */
  isHalf?: boolean;
  /** Units of a type that has them. */
  attributes: StoredVariable['attributes'];
}

/** Units of numpy's points in time or durations. */
export function timeUnits(unit: Json | undefined, isPoint: boolean): StoredVariable['attributes'] {
  const name = typeof unit === 'string' ? TIME_UNITS[unit] : undefined;
  if (name === undefined) return {};
  return isPoint ? { units: `${name} since 1970-01-01`, calendar: 'proleptic_gregorian' } : { units: name };
}

export function knownAttributes(stored: JsonObject): StoredVariable['attributes'] {
  const attributes: StoredVariable['attributes'] = {};
  for (const name of ATTRIBUTES) {
    const value = attributeValue(stored[name]);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function attributeValue(value: Json | undefined): AttributeValue | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'number')) return undefined;
  return value.length === 1 ? value[0] : value;
}

export function dimensionNames(names: Json | undefined, shape: number[]): string[] {
  const given = list(names);
  return shape.map((_, d) => (typeof given[d] === 'string' ? given[d] : '(unnamed)'));
}

/** A list of whole numbers from 0, as many as there are dimensions. */
export function sizes(file: string, name: string, value: Json | undefined, rank?: number): number[] {
  const numbers = list(value);
  const areSizes = numbers.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (Array.isArray(value) && areSizes && (rank === undefined || numbers.length === rank)) {
    return numbers as number[];
  }
  throw new DatasetError(
    `${file}: the metadata of '${name}' are damaged (its shape or chunks are '${JSON.stringify(value)}'); fetch the Zarr again.`,
  );
}

export function object(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
