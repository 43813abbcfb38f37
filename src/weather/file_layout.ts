import { DatasetError } from '../errors';
import { conversionTo, era5Name, isNameOnLevels, type Role, roleOf } from './conventions';
import { readCoordinate } from './coordinates';
import type { VariableInfo } from './dataset';
import { type ArrayStore, type StoredVariable, textAttribute } from './formats/array_store';
import { clockOf } from './frame_times';
import { VARIABLES } from './variables';

/** A field of a file: what it is, and how its dimensions are to be read. */
export interface Field {
  stored: StoredVariable;
  /** Of the dimensions, slowest first; undefined for one of size 1 that means nothing here. */
  roles: (Role | undefined)[];
  info: VariableInfo;
}

/** How a file is laid out: its fields under ERA5's names, and the coordinates that they lie on. */
export interface FileLayout {
  fields: Map<string, Field>;
  latitude: StoredVariable;
  longitude: StoredVariable;
  /** One-dimensional, or the number of the only level; undefined when no field lies on levels. */
  level?: StoredVariable;
  /** 0 when no field varies in time. */
  frames: number;
  /** Indices along `expver`, the final version of ERA5 first; [] without that dimension. */
  versions: Int32Array;
}

/** What the dimensions of a file mean. */
type Roles = Map<string, Role>;

/**
 * Finds out what a file holds from names, dimensions and attributes alone.
 *
 * @throws DatasetError when there is no field, or a coordinate of the fields is missing
 */
export async function layoutOf(store: ArrayStore): Promise<FileLayout> {
  const roles = rolesOf(store);
  refuseUnequalLengths(store, roles);
  const stored = [...store.variables.values()].filter((variable) => isField(variable, roles));
  const has = (role: Role) => stored.some((variable) => hasRole(variable, roles, role));
  const latitude = coordinate(store, roles, 'latitude');
  const longitude = coordinate(store, roles, 'longitude');
  const manyVary = has('time');
  if (!manyVary) refuseForeignDimension(store, roles);
  // A file of one moment may tell it in a number beside the fields; so may a file of one level.
  const oneMoment = !manyVary && clockOf(store, 1) !== undefined;
  const onlyLevel = has('level') ? undefined : levelBeside(store);
  const fields = namedFields(stored, roles, oneMoment, onlyLevel !== undefined);
  if (fields.size === 0) {
    throw new DatasetError(
      `${store.name}: there is no field over latitude and longitude; open a file that holds one.`,
    );
  }
  return {
    fields,
    latitude,
    longitude,
    level: has('level')
      ? coordinate(store, roles, 'level')
      : [...fields.values()].some(({ info }) => info.hasLevel)
        ? onlyLevel
        : undefined,
    frames: manyVary ? sizeOf(store, roles, 'time') : Number(oneMoment),
    versions: has('expver') ? await versions(store, roles) : new Int32Array(),
  };
}

/** The meaning of every dimension that has one; where two mean the same, of the longer one. */
function rolesOf(store: ArrayStore): Roles {
  const sizes = new Map<string, number>();
  for (const { dimensions, shape } of store.variables.values()) {
    dimensions.forEach((dimension, d) => {
      sizes.set(dimension, shape[d]);
    });
  }
  const roles: Roles = new Map();
  const taken = new Set<Role>();
  for (const [dimension] of [...sizes].sort(([, a], [, b]) => b - a)) {
    const variable = store.variables.get(dimension);
    const role = roleOf(dimension, variable && textAttribute(variable, 'standard_name'));
    if (role === undefined || taken.has(role)) continue;
    taken.add(role);
    roles.set(dimension, role);
  }
  return roles;
}

/** In a Zarr, unlike in NetCDF, arrays can disagree on how long a dimension is, as when one alone was extended. */
function refuseUnequalLengths(store: ArrayStore, roles: Roles): void {
  const lengths = new Map<string, { length: number; holder: string }>();
  for (const { name, dimensions, shape } of store.variables.values()) {
    dimensions.forEach((dimension, d) => {
      if (!roles.has(dimension)) return;
      const known = lengths.get(dimension);
      if (known && known.length !== shape[d]) {
        throw new DatasetError(
          `${store.name}: '${known.holder}' has ${known.length} values along '${dimension}', but '${name}' has ${shape[d]}; writing was interrupted or the metadata are wrong: write it again.`,
        );
      }
      lengths.set(dimension, { length: shape[d], holder: name });
    });
  }
}

/** The coordinate variable of an axis. */
function coordinate(store: ArrayStore, roles: Roles, role: Role): StoredVariable {
  const along = [...store.variables.values()].filter(
    ({ dimensions }) => dimensions.length === 1 && roles.get(dimensions[0]) === role,
  );
  const variable =
    along.find(({ name, dimensions }) => name === dimensions[0]) ??
    along.find(({ name }) => roleOf(name) === role);
  if (variable) return variable;
  const dimension = [...roles].find(([, meaning]) => meaning === role)?.[0] ?? role;
  throw new DatasetError(
    `${store.name}: there is no ${role} coordinate; the file needs a one-dimensional variable '${dimension}'.`,
  );
}

/** The number that gives the only level, where fields have no level dimension. */
function levelBeside(store: ArrayStore): StoredVariable | undefined {
  return [...store.variables.values()].find(
    ({ name, shape }) => roleOf(name) === 'level' && shape.every((size) => size === 1),
  );
}

async function versions(store: ArrayStore, roles: Roles): Promise<Int32Array> {
  const indices = Int32Array.from({ length: sizeOf(store, roles, 'expver') }, (_, i) => i);
  const variable = store.variables.get('expver');
  if (!variable) return indices;
  const numbers = await readCoordinate(store, variable);
  return indices.sort((a, b) => numbers[a] - numbers[b]);
}

function hasRole({ dimensions }: StoredVariable, roles: Roles, role: Role): boolean {
  return dimensions.some((dimension) => roles.get(dimension) === role);
}

/** A field lies on the grid and on nothing else than time, level and expver; further dimensions have size 1. */
function isField(variable: StoredVariable, roles: Roles): boolean {
  return isOnGrid(variable, roles) && foreignDimension(variable, roles) < 0;
}

function isOnGrid(variable: StoredVariable, roles: Roles): boolean {
  return hasRole(variable, roles, 'latitude') && hasRole(variable, roles, 'longitude');
}

/** The index of a dimension that a field may not have; -1 for none. */
function foreignDimension({ dimensions, shape }: StoredVariable, roles: Roles): number {
  return dimensions.findIndex((dimension, d) => !roles.has(dimension) && shape[d] !== 1);
}

/** Says why a file whose fields vary in time offers none that does: samples of an ensemble, for example. */
function refuseForeignDimension(store: ArrayStore, roles: Roles): void {
  const variable = [...store.variables.values()].find(
    (candidate) => isOnGrid(candidate, roles) && hasRole(candidate, roles, 'time'),
  );
  if (!variable) return;
  const d = foreignDimension(variable, roles);
  throw new DatasetError(
    `${store.name}: '${variable.name}' has ${variable.shape[d]} values along the dimension '${variable.dimensions[d]}', which is none of time, level, latitude and longitude; write each to its own file.`,
  );
}

/** Fields under ERA5's names, in the file's order; where two claim a name, the second keeps its own. */
function namedFields(
  stored: StoredVariable[],
  roles: Roles,
  oneMoment: boolean,
  oneLevel: boolean,
): Map<string, Field> {
  const native = new Set(stored.map(({ name }) => name).filter((name) => VARIABLES.has(name)));
  const fields = new Map<string, Field>();
  for (const variable of stored) {
    const hasLevel = hasRole(variable, roles, 'level') || (oneLevel && isNameOnLevels(variable.name));
    const known = era5Name(variable.name, textAttribute(variable, 'standard_name'), hasLevel);
    const isTaken = fields.has(known) || (native.has(known) && variable.name !== known);
    const name = isTaken ? variable.name : known;
    const hasTime = hasRole(variable, roles, 'time') || (oneMoment && VARIABLES.get(name)?.kind !== 'static');
    const units = textAttribute(variable, 'units');
    const expected = VARIABLES.get(name)?.units;
    const isConverted = expected !== undefined && conversionTo(name, variable.name, units) !== undefined;
    fields.set(name, {
      stored: variable,
      roles: variable.dimensions.map((dimension) => roles.get(dimension)),
      info: {
        name,
        hasTime,
        hasLevel,
        units: units && isConverted ? expected : units,
        longName: textAttribute(variable, 'long_name') || undefined,
      },
    });
  }
  return fields;
}

function sizeOf(store: ArrayStore, roles: Roles, role: Role): number {
  for (const { dimensions, shape } of store.variables.values()) {
    const d = dimensions.findIndex((dimension) => roles.get(dimension) === role);
    if (d >= 0) return shape[d];
  }
  return 0;
}
