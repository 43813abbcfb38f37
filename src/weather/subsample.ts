import { DatasetError } from '../errors';
import type { Axis } from './grid';

/** By how much spacings may differ that are meant to be the same, as a fraction: float32 coordinates. */
const TOLERANCE = 1e-3;

/**
 * Keeps every k-th latitude, as the reference makes 1 degree data of 0.25 degree data: without averaging, both poles
 * kept (spec 6). Rows that are cell centres, none of them at a pole, stay symmetric about the equator; only odd
 * factors allow that.
 *
 * @param resolution wanted spacing, degrees
 * @throws DatasetError when the latitudes are not uniform, or no whole number of rows makes the new spacing
 */
export function coarserLatitudes(axis: Axis, resolution: number, file: string): Axis {
  const { values } = axis;
  const last = values.length - 1;
  const spacing = (values[last] - values[0]) / last;
  const uneven = values.some(
    (latitude, i) => i > 0 && Math.abs(latitude - values[i - 1] - spacing) > spacing * TOLERANCE,
  );
  const factor = wholeFactor(resolution, spacing, 'latitudes', file);
  if (factor === 1) return axis;
  if (uneven) {
    throw new DatasetError(
      `${file}: the latitudes are not equally spaced (a Gaussian grid), so that leaving rows out gives no grid of ${resolution} degrees; interpolate the data, or leave the resolution out.`,
    );
  }
  const hasPoles = 90 - values[last] < spacing * TOLERANCE;
  const first = hasPoles ? 0 : (factor - 1) / 2;
  if (!Number.isInteger(first) || (last - 2 * first) % factor !== 0) {
    throw new DatasetError(
      `${file}: every ${ordinal(factor)} of its ${values.length} latitudes ${hasPoles ? 'misses the north pole' : 'is not symmetric about the equator'}, so that ${rounded(spacing)} degrees cannot become ${resolution}; choose another multiple of ${rounded(spacing)} degrees.`,
    );
  }
  return every(axis, factor, first);
}

/**
 * Keeps every k-th longitude, beginning with the first.
 *
 * @param resolution wanted spacing, degrees
 * @throws DatasetError when no whole number of columns makes the new spacing, all around the globe
 */
export function coarserLongitudes(axis: Axis, resolution: number, file: string): Axis {
  const count = axis.values.length;
  const factor = wholeFactor(resolution, 360 / count, 'longitudes', file);
  if (count % factor !== 0) {
    throw new DatasetError(
      `${file}: ${count} longitudes cannot be thinned to every ${ordinal(factor)} (${resolution} degrees), because 360 degrees are no multiple of it; choose another resolution.`,
    );
  }
  return factor === 1 ? axis : every(axis, factor, 0);
}

function wholeFactor(resolution: number, spacing: number, what: string, file: string): number {
  const factor = Math.round(resolution / spacing);
  if (factor >= 1 && Math.abs(resolution / spacing - factor) <= factor * TOLERANCE) return factor;
  throw new DatasetError(
    `${file}: a resolution of ${resolution} degrees is asked for, but its ${what} are ${rounded(spacing)} degrees apart; choose a multiple of that.`,
  );
}

function every({ values, order }: Axis, factor: number, first: number): Axis {
  const kept = (_: number, i: number) => i >= first && (i - first) % factor === 0;
  return { values: values.filter(kept), order: order.filter(kept) };
}

function rounded(degrees: number): number {
  return Number(degrees.toPrecision(5));
}

function ordinal(factor: number): string {
  return factor === 2 ? 'second' : factor === 3 ? 'third' : `${factor}th`;
}
