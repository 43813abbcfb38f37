import { coordinateVariables } from '../coordinate_variables';
import type { NetcdfData, NetcdfVariableSpec } from '../formats/netcdf_writer';
import { VARIABLES } from '../variables';
import type { Json } from './zarr_array';
import type { ZarrSink } from './zarr_sink';
import { chunkShape, PACKED_FILL, type ZarrSpec, type ZarrVariable } from './zarr_spec';

/** Types in numpy's words; this machine and all that run this program are little-endian. */
const TYPES = new Map<unknown, string>([
  [Int8Array, '|i1'],
  [Int16Array, '<i2'],
  [Int32Array, '<i4'],
  [BigInt64Array, '<i8'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]);

/**
 * Writes the coordinates and the metadata, those of the group and the consolidated ones last: by them the folder is a
 * Zarr.
 */
export async function writeMetadata(sink: ZarrSink, spec: ZarrSpec, times: ArrayLike<number>): Promise<void> {
  const coordinates = coordinateVariables({ ...spec, times });
  const documents: Record<string, Json> = {
    '.zgroup': { zarr_format: 2 },
    '.zattrs': { Conventions: 'CF-1.8', ...spec.attributes },
  };
  for (const variable of coordinates) {
    const { name, data } = variable;
    const path = `${name}/${variable.dimensions.map(() => 0).join('.') || '0'}`;
    await sink.write(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    Object.assign(documents, coordinateDocuments(variable, times.length));
  }
  for (const variable of spec.variables) {
    Object.assign(documents, fieldDocuments(variable, spec, times.length, coordinates));
  }
  const isGroup = (path: string) => !path.includes('/');
  const paths = Object.keys(documents).sort((a, b) => Number(isGroup(a)) - Number(isGroup(b)));
  for (const path of paths) await sink.write(path, json(documents[path]));
  await sink.write('.zmetadata', json({ zarr_consolidated_format: 1, metadata: documents }));
}

function coordinateDocuments(
  { name, dimensions, data, attributes = {} }: NetcdfVariableSpec,
  frames: number,
): Record<string, Json> {
  const shape = dimensions.map((dimension) =>
    dimension === 'batch' ? 1 : dimension === 'time' ? frames : data.length,
  );
  return {
    [`${name}/.zarray`]: arrayDocument({
      shape,
      chunks: shape,
      dtype: TYPES.get(data.constructor) ?? '',
      fill_value: null,
    }),
    [`${name}/.zattrs`]: { ...textOf(attributes), _ARRAY_DIMENSIONS: dimensions },
  };
}

function fieldDocuments(
  variable: ZarrVariable,
  spec: ZarrSpec,
  frames: number,
  coordinates: NetcdfVariableSpec[],
): Record<string, Json> {
  const { name, hasTime, hasLevel, packing } = variable;
  const known = VARIABLES.get(name);
  const chunks = chunkShape(variable, spec);
  const shape = hasTime ? [1, frames, ...chunks.slice(2)] : chunks;
  const units = variable.units ?? known?.units;
  const longName = variable.longName ?? known?.longName;
  const beside = coordinates.flatMap(({ name, dimensions }) => (dimensions[0] === name ? [] : [name]));
  return {
    [`${name}/.zarray`]: arrayDocument({
      shape,
      chunks,
      dtype: packing ? '<i2' : '<f4',
      fill_value: packing ? PACKED_FILL : 'NaN',
      filters: [{ id: 'shuffle', elementsize: packing ? 2 : 4 }],
      compressor: { id: 'gzip', level: 1 },
    }),
    [`${name}/.zattrs`]: {
      ...(units === undefined ? {} : { units }),
      ...(longName === undefined ? {} : { long_name: longName }),
      ...(known?.standardName ? { standard_name: known.standardName } : {}),
      ...(packing ? { scale_factor: packing.scale, add_offset: packing.offset } : {}),
      ...(hasTime ? { coordinates: beside.join(' ') } : {}),
      _ARRAY_DIMENSIONS: [
        ...(hasTime ? ['batch', 'time'] : []),
        ...(hasLevel ? ['level'] : []),
        'lat',
        'lon',
      ],
    },
  };
}

function arrayDocument(own: { [key: string]: Json }): Json {
  return { zarr_format: 2, order: 'C', filters: null, compressor: null, ...own };
}

function textOf(attributes: Record<string, string | NetcdfData>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

function json(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 1));
}
