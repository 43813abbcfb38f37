import type { Dataset, File } from 'h5wasm';
import { freshPath, hdf5Library } from './hdf5_library';

/** Of DEFLATE, 1 … 9; fields do not get smaller with more. */
const COMPRESSION_LEVEL = 6;

export type NetcdfData = Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

export interface NetcdfVariableSpec {
  /** A variable named like its only dimension holds the coordinates of that dimension. */
  name: string;
  /** Slowest first; [] for a single number. */
  dimensions: string[];
  /** Row-major. */
  data: NetcdfData;
  attributes?: Record<string, string | NetcdfData>;
  /** Sizes of the pieces that are compressed (DEFLATE) one by one; stored in one piece as it is when left out. */
  chunks?: number[];
}

export interface NetcdfSpec {
  /** Size by name. */
  dimensions: Record<string, number>;
  variables: NetcdfVariableSpec[];
  /** Of the file as a whole. */
  attributes?: Record<string, string>;
}

/**
 * Writes a NetCDF-4 file: HDF5 with dimension scales attached, as the NetCDF-4 library and xarray read it.
 *
 * @returns the file's bytes
 */
export async function writeNetcdf(spec: NetcdfSpec): Promise<Uint8Array<ArrayBuffer>> {
  const { File: Hdf5, fileSystem, checked } = await hdf5Library();
  const path = freshPath();
  try {
    checked(() => {
      // NetCDF-4 keeps dimensions and variables in the order in which they were made.
      const file = new Hdf5(path, 'w', { track_order: true });
      try {
        fill(file, spec);
      } finally {
        file.close();
      }
    });
    return fileSystem.readFile(path);
  } finally {
    if (fileSystem.analyzePath(path).exists) fileSystem.unlink(path);
  }
}

function fill(file: File, spec: NetcdfSpec): void {
  for (const [name, text] of Object.entries(spec.attributes ?? {})) setAttribute(file, name, text);
  const isCoordinate = ({ name, dimensions }: NetcdfVariableSpec) =>
    dimensions.length === 1 && dimensions[0] === name;
  for (const [name, size] of Object.entries(spec.dimensions)) {
    const coordinates = spec.variables.find((variable) => variable.name === name && isCoordinate(variable));
    if (coordinates) {
      addVariable(file, spec, coordinates).make_scale(name);
    } else {
      // The name by which the NetCDF-4 library knows a dimension without coordinates, and its size in ten columns.
      const label = `This is a netCDF dimension but not a netCDF variable.${String(size).padStart(10)}`;
      file.create_dataset({ name, data: new Float32Array(size), shape: [size] }).make_scale(label);
    }
  }
  for (const variable of spec.variables.filter((candidate) => !isCoordinate(candidate))) {
    const dataset = addVariable(file, spec, variable);
    variable.dimensions.forEach((dimension, d) => {
      dataset.attach_scale(d, `/${dimension}`);
    });
  }
}

function addVariable(
  file: File,
  spec: NetcdfSpec,
  { name, dimensions, data, attributes, chunks }: NetcdfVariableSpec,
): Dataset {
  const shape = dimensions.map((dimension) => spec.dimensions[dimension]);
  const packed = chunks
    ? ({ chunks, compression: 'gzip', compression_opts: COMPRESSION_LEVEL } as const)
    : {};
  const dataset = file.create_dataset({ name, data, shape, ...packed });
  for (const [attribute, value] of Object.entries(attributes ?? {})) setAttribute(dataset, attribute, value);
  return dataset;
}

function setAttribute(owner: File | Dataset, name: string, value: string | NetcdfData): void {
  if (typeof value === 'string') {
    // Text of fixed length, which every NetCDF library reads as characters.
    const bytes = Math.max(1, new TextEncoder().encode(value).length);
    owner.create_attribute(name, value, [], `S${bytes}`);
  } else {
    owner.create_attribute(name, value, [value.length]);
  }
}
