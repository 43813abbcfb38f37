/** Climatologies as files, in WeatherBench 2's layout: dimensions hour, dayofyear, level, latitude, longitude. */
import { ConfigError, DatasetError } from '../errors';
import type { ChannelLayout } from '../weather/channels';
import { readCoordinate, readLevels } from '../weather/coordinates';
import type { Dataset } from '../weather/dataset';
import { type ArrayStore, readAll, type StoredVariable, textAttribute } from '../weather/formats/array_store';
import { type NetcdfVariableSpec, writeNetcdf } from '../weather/formats/netcdf_writer';
import { type Axis, latitudeAxis, longitudeAxis } from '../weather/grid';
import { unpack } from '../weather/packing';
import { convert, unitConversion } from '../weather/unit_conversion';
import { VARIABLES } from '../weather/variables';
import {
  type Climatology,
  DAYS,
  dayOfYear,
  hourOfDay,
  type Normals,
  type RunningClimatology,
  withoutFolders,
} from './climatology';

type Grid = Pick<Dataset, 'name' | 'latitudes' | 'longitudes'>;

/** Coordinates that differ by less are the same grid, degrees (as in WeatherBench 2). */
const GRID_TOLERANCE = 1e-3;
/** A NetCDF file is put together in memory. */
const LARGEST_FILE = 1.5 * 2 ** 30;

/** Whether a store holds a climatology and not a dataset over time. */
export function isClimatology(store: ArrayStore): boolean {
  return [...store.variables.values()].some(({ dimensions }) => dimensions.includes('dayofyear'));
}

/**
 * A climatology that is read from a store a mean at a time. Variables go by their own names or with `_mean` behind
 * them; those that the store lacks are undefined. Without an `hour` dimension each mean holds for the whole day.
 *
 * @param grid of the data to be scored, which the climatology must share
 * @throws DatasetError when grids differ, a coordinate is missing, or units cannot be converted
 */
export async function openClimatology(
  store: ArrayStore,
  layout: ChannelLayout,
  grid: Grid,
): Promise<Climatology> {
  const axes = await readAxes(store, grid);
  const columns = layout.state.map(({ variable, level }) => {
    const stored = store.variables.get(variable) ?? store.variables.get(`${variable}_mean`);
    const place = level === null ? 0 : axes.levels.indexOf(level);
    return stored && place >= 0 ? { stored, place, conversion: conversionOf(store, stored, variable) } : null;
  });
  const name = withoutFolders(store.name);
  return {
    origin: { name, computed: false, note: `Read from ${name}.` },
    hours: axes.hours,
    async at(time) {
      const day = axes.days.indexOf(dayOfYear(time));
      const hour = axes.hours.length === 0 ? 0 : axes.hours.indexOf(hourOfDay(time));
      const planes: Normals = [];
      for (const column of columns) {
        if (!column || day < 0 || hour < 0) {
          planes.push(undefined);
          continue;
        }
        const plane = await readPlane(store, column.stored, { day, hour, level: column.place }, axes);
        convert(plane, column.conversion);
        planes.push(plane.every(Number.isFinite) ? plane : undefined);
      }
      return planes;
    },
  };
}

interface Axes {
  latitude: Axis;
  longitude: Axis;
  /** hPa, in the order of the file; [] when there are none. */
  levels: number[];
  /** Of the year, in the order of the file. */
  days: number[];
  hours: number[];
}

async function readAxes(store: ArrayStore, grid: Grid): Promise<Axes> {
  const find = (...names: string[]) =>
    names.map((name) => store.variables.get(name)).find((variable) => variable?.shape.length === 1);
  const require = (...names: string[]) => {
    const variable = find(...names);
    if (variable) return variable;
    throw new DatasetError(
      `${store.name}: the climatology has no coordinate '${names[0]}'; it needs dayofyear, latitude and longitude (and hour, and level in hPa).`,
    );
  };
  const latitude = latitudeAxis(await readCoordinate(store, require('latitude', 'lat')), store.name);
  const longitude = longitudeAxis(await readCoordinate(store, require('longitude', 'lon')), store.name);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]) <= GRID_TOLERANCE);
  if (!same(latitude.values, grid.latitudes) || !same(longitude.values, grid.longitudes)) {
    throw new DatasetError(
      `${store.name}: the climatology's grid (${latitude.values.length} x ${longitude.values.length}) is not that of ${grid.name} (${grid.latitudes.length} x ${grid.longitudes.length}); use one on the same latitudes and longitudes, or compute it from the data.`,
    );
  }
  const level = find('level');
  const hour = find('hour');
  return {
    latitude,
    longitude,
    levels: level ? Array.from(await readLevels(store, level)) : [],
    days: Array.from(await readAll(store, require('dayofyear')), Number),
    hours: hour ? Array.from(await readAll(store, hour), Number) : [],
  };
}

function conversionOf(store: ArrayStore, stored: StoredVariable, variable: string) {
  const units = textAttribute(stored, 'units');
  const expected = VARIABLES.get(variable)?.units ?? units;
  const conversion = unitConversion(units, expected);
  if (conversion) return conversion;
  throw new DatasetError(
    `${store.name}: '${stored.name}' is in '${units}', but '${expected}' is expected and cannot be computed from it; convert the variable, or leave it out.`,
  );
}

/** One mean on the clean grid, [grid nodes]. */
async function readPlane(
  store: ArrayStore,
  stored: StoredVariable,
  at: { day: number; hour: number; level: number },
  { latitude, longitude }: Axes,
): Promise<Float32Array> {
  const single: Record<string, number> = { dayofyear: at.day, hour: at.hour, level: at.level };
  const { dimensions, shape } = stored;
  const start = dimensions.map((dimension) => single[dimension] ?? 0);
  const count = dimensions.map((dimension, d) => (dimension in single ? 1 : shape[d]));
  const block = unpack(await store.read(stored.name, start, count), stored);
  const row = dimensions.findIndex((dimension) => dimension === 'latitude' || dimension === 'lat');
  const column = dimensions.findIndex((dimension) => dimension === 'longitude' || dimension === 'lon');
  const [rows, columns] = [latitude.order.length, longitude.order.length];
  const [rowStride, columnStride] = row < column ? [columns, 1] : [1, rows];
  return Float32Array.from(
    { length: rows * columns },
    (_, g) =>
      block[
        latitude.order[Math.floor(g / columns)] * rowStride + longitude.order[g % columns] * columnStride
      ],
  );
}

/**
 * Writes a computed climatology of the whole year as NetCDF-4; days and hours without data are NaN.
 *
 * @param onProgress called after each day
 * @returns the file's bytes
 * @throws ConfigError when the file would not fit into memory
 */
export async function writeClimatology(
  climatology: RunningClimatology,
  layout: ChannelLayout,
  levels: number[],
  { latitudes, longitudes }: Grid,
  onProgress?: (day: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { hours, origin } = climatology;
  const gridNodes = latitudes.length * longitudes.length;
  const bytes = hours.length * DAYS * layout.state.length * gridNodes * Float32Array.BYTES_PER_ELEMENT;
  if (bytes > LARGEST_FILE) {
    throw new ConfigError(
      `A climatology of ${layout.state.length} fields on ${latitudes.length} x ${longitudes.length} grid points at ${hours.length} hours takes ${(bytes / 2 ** 30).toFixed(1)} GiB, more than can be written as one NetCDF file; use a coarser grid, or leave the file out.`,
    );
  }
  const variables = [...new Set(layout.state.map(({ variable }) => variable))].map((name) => {
    const channels = layout.state.flatMap((channel, c) => (channel.variable === name ? [c] : []));
    const onLevels = layout.state[channels[0]].level !== null;
    const data = new Float32Array(hours.length * DAYS * channels.length * gridNodes).fill(Number.NaN);
    return { name, channels, onLevels, data };
  });
  // Days in ascending order, as the running sums want them.
  for (let day = 1; day <= DAYS; day++) {
    for (const [h, hour] of hours.entries()) {
      const planes = await climatology.mean(day, hour);
      for (const { channels, data } of variables) {
        channels.forEach((c, i) => {
          const plane = planes[c];
          if (plane) data.set(plane, ((h * DAYS + day - 1) * channels.length + i) * gridNodes);
        });
      }
    }
    onProgress?.(day);
  }
  const axis = (name: string, data: NetcdfVariableSpec['data'], units?: string): NetcdfVariableSpec => ({
    name,
    dimensions: [name],
    data,
    attributes: units ? { units } : {},
  });
  return writeNetcdf({
    dimensions: {
      hour: hours.length,
      dayofyear: DAYS,
      ...(levels.length > 0 ? { level: levels.length } : {}),
      latitude: latitudes.length,
      longitude: longitudes.length,
    },
    variables: [
      axis('hour', Float64Array.from(hours)),
      axis(
        'dayofyear',
        Int32Array.from({ length: DAYS }, (_, i) => i + 1),
      ),
      ...(levels.length > 0 ? [axis('level', Float64Array.from(levels), 'hPa')] : []),
      axis('latitude', Float32Array.from(latitudes), 'degrees_north'),
      axis('longitude', Float32Array.from(longitudes), 'degrees_east'),
      ...variables.map(({ name, onLevels, data }) => {
        const known = VARIABLES.get(name);
        return {
          name,
          dimensions: ['hour', 'dayofyear', ...(onLevels ? ['level'] : []), 'latitude', 'longitude'],
          data,
          attributes: {
            _FillValue: Float32Array.of(Number.NaN),
            ...(known ? { units: known.units, long_name: known.longName } : {}),
          },
        };
      }),
    ],
    attributes: { Conventions: 'CF-1.8', title: 'Climatology by day of year and hour', comment: origin.note },
  });
}
