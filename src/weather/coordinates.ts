import { DatasetError } from '../errors';
import { type ArrayStore, readAll, type StoredVariable, textAttribute } from './formats/array_store';
import { unpackCoordinate } from './packing';
import { convert, unitConversion } from './unit_conversion';

/** Points that an axis may have; two centuries of hourly frames have fewer. */
const LONGEST_AXIS = 2 ** 21;

/**
 * Reads a coordinate variable as a whole, unpacked.
 *
 * @throws DatasetError when it is longer than any axis of real data, or cannot be read
 */
export async function readCoordinate(store: ArrayStore, variable: StoredVariable): Promise<Float64Array> {
  const length = variable.shape.reduce((product, size) => product * size, 1);
  if (length > LONGEST_AXIS) {
    throw new DatasetError(
      `${store.name}: the coordinate '${variable.name}' has ${length} values, more than the ${LONGEST_AXIS} that an axis may have; the file is damaged, or must be split.`,
    );
  }
  return unpackCoordinate(await readAll(store, variable), variable);
}

/**
 * Reads the coordinate of pressure levels.
 *
 * @returns hPa, the unit that is assumed where the file gives none
 * @throws DatasetError when it is not in a unit of pressure, too long, or cannot be read
 */
export async function readLevels(store: ArrayStore, variable: StoredVariable): Promise<Float64Array> {
  const units = textAttribute(variable, 'units');
  const conversion = unitConversion(units, 'hPa');
  if (!conversion) {
    throw new DatasetError(
      `${store.name}: the coordinate '${variable.name}' is in '${units}', but pressure levels in 'hPa' are expected; interpolate the data to pressure levels, or correct the attribute.`,
    );
  }
  const levels = await readCoordinate(store, variable);
  convert(levels, conversion);
  return levels;
}
