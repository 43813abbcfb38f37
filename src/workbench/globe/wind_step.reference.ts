/** The particles' step of `wind_step.ts` in 64-bit arithmetic, written to be read. */
import type { WindRaster } from './wind_step';

export type Vector = [number, number, number];

/** Where a particle at `p` is after a step; `scale` in radians per m/s of wind. */
export function advected(p: Vector, wind: WindRaster, scale: number): Vector {
  const halfway = turned(p, p, windAt(p, wind), 0.5 * scale);
  return turned(p, halfway, windAt(halfway, wind), scale);
}

/** Bilinear in longitude and latitude, around the globe. */
export function windAt([px, py, pz]: Vector, { width, height, data }: WindRaster): Vector {
  const x = ((Math.atan2(py, px) / (2 * Math.PI) + 1) % 1) * width;
  const y = (Math.asin(Math.max(-1, Math.min(1, pz))) / Math.PI + 0.5) * (height - 1);
  const column = Math.floor(x);
  const row = Math.max(0, Math.min(height - 2, Math.floor(y)));
  const [fx, fy] = [x - column, y - row];
  const at = (j: number, i: number, axis: number) => data[4 * (j * width + (i % width)) + axis];
  return [0, 1, 2].map((axis) => {
    const south = at(row, column, axis) * (1 - fx) + at(row, column + 1, axis) * fx;
    const north = at(row + 1, column, axis) * (1 - fx) + at(row + 1, column + 1, axis) * fx;
    return south * (1 - fy) + north * fy;
  }) as Vector;
}

/** `p` turned about the axis of the great circle that leaves `at` with velocity `v` (Rodrigues' formula). */
function turned(p: Vector, at: Vector, v: Vector, scale: number): Vector {
  const axis = cross(at, v);
  const speed = Math.hypot(...axis);
  const angle = speed * scale;
  if (angle < 1e-9) return p;
  const unit = axis.map((component) => component / speed) as Vector;
  const across = cross(unit, p);
  const along = dot(unit, p) * (1 - Math.cos(angle));
  const q = p.map(
    (component, k) => component * Math.cos(angle) + across[k] * Math.sin(angle) + unit[k] * along,
  );
  const length = Math.hypot(...q);
  return q.map((component) => component / length) as Vector;
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
