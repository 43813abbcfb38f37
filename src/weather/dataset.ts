import type { Channel } from './channels';
import { cleanGrid, type GridSpacing } from './clean_grid';
import { type DataSource, openStore } from './formats/open_store';
import { sourcesOf } from './formats/source_list';
import { joinDatasets } from './joined_dataset';

/** What a dataset says of one of its fields. */
export interface VariableInfo {
  name: string;
  hasTime: boolean;
  hasLevel: boolean;
  /**
   * Of what `read` gives: ERA5's units for a known variable, else as the file spells them; '' when the file gives
   * none.
   */
  units: string;
  longName?: string;
}

/**
 * Global fields on one clean grid under ERA5's names, whatever the order and the names in the file: latitude and level
 * ascending, longitude ascending from the first meridian at or after 0.
 */
export interface Dataset {
  /** Path, file name or address, for messages. */
  name: string;
  /** Degrees north, ascending; not necessarily uniform. */
  latitudes: Float32Array;
  /** Degrees east, ascending, uniform around the globe. */
  longitudes: Float32Array;
  /** hPa, ascending; [] when the dataset has none. */
  levels: number[];
  /** Seconds since 1970-01-01 UTC, one per frame, strictly ascending. */
  times: Float64Array;
  variables: Map<string, VariableInfo>;
  /**
   * One frame of a variable, [levels?, latitudes, longitudes]; missing values are NaN. A known variable
   * (`VARIABLES`) is converted to ERA5's units, which are assumed where the file gives none; any other is left in
   * the file's.
   *
   * @param frame ignored for a variable without time
   * @param levels hPa, for a variable with levels: which ones and in which order; all when left out
   * @throws DatasetError when the variable or a level is missing, its units cannot be converted, or the file cannot
   *   be read or is closed
   */
  read(variable: string, frame: number, levels?: number[]): Promise<Float32Array>;
  /** The function of this name, done where the data are, when another thread reads them. */
  readChannels?(channels: Channel[], time: number, frame: number | undefined): Promise<Float32Array>;
  close(): void;
}

export interface OpenOptions {
  /** Degrees: keep every k-th grid point of finer data, without averaging, as the reference does (spec 6). */
  resolution?: number;
  /** A file beside, whose static fields are used, whatever its time; its grid may be finer. */
  statics?: DataSource;
}

/**
 * Opens weather data in any layout that `conventions.ts` knows (GraphCast's examples, the Climate Data Store,
 * WeatherBench 2) and any format that `openStore` knows as one dataset; see `joinDatasets` for several files.
 *
 * @param source one file, a folder of NetCDF files, a Zarr, or a list of files that share a grid
 * @throws DatasetError when something cannot be read, there is no frame, or grids or times do not fit
 */
export async function openDataset(
  source: DataSource | readonly (string | File)[],
  { resolution, statics }: OpenOptions = {},
): Promise<Dataset> {
  const spacing = resolution === undefined ? undefined : { latitude: resolution, longitude: resolution };
  const parts: Dataset[] = [];
  let beside: Dataset | undefined;
  try {
    for (const one of await sourcesOf(source)) parts.push(await openPart(one, spacing));
    if (statics !== undefined) beside = await openBeside(statics, parts[0]);
    return joinDatasets(parts, beside);
  } catch (error) {
    for (const part of beside ? [beside, ...parts] : parts) part.close();
    throw error;
  }
}

/** Static fields are often at hand on a finer grid only: then thinned to that of the data. */
async function openBeside(source: DataSource, { latitudes, longitudes }: Dataset): Promise<Dataset> {
  const part = await openPart(source);
  const isFiner = part.longitudes.length > longitudes.length || part.latitudes.length > latitudes.length;
  if (!isFiner) return part;
  part.close();
  const last = latitudes.length - 1;
  return openPart(source, {
    latitude: (latitudes[last] - latitudes[0]) / last,
    longitude: 360 / longitudes.length,
  });
}

async function openPart(source: DataSource, spacing?: GridSpacing): Promise<Dataset> {
  const store = await openStore(source);
  try {
    return await cleanGrid(store, spacing);
  } catch (error) {
    store.close();
    throw error;
  }
}
