/** Where isolines carry their value. */
import type { Point } from '../location_hash';
import type { Isolines } from './field_material';

export interface IsolineLabel {
  place: Point;
  /** A place a little further along the isoline, for the direction of the text. */
  toward: Point;
  value: number;
}

/** Columns beyond which a grid is read with gaps: labels need no more. */
const COLUMNS = 144;
/** Degrees: nearer to a pole a plate-carrée neighbourhood says little about direction. */
const NORTHERNMOST = 82;

/**
 * Labels at least `spacing` apart (degrees of arc), and those of the same value further.
 *
 * @param values [latitudes, longitudes], in the isolines' unit; NaN where missing
 */
export function isolineLabels(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
  isolines: Isolines,
  spacing: number,
): IsolineLabel[] {
  if (isolines.interval === 0) return [];
  const candidates = crossings(values, latitudes, longitudes, isolines);
  const accepted: (IsolineLabel & { direction: number[] })[] = [];
  const near = Math.cos((spacing * Math.PI) / 180);
  const nearAlike = Math.cos((2.2 * spacing * Math.PI) / 180);
  // Golden-ratio steps visit the whole globe evenly and always in the same order.
  const stride = coprimeStride(candidates.length);
  for (let n = 0; n < candidates.length; n++) {
    const label = candidates[(n * stride) % candidates.length];
    const direction = directionOf(label.place);
    const isFree = accepted.every((other) => {
      const cosine = direction.reduce((sum, x, k) => sum + x * other.direction[k], 0);
      return cosine < (other.value === label.value ? nearAlike : near);
    });
    if (isFree) accepted.push({ ...label, direction });
  }
  return accepted.map(({ place, toward, value }) => ({ place, toward, value }));
}

/** Where isolines cross the grid's rows. */
function crossings(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
  { interval, offset }: Isolines,
): IsolineLabel[] {
  const columns = longitudes.length;
  const stride = Math.max(1, Math.floor(columns / COLUMNS));
  const found: IsolineLabel[] = [];
  for (let row = stride; row < latitudes.length - stride; row += stride) {
    const latitude = latitudes[row];
    if (Math.abs(latitude) > NORTHERNMOST) continue;
    const narrowing = Math.cos((latitude * Math.PI) / 180);
    const rise = latitudes[row + stride] - latitudes[row - stride];
    for (let column = 0; column + stride <= columns; column += stride) {
      const here = row * columns + column;
      const next = row * columns + ((column + stride) % columns);
      const level = Math.ceil(Math.min(values[here], values[next]) / interval - offset);
      const value = (level + offset) * interval;
      if (!(value < Math.max(values[here], values[next]))) continue;
      const step = (stride * 360) / columns;
      const share = (value - values[here]) / (values[next] - values[here]);
      const eastward = (values[next] - values[here]) / (step * narrowing);
      const northward = (values[here + stride * columns] - values[here - stride * columns]) / rise;
      const slope = Math.hypot(eastward, northward);
      if (!(slope > 0)) continue;
      const longitude = longitudes[column] + share * step;
      found.push({
        place: { longitude, latitude },
        toward: {
          longitude: longitude - (0.5 * northward) / slope / narrowing,
          latitude: latitude + (0.5 * eastward) / slope,
        },
        value,
      });
    }
  }
  return found;
}

function coprimeStride(count: number): number {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  let stride = Math.max(1, Math.round(count * 0.618));
  while (divides(stride, Math.max(1, count)) !== 1) stride++;
  return stride;
}

function directionOf({ longitude, latitude }: Point): number[] {
  const [phi, theta] = [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180];
  return [Math.cos(theta) * Math.cos(phi), Math.cos(theta) * Math.sin(phi), Math.sin(theta)];
}
