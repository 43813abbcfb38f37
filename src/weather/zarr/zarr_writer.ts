/**
 * Writes Zarr version 2 with consolidated metadata, in the layout of GraphCast's example datasets (spec 10.2):
 * dimensions batch, time, level, lat, lon, one chunk per variable and frame. xarray and this program's own reader open
 * it (Zarr storage specification, version 2; xarray's convention '_ARRAY_DIMENSIONS').
 */
import { DatasetError } from '../../errors';
import { gzip } from './deflate';
import { writeMetadata } from './zarr_documents';
import type { ZarrSink } from './zarr_sink';
import { chunkPath, chunkShape, LARGEST_PACKED, PACKED_FILL, type Packing, type ZarrSpec } from './zarr_spec';

export { chunkPath, type Packing, packingFor, type ZarrSpec, type ZarrVariable } from './zarr_spec';

export interface ZarrWriter {
  /**
   * Writes one frame of a variable (a static one has only frame 0), in any order, several at once.
   *
   * @param values [levels?, latitudes, longitudes], NaN where missing
   * @throws DatasetError when a value does not fit the packing, or the sink refuses
   */
  write(variable: string, frame: number, values: Float32Array): Promise<void>;
  /**
   * Writes coordinates and metadata. They come last: until then there is no Zarr, so that one whose writing was
   * interrupted is not taken for whole.
   *
   * @param times seconds since 1970-01-01 UTC, one per frame
   * @throws DatasetError when a frame of a variable was not written
   */
  finish(times: ArrayLike<number>): Promise<void>;
}

/**
 * Begins a Zarr.
 *
 * @param written chunks (see `chunkPath`) that the sink has already
 */
export function createZarr(sink: ZarrSink, spec: ZarrSpec, written: Iterable<string> = []): ZarrWriter {
  const done = new Set(written);
  const find = (name: string) => {
    const variable = spec.variables.find((candidate) => candidate.name === name);
    if (!variable) throw new DatasetError(`'${name}' is not a variable of the Zarr that is being written.`);
    return variable;
  };
  return {
    async write(name, frame, values) {
      const variable = find(name);
      const path = chunkPath(variable, frame);
      if (values.length !== product(chunkShape(variable, spec))) {
        throw new DatasetError(
          `Frame ${frame} of '${name}' has ${values.length} values, expected ${chunkShape(variable, spec).join(' x ')}.`,
        );
      }
      const stored = variable.packing
        ? pack(values, variable.packing, `frame ${frame} of '${name}'`)
        : values;
      await sink.write(path, await gzip(shuffle(stored)));
      done.add(path);
    },
    async finish(times) {
      for (const variable of spec.variables) {
        for (let frame = 0; frame < (variable.hasTime ? times.length : 1); frame++) {
          if (!done.has(chunkPath(variable, frame)))
            throw new DatasetError(
              `Frame ${frame} of '${variable.name}' was not written; the Zarr is not complete.`,
            );
        }
      }
      await writeMetadata(sink, spec, times);
    },
  };
}

/**
 * Numbers as 16-bit integers.
 *
 * @param where for the message
 * @throws DatasetError when a value does not fit the packing
 */
export function pack(values: Float32Array, { scale, offset }: Packing, where: string): Int16Array {
  return Int16Array.from(values, (value) => {
    if (Number.isNaN(value)) return PACKED_FILL;
    const stored = Math.round((value - offset) / scale);
    if (Math.abs(stored) <= LARGEST_PACKED) return stored;
    const [least, most] = [-1, 1].map((sign) => offset + sign * LARGEST_PACKED * scale);
    throw new DatasetError(
      `The value ${value} in ${where} does not fit a packing for ${least} to ${most}; choose a wider one, or write float32.`,
    );
  });
}

/** All first bytes, then all second bytes, …: what numcodecs calls 'shuffle'. Like bytes compress better together. */
function shuffle(numbers: Float32Array | Int16Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const itemBytes = numbers.BYTES_PER_ELEMENT;
  const shuffled = new Uint8Array(bytes.length);
  for (let byte = 0, k = 0; byte < itemBytes; byte++) {
    for (let i = byte; i < bytes.length; i += itemBytes) shuffled[k++] = bytes[i];
  }
  return shuffled;
}

function product(sizes: number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
