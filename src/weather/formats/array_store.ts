import { DatasetError } from '../../errors';

/** Numbers as a file stores them. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One array of a file with named dimensions. */
export interface StoredVariable {
  name: string;
  /** Dimension names, slowest first; same length as `shape`. */
  dimensions: string[];
  shape: number[];
  /** Shape of what is read as one piece, where that is known. */
  chunkShape?: number[];
  /** Those of `ATTRIBUTES` that the variable has. */
  attributes: Partial<Record<AttributeName, AttributeValue>>;
}

export type AttributeValue = string | number | bigint | (number | bigint)[];

/** The attributes that reading takes into account (CF conventions). */
export const ATTRIBUTES = [
  'units',
  'calendar',
  'long_name',
  'standard_name',
  'scale_factor',
  'add_offset',
  '_FillValue',
  'missing_value',
] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

/** Numeric arrays with named dimensions: what every file format is to the rest of `weather/`. */
export interface ArrayStore {
  /** Path, file name or address, for messages. */
  name: string;
  /** Arrays of text or of structures are left out. */
  variables: Map<string, StoredVariable>;
  /**
   * Reads a block, row-major, as stored: not unpacked, byte order of the machine.
   *
   * @param start per dimension, the first index
   * @param count per dimension, how many
   * @throws DatasetError when the file is damaged
   */
  read(variable: string, start: number[], count: number[]): Promise<NumericArray>;
  /**
   * Absent where nothing is saved by it: as `read`, but takes only every `step`-th index of a dimension.
   *
   * @param count how many are taken
   */
  readEvery?(variable: string, start: number[], count: number[], step: number[]): Promise<NumericArray>;
  close(): void;
}

/** Reads a whole array. */
export function readAll(store: ArrayStore, { name, shape }: StoredVariable): Promise<NumericArray> {
  return store.read(
    name,
    shape.map(() => 0),
    shape,
  );
}

/** A string attribute, or '' when it is absent or not text. */
export function textAttribute(variable: StoredVariable, name: AttributeName): string {
  const value = variable.attributes[name];
  return typeof value === 'string' ? value : '';
}

/**
 * Refuses a header that claims more than the file can hold, so that nothing is allocated on its word.
 *
 * @param capacity bytes that the file's own size leaves room for, decompressed
 * @throws DatasetError
 */
export function checkClaim(
  file: string,
  variable: string,
  shape: number[],
  itemBytes: number,
  capacity: number,
): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements * itemBytes <= capacity) return;
  throw new DatasetError(
    `${file}: '${variable}' claims ${elements} elements (${shape.join(' x ')}), more than a file of this size can hold; ` +
      'the file is damaged or cut short: download or write it again.',
  );
}
