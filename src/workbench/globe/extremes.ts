/** Highs and lows of a pressure or height field. */
import type { Point } from '../location_hash';

export interface Extreme {
  kind: 'high' | 'low';
  place: Point;
  value: number;
}

/** Degrees of arc within which an extreme is the only one. */
const RADIUS = 11;
/** Degrees: beyond, the grid's columns crowd and every wiggle would count. */
const NORTHERNMOST = 86;
/** Columns beyond which a grid is read with gaps. */
const COLUMNS = 180;

/**
 * Places that are higher or lower than everything within 11 degrees, and differ from the mean of the outer half of that
 * neighbourhood by at least `prominence`.
 *
 * @param values [latitudes, longitudes]; NaN where missing
 * @param prominence in the unit of the values
 */
export function extremes(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
  prominence: number,
): Extreme[] {
  const columns = longitudes.length;
  const stride = Math.max(1, Math.floor(columns / COLUMNS));
  const rows = Array.from({ length: Math.ceil(latitudes.length / stride) }, (_, i) => i * stride);
  const found: Extreme[] = [];
  for (const row of rows) {
    if (Math.abs(latitudes[row]) > NORTHERNMOST) continue;
    for (let column = 0; column < columns; column += stride) {
      const value = values[row * columns + column];
      const kind = Number.isFinite(value) && extremeAt(row, column);
      if (kind)
        found.push({ kind, value, place: { longitude: longitudes[column], latitude: latitudes[row] } });
    }
  }
  return found;

  function extremeAt(row: number, column: number): Extreme['kind'] | null {
    const value = values[row * columns + column];
    let isHigh = true;
    let isLow = true;
    let sum = 0;
    let count = 0;
    for (const other of rows) {
      if (Math.abs(latitudes[other] - latitudes[row]) > RADIUS) continue;
      const reach = longitudeReach(latitudes[row], latitudes[other]);
      const steps = Math.min(Math.floor(columns / 2 / stride), Math.floor((reach * columns) / 360 / stride));
      for (let step = -steps; step <= steps; step++) {
        const there = values[other * columns + ((column + step * stride + columns) % columns)];
        if (other === row && step === 0) continue;
        // Of equal neighbours the first one counts.
        const isBefore = other < row || (other === row && step < 0);
        if (there > value || (there === value && isBefore)) isHigh = false;
        if (there < value || (there === value && isBefore)) isLow = false;
        if (!isHigh && !isLow) return null;
        const isOuter =
          Math.abs(latitudes[other] - latitudes[row]) > RADIUS / 2 || Math.abs(step) > steps / 2;
        if (isOuter && Number.isFinite(there)) {
          sum += there;
          count++;
        }
      }
    }
    if (count === 0 || Math.abs(value - sum / count) < prominence) return null;
    return isHigh ? 'high' : 'low';
  }
}

/** Degrees of longitude that a cap of `RADIUS` reaches to either side of its centre on another parallel. */
function longitudeReach(centre: number, parallel: number): number {
  const [a, b] = [(centre * Math.PI) / 180, (parallel * Math.PI) / 180];
  const cosine =
    (Math.cos((RADIUS * Math.PI) / 180) - Math.sin(a) * Math.sin(b)) / (Math.cos(a) * Math.cos(b));
  return cosine >= 1 ? 0 : cosine <= -1 ? 180 : (Math.acos(cosine) * 180) / Math.PI;
}
