import type { Coordinates } from '../coordinate_variables';

/** What a Zarr is to hold that is written here. */
export interface ZarrSpec extends Omit<Coordinates, 'times'> {
  variables: ZarrVariable[];
  /** Of the whole, such as `title` and `source`. */
  attributes?: Record<string, string>;
}

export interface ZarrVariable {
  name: string;
  hasTime: boolean;
  hasLevel: boolean;
  /** ERA5's for a known variable when left out; so is the long name. */
  units?: string;
  longName?: string;
  /** For 16-bit numbers; float32 when left out. */
  packing?: Packing;
}

/** value = stored · scale + offset (CF conventions, section 8.1) */
export interface Packing {
  scale: number;
  offset: number;
}

/** Stored numbers run from −32,767 to 32,767. */
export const LARGEST_PACKED = 32_767;
/** Stored for a missing value. */
export const PACKED_FILL = -32_768;

/** The finest 16-bit packing for values from `least` to `most`. */
export function packingFor(least: number, most: number): Packing {
  const scale = (most - least) / (2 * LARGEST_PACKED);
  return { scale: scale > 0 ? scale : 1, offset: (least + most) / 2 };
}

/** The file of a frame, such as 'temperature/0.3.0.0.0'. */
export function chunkPath({ name, hasTime, hasLevel }: ZarrVariable, frame: number): string {
  return `${name}/${[...(hasTime ? [0, frame] : []), ...(hasLevel ? [0] : []), 0, 0].join('.')}`;
}

/** Shape of a chunk: one frame. */
export function chunkShape(
  { hasTime, hasLevel }: ZarrVariable,
  { latitudes, longitudes, levels }: ZarrSpec,
): number[] {
  return [
    ...(hasTime ? [1, 1] : []),
    ...(hasLevel ? [levels.length] : []),
    latitudes.length,
    longitudes.length,
  ];
}
