/**
 * One step of a particle in the wind, on the unit sphere: the wind as a tangent vector in the globe's own axes, read
 * bilinearly; a half step along it; and the whole step with the wind found there (midpoint rule), as rotations, so
 * that a particle never leaves the sphere. `wind_step.reference.ts` is the same on the CPU.
 */
import { fieldRaster, MISSING } from './field_raster';

export interface WindRaster {
  width: number;
  height: number;
  /** [height, width, 4], south to north: the wind's components along x, y and z (m/s), and 1, or 0 where missing. */
  data: Float32Array;
}

/** Columns of the raster: finer winds than this could not be told apart by particles. */
const COLUMNS = 360;

/**
 * The wind as vectors on a plate-carrée raster with a row on each pole. Components along fixed axes can be
 * interpolated everywhere; eastward and northward ones turn over at a pole.
 *
 * @param u, v eastward and northward wind, [latitudes, longitudes], m/s; NaN where missing
 */
export function windRaster(
  u: Float32Array,
  v: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
): WindRaster {
  const components = [0, 1, 2].map(() => new Float32Array(u.length));
  latitudes.forEach((latitude, row) => {
    const theta = (latitude * Math.PI) / 180;
    longitudes.forEach((longitude, column) => {
      const phi = (longitude * Math.PI) / 180;
      const i = row * longitudes.length + column;
      components[0][i] = -Math.sin(phi) * u[i] - Math.sin(theta) * Math.cos(phi) * v[i];
      components[1][i] = Math.cos(phi) * u[i] - Math.sin(theta) * Math.sin(phi) * v[i];
      components[2][i] = Math.cos(theta) * v[i];
    });
  });
  const rasters = components.map((values) => fieldRaster(values, latitudes, longitudes, COLUMNS));
  const { width, height } = rasters[0];
  const data = new Float32Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    if (rasters[0].data[i] === Math.fround(MISSING)) continue;
    for (let axis = 0; axis < 3; axis++) data[4 * i + axis] = rasters[axis].data[i];
    data[4 * i + 3] = 1;
  }
  return { width, height, data };
}

/** Radians on the sphere per metre per second of wind, for a step of so many seconds of the wind's own time. */
export function radiansPerSpeed(seconds: number): number {
  return seconds / EARTH_RADIUS;
}

/** Metres. */
const EARTH_RADIUS = 6.371e6;

/** `advected(p, scale)`: where a particle at `p` is after a step; `scale` in radians per m/s. Needs `sampler2D wind`. */
export const ADVECTION_GLSL = /* glsl */ `
  vec4 windAt(vec3 p) {
    ivec2 size = textureSize(wind, 0);
    float x = fract(atan(p.y, p.x) / 6.283185307179586 + 1.0) * float(size.x);
    float y = (asin(clamp(p.z, -1.0, 1.0)) / 3.141592653589793 + 0.5) * float(size.y - 1);
    int column = int(floor(x));
    int row = clamp(int(floor(y)), 0, size.y - 2);
    vec2 f = vec2(x - float(column), y - float(row));
    int west = column % size.x;
    int east = (column + 1) % size.x;
    vec4 south = mix(texelFetch(wind, ivec2(west, row), 0), texelFetch(wind, ivec2(east, row), 0), f.x);
    vec4 north = mix(texelFetch(wind, ivec2(west, row + 1), 0), texelFetch(wind, ivec2(east, row + 1), 0), f.x);
    return mix(south, north, f.y);
  }

  // The great-circle step from p that begins at "at" with velocity v.
  vec3 turned(vec3 p, vec3 at, vec3 v, float scale) {
    vec3 axis = cross(at, v);
    float speed = length(axis);
    if (speed * scale < 1e-9) return p;
    axis /= speed;
    float angle = speed * scale;
    vec3 q = p * cos(angle) + cross(axis, p) * sin(angle) + axis * dot(axis, p) * (1.0 - cos(angle));
    return normalize(q);
  }

  vec3 advected(vec3 p, float scale) {
    vec3 halfway = turned(p, p, windAt(p).xyz, 0.5 * scale);
    return turned(p, halfway, windAt(halfway).xyz, scale);
  }
`;
