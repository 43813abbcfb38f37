import { DatasetError } from '../errors';

/** Coordinates in the clean order, and for each where it stands in the file. */
export interface Axis {
  values: Float64Array;
  /** order[i]: index in the file of values[i]. */
  order: Int32Array;
}

/** Longitudes within this many degrees below a full turn count as 0: float32 rounding, not geography. */
const LONGITUDE_TOLERANCE = 1e-4;
/** hPa: more than any place on Earth has, and a hundredth of what a level in Pa looks like. */
const HIGHEST_PRESSURE = 1200;
/** Deviation from equal spacing that is rounding, as a fraction of the spacing. */
const SPACING_TOLERANCE = 1e-3;

/**
 * Latitudes from south to north. Spacing may vary (Gaussian grids); the grid must reach both poles to within one
 * spacing.
 *
 * @param file for the message
 * @throws DatasetError when they repeat, leave [−90, 90] or do not reach the poles
 */
export function latitudeAxis(degrees: ArrayLike<number>, file: string): Axis {
  const axis = sorted(degrees);
  const { values } = axis;
  const last = values.length - 1;
  if (!values.every((latitude) => Math.abs(latitude) <= 90.001)) {
    throw new DatasetError(
      `${file}: the latitudes are not all between -90 and 90 degrees; check the latitudes.`,
    );
  }
  const repeated = values.findIndex((latitude, i) => i > 0 && latitude === values[i - 1]);
  if (repeated > 0) {
    throw new DatasetError(`${file}: the latitude ${values[repeated]} occurs twice; remove one of the rows.`);
  }
  const spacing = values.reduce(
    (most, latitude, i) => (i > 0 ? Math.max(most, latitude - values[i - 1]) : most),
    0,
  );
  const margin = Math.max(90 + values[0], 90 - values[last]);
  if (last < 1 || margin > spacing * (1 + SPACING_TOLERANCE)) {
    throw new DatasetError(
      `${file}: the grid is not global: its latitudes run from ${values[0]} to ${values[last]} degrees in ${values.length} rows; GraphCast needs a grid from pole to pole.`,
    );
  }
  return axis;
}

/**
 * Longitudes from 0 eastwards, whatever meridian the file begins at.
 *
 * @param file for the message
 * @throws DatasetError when they are not equally spaced around the whole globe
 */
export function longitudeAxis(degrees: ArrayLike<number>, file: string): Axis {
  const axis = sorted(
    Float64Array.from(degrees, (longitude) => {
      const turned = longitude - 360 * Math.floor((longitude + LONGITUDE_TOLERANCE) / 360);
      return Math.max(turned, 0);
    }),
  );
  const { values } = axis;
  const count = values.length;
  const spacing = 360 / count;
  const gaps = Float64Array.from(
    values,
    (longitude, i) => (i + 1 < count ? values[i + 1] : values[0] + 360) - longitude,
  );
  if (!gaps.every(Number.isFinite)) {
    throw new DatasetError(`${file}: a longitude is missing or infinite; check the longitudes.`);
  }
  const twice = gaps.findIndex((gap) => gap < LONGITUDE_TOLERANCE);
  if (twice >= 0) {
    throw new DatasetError(
      `${file}: the meridian at ${values[twice]} degrees occurs twice (such as 0 and 360); remove the last column.`,
    );
  }
  const uneven = gaps.filter((gap) => Math.abs(gap - spacing) > spacing * SPACING_TOLERANCE);
  if (count < 2 || uneven.length > 0) {
    // One wide gap in otherwise even columns is a region; anything else is an uneven grid.
    const regional = count < 2 || uneven.length >= count - 1;
    throw new DatasetError(
      regional
        ? `${file}: the grid is not global: its ${count} longitudes do not cover 360 degrees; GraphCast needs a grid around the whole globe.`
        : `${file}: the longitudes are not equally spaced; interpolate the data to a regular latitude-longitude grid.`,
    );
  }
  return axis;
}

/**
 * Pressure levels in hPa from the top down.
 *
 * @param file for the message
 * @throws DatasetError when one repeats or is no pressure of the atmosphere
 */
export function levelAxis(levels: ArrayLike<number>, file: string): Axis {
  const axis = sorted(levels);
  axis.values.forEach((level, i) => {
    const fault = !(level > 0)
      ? 'is not positive'
      : level > HIGHEST_PRESSURE
        ? "is not one of the atmosphere (levels in Pa need 'Pa' as their units)"
        : level === axis.values[i - 1] && 'occurs twice';
    if (fault) {
      throw new DatasetError(`${file}: the pressure level ${level} hPa ${fault}; check the levels.`);
    }
  });
  return axis;
}

function sorted(coordinates: ArrayLike<number>): Axis {
  const order = Int32Array.from({ length: coordinates.length }, (_, i) => i);
  order.sort((a, b) => coordinates[a] - coordinates[b]);
  return { values: Float64Array.from(order, (i) => coordinates[i]), order };
}
