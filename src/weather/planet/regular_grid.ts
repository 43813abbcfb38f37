import { ConfigError } from '../../errors';

/** A regular latitude-longitude grid, as GraphCast takes it. */
export interface RegularGrid {
  /** Degrees north, ascending. */
  latitudes: Float32Array;
  /** Degrees east, from 0. */
  longitudes: Float32Array;
}

/** Deviation of 180 / spacing from a whole number that is rounding. */
const TOLERANCE = 1e-6;

/**
 * The grid with a spacing: rows half a spacing off the poles, as in WeatherBench's 64 x 32 grid, or with a row at each
 * pole, as in ERA5's and GraphCast's own grids.
 *
 * @param degrees a whole part of 180
 * @throws ConfigError when it is not
 */
export function regularGrid(degrees: number, withPoles: boolean): RegularGrid {
  const intervals = Math.round(180 / degrees);
  if (!(intervals >= 2 && Math.abs(180 / degrees - intervals) < TOLERANCE * intervals)) {
    throw new ConfigError(
      `A grid of ${degrees} degrees does not fit between the poles; choose a spacing that divides 180, such as 5.625, 2.5 or 1.`,
    );
  }
  const rows = withPoles ? intervals + 1 : intervals;
  const first = withPoles ? -90 : -90 + 90 / intervals;
  return {
    latitudes: Float32Array.from({ length: rows }, (_, j) => first + (180 * j) / intervals),
    longitudes: Float32Array.from({ length: 2 * intervals }, (_, i) => (180 * i) / intervals),
  };
}
