import { DatasetError } from '../errors';
import { type ArrayStore, type StoredVariable, textAttribute } from './array_store';
import { decodeTimes, formatUtc, isReferenceTime } from './cf_time';
import { readCoordinate, readLevels } from './coordinates';
import { latitudeAxis, levelAxis, longitudeAxis } from './grid';
import { openNetcdf } from './netcdf';
import { unpack } from './packing';
import { type Conversion, convert, unitConversion } from './unit_conversion';
import { VARIABLES } from './variables';

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
 * Global fields on one clean grid, whatever the order in the file: latitude and level ascending, longitude
 * ascending from the first meridian at or after 0.
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
  close(): void;
}

/** What each dimension name means (GraphCast's example files and xarray's usual spelling). */
const ROLES = {
  batch: 'batch',
  time: 'time',
  level: 'level',
  lat: 'latitude',
  latitude: 'latitude',
  lon: 'longitude',
  longitude: 'longitude',
} as const;
type Role = (typeof ROLES)[keyof typeof ROLES];

/**
 * Opens a NetCDF file in the layout of GraphCast's example datasets (spec 10.2) as a dataset.
 *
 * @param source path (in Node) or URL, or a picked or dropped file
 * @throws DatasetError when the file cannot be read, has no frame, or its grid or times do not fit
 */
export async function openDataset(source: string | File): Promise<Dataset> {
  const store = await openNetcdf(source);
  try {
    return await cleanGrid(store);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Puts the fields of a store in the clean order; see `openDataset`. */
async function cleanGrid(store: ArrayStore): Promise<Dataset> {
  const { name } = store;
  const latitude = latitudeAxis(await readCoordinate(store, coordinate(store, 'latitude')), name);
  const longitude = longitudeAxis(await readCoordinate(store, coordinate(store, 'longitude')), name);
  const fields = new Map([...store.variables].filter(([, variable]) => isField(variable)));
  const onLevels = [...fields.values()].some((field) => rolesOf(field).includes('level'));
  const level = onLevels ? levelAxis(await readLevels(store, coordinate(store, 'level')), name) : undefined;
  const levels = Array.from(level?.values ?? []);
  const times = await frameTimes(store);
  let closed = false;

  return {
    name,
    latitudes: Float32Array.from(latitude.values),
    longitudes: Float32Array.from(longitude.values),
    levels,
    times,
    variables: new Map([...fields].map(([key, field]) => [key, info(field)])),
    async read(variable, frame, wanted = levels) {
      if (closed) throw new DatasetError(`${name}: the file is closed; open it again.`);
      const field = fields.get(variable);
      if (!field) {
        const held = [...fields.keys()].join(', ') || 'no field';
        throw new DatasetError(
          `${name}: there is no variable '${variable}' (the file holds ${held}); use a file that has it.`,
        );
      }
      if (rolesOf(field).includes('time') && !(frame in times)) {
        throw new DatasetError(
          `${name}: there is no frame ${frame}; the frames are numbered 0 to ${times.length - 1}.`,
        );
      }
      const absent = wanted.find((hPa) => !levels.includes(hPa));
      if (absent !== undefined) {
        throw new DatasetError(
          `${name}: '${variable}' is not given at ${absent} hPa, only at ${levels.join(', ')} hPa; choose one of these levels.`,
        );
      }
      const planes = level
        ? Int32Array.from(wanted, (hPa) => level.order[levels.indexOf(hPa)])
        : new Int32Array();
      const conversion = requireConversion(field, name);
      const values = await readFrame(store, field, frame, {
        latitude: latitude.order,
        longitude: longitude.order,
        level: planes,
      });
      convert(values, conversion);
      return values;
    },
    close() {
      closed = true;
      store.close();
    },
  };
}

/**
 * Reads one frame and reorders it. `order` holds, per axis, the index in the file of each row, column and plane
 * to return.
 */
async function readFrame(
  store: ArrayStore,
  field: StoredVariable,
  frame: number,
  order: Record<'latitude' | 'longitude' | 'level', Int32Array>,
): Promise<Float32Array> {
  const roles = rolesOf(field);
  const firstPlane = order.level.reduce((least, plane) => Math.min(least, plane), Number.POSITIVE_INFINITY);
  const lastPlane = order.level.reduce((most, plane) => Math.max(most, plane), 0);
  const start = roles.map((role) => (role === 'time' ? frame : role === 'level' ? firstPlane : 0));
  const count = field.shape.map((size, d) => {
    if (roles[d] === 'level') return lastPlane - firstPlane + 1;
    return roles[d] === 'time' ? 1 : size;
  });
  const block = unpack(await store.read(field.name, start, count), field);

  const stride = (role: Role) =>
    count.slice(roles.indexOf(role) + 1).reduce((product, size) => product * size, 1);
  const rowStride = stride('latitude');
  const columnStride = stride('longitude');
  const planes = roles.includes('level')
    ? order.level.map((plane) => (plane - firstPlane) * stride('level'))
    : Int32Array.of(0);
  const rows = order.latitude;
  const columns = order.longitude;
  const values = new Float32Array(planes.length * rows.length * columns.length);
  let k = 0;
  for (const plane of planes) {
    for (const row of rows) {
      const base = plane + row * rowStride;
      for (let j = 0; j < columns.length; j++) values[k++] = block[base + columns[j] * columnStride];
    }
  }
  return values;
}

/** Seconds since 1970 of every frame, from `datetime(batch, time)` or a `time` that is itself in UTC. */
async function frameTimes(store: ArrayStore): Promise<Float64Array> {
  const { name, variables } = store;
  const frames = sizeOf(store, 'time');
  if (frames === undefined) {
    throw new DatasetError(`${name}: no field has a time dimension; open a file with the dimension 'time'.`);
  }
  if (frames === 0) {
    throw new DatasetError(
      `${name}: the time dimension is empty; open a file with at least one frame (writing it may have been cut off).`,
    );
  }
  const batch = sizeOf(store, 'batch') ?? 1;
  if (batch > 1) {
    throw new DatasetError(
      `${name}: the batch dimension holds ${batch} samples; write each sample to its own file.`,
    );
  }
  const clock = ['datetime', 'time']
    .map((key) => variables.get(key))
    .find((variable) => variable && isReferenceTime(textAttribute(variable, 'units')));
  if (!clock || clock.shape.reduce((product, size) => product * size, 1) !== frames) {
    throw new DatasetError(
      `${name}: the times cannot be placed in UTC; give 'datetime(batch, time)' or 'time' with units such as 'hours since 1970-01-01'.`,
    );
  }
  const calendar = textAttribute(clock, 'calendar') || 'standard';
  const stored = await readCoordinate(store, clock);
  const times = decodeTimes(stored, textAttribute(clock, 'units'), calendar, `${name}: '${clock.name}'`);
  const unordered = times.findIndex((time, i) => i > 0 && !(time > times[i - 1]));
  if (unordered > 0) {
    throw new DatasetError(
      `${name}: frame ${unordered} (${formatUtc(times[unordered])}) does not come after frame ${unordered - 1} (${formatUtc(times[unordered - 1])}); sort the frames by time and remove those that occur twice.`,
    );
  }
  return times;
}

/** The coordinate variable of an axis. */
function coordinate(store: ArrayStore, role: Role): StoredVariable {
  const names = Object.entries(ROLES).flatMap(([key, meaning]) => (meaning === role ? [key] : []));
  const variable = names.map((key) => store.variables.get(key)).find((found) => found?.shape.length === 1);
  if (!variable) {
    throw new DatasetError(
      `${store.name}: there is no ${role} coordinate; the file needs a one-dimensional variable '${names[0]}'.`,
    );
  }
  return variable;
}

/** The roles of a variable's dimensions; undefined for one that has none here. */
function rolesOf({ dimensions }: StoredVariable): (Role | undefined)[] {
  return dimensions.map((dimension) =>
    dimension in ROLES ? ROLES[dimension as keyof typeof ROLES] : undefined,
  );
}

/** A field lies on the grid and on nothing else than batch, time and level. */
function isField(variable: StoredVariable): boolean {
  const roles = rolesOf(variable);
  return (
    roles.includes('latitude') &&
    roles.includes('longitude') &&
    !roles.includes(undefined) &&
    new Set(roles).size === roles.length
  );
}

function sizeOf(store: ArrayStore, role: Role): number | undefined {
  for (const variable of store.variables.values()) {
    const d = rolesOf(variable).indexOf(role);
    if (d >= 0) return variable.shape[d];
  }
  return undefined;
}

/** How stored values become ERA5's units; undefined for a known variable in units that cannot be converted. */
function conversionOf(field: StoredVariable): Conversion | undefined {
  const units = textAttribute(field, 'units');
  return unitConversion(units, VARIABLES.get(field.name)?.units ?? units);
}

function requireConversion(field: StoredVariable, file: string): Conversion {
  const conversion = conversionOf(field);
  if (conversion) return conversion;
  throw new DatasetError(
    `${file}: '${field.name}' is in '${textAttribute(field, 'units')}', but '${VARIABLES.get(field.name)?.units}' is expected and cannot be computed from it; convert the variable, or leave it out.`,
  );
}

function info(field: StoredVariable): VariableInfo {
  const roles = rolesOf(field);
  const units = textAttribute(field, 'units');
  const expected = VARIABLES.get(field.name)?.units;
  return {
    name: field.name,
    hasTime: roles.includes('time'),
    hasLevel: roles.includes('level'),
    units: units && expected && conversionOf(field) ? expected : units,
    longName: textAttribute(field, 'long_name') || undefined,
  };
}
