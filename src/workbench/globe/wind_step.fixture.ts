import type { Vector } from './wind_step.reference';
import { cross } from './wind_step.reference';

/** Axis of a solid-body rotation that is neither the Earth's nor in its equator. */
export const AXIS: Vector = [0.48, -0.6, 0.64];
/** Speed on the rotation's own equator, m/s. */
export const SPEED = 40;

/** Eastward and northward wind of the rotation on a grid of `step` degrees, [latitudes, longitudes]. */
export function solidBodyRotation(step: number) {
  const latitudes = Float32Array.from({ length: 180 / step + 1 }, (_, i) => -90 + i * step);
  const longitudes = Float32Array.from({ length: 360 / step }, (_, i) => i * step);
  const u = new Float32Array(latitudes.length * longitudes.length);
  const v = new Float32Array(u.length);
  latitudes.forEach((latitude, row) => {
    longitudes.forEach((longitude, column) => {
      const [theta, phi] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
      const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
      const [x, y, z] = cross(AXIS, [cos * Math.cos(phi), cos * Math.sin(phi), sin]);
      const i = row * longitudes.length + column;
      u[i] = SPEED * (-Math.sin(phi) * x + Math.cos(phi) * y);
      v[i] = SPEED * (-sin * Math.cos(phi) * x - sin * Math.sin(phi) * y + cos * z);
    });
  });
  return { u, v, latitudes, longitudes };
}

/** `p` turned by `angle` (radians) about the rotation's axis. */
export function rotated(p: Vector, angle: number): Vector {
  const across = cross(AXIS, p);
  const along = AXIS[0] * p[0] + AXIS[1] * p[1] + AXIS[2] * p[2];
  return p.map(
    (component, k) =>
      component * Math.cos(angle) + across[k] * Math.sin(angle) + AXIS[k] * along * (1 - Math.cos(angle)),
  ) as Vector;
}
