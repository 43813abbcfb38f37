/**
 * Places on the unit sphere. The globe uses the mesh's own axes: x towards 0° E, y towards 90° E, z towards the
 * north pole.
 */

const RADIANS = Math.PI / 180;

/** Writes the point at (degrees) and `radius` into `out[at .. at + 2]`. */
export function placeOnSphere(
  out: Float32Array,
  at: number,
  longitude: number,
  latitude: number,
  radius: number,
): void {
  const phi = longitude * RADIANS;
  const theta = latitude * RADIANS;
  out[at] = radius * Math.cos(theta) * Math.cos(phi);
  out[at + 1] = radius * Math.cos(theta) * Math.sin(phi);
  out[at + 2] = radius * Math.sin(theta);
}

/** Longitude in [−180, 180) and latitude, degrees, of a direction. */
export function longitudeLatitude(x: number, y: number, z: number): { longitude: number; latitude: number } {
  return {
    longitude: Math.atan2(y, x) / RADIANS,
    latitude: Math.asin(Math.min(1, Math.max(-1, z / Math.hypot(x, y, z)))) / RADIANS,
  };
}

/** Line segments, [2 * segments, 3], of polylines given as [longitude, latitude] degrees. */
export function segmentsOnSphere(polylines: number[][][], radius: number): Float32Array {
  const count = polylines.reduce((sum, line) => sum + Math.max(0, line.length - 1), 0);
  const positions = new Float32Array(count * 6);
  let at = 0;
  for (const line of polylines) {
    for (let i = 1; i < line.length; i++) {
      placeOnSphere(positions, at, line[i - 1][0], line[i - 1][1], radius);
      placeOnSphere(positions, at + 3, line[i][0], line[i][1], radius);
      at += 6;
    }
  }
  return positions;
}

/** Meridians and parallels every `step` degrees; meridians stop short of the poles, where they would crowd. */
export function graticule(step: number): number[][][] {
  const lines: number[][][] = [];
  for (let longitude = -180; longitude < 180; longitude += step) {
    const end = longitude % 90 === 0 ? 90 : 90 - step / 2;
    lines.push(steps(-end, end, 3).map((latitude) => [longitude, latitude]));
  }
  for (let latitude = -90 + step; latitude < 90; latitude += step) {
    lines.push(steps(-180, 180, 3).map((longitude) => [longitude, latitude]));
  }
  return lines;
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/**
 * Edges of the multi-mesh as arcs. A chord of a coarse level would pass through the globe, so each edge follows
 * its great circle, and the longer it is the higher it rises: the long edges are seen to jump over the short ones.
 *
 * @returns positions [2 * segments, 3] and, per vertex, the edge's level
 */
export function meshArcs(
  vertices: Float32Array,
  edges: Int32Array,
  levels: Uint8Array,
): { positions: Float32Array; levels: Float32Array } {
  const pieces = levels.map((level) => Math.max(1, 24 >> level));
  const segments = pieces.reduce((sum, n) => sum + n, 0);
  const positions = new Float32Array(segments * 6);
  const levelOfVertex = new Float32Array(segments * 2);
  let at = 0;
  const point = new Float32Array(3);
  for (let edge = 0; edge < levels.length; edge++) {
    const a = edges[2 * edge] * 3;
    const b = edges[2 * edge + 1] * 3;
    const length = Math.hypot(
      vertices[a] - vertices[b],
      vertices[a + 1] - vertices[b + 1],
      vertices[a + 2] - vertices[b + 2],
    );
    const n = pieces[edge];
    for (let piece = 0; piece < n; piece++) {
      for (const end of [piece, piece + 1]) {
        const t = end / n;
        for (let axis = 0; axis < 3; axis++)
          point[axis] = vertices[a + axis] * (1 - t) + vertices[b + axis] * t;
        const height = 1.004 + 0.05 * length * Math.sin(Math.PI * t);
        const scale = height / Math.hypot(point[0], point[1], point[2]);
        positions.set([point[0] * scale, point[1] * scale, point[2] * scale], at * 3);
        levelOfVertex[at] = levels[edge];
        at++;
      }
    }
  }
  return { positions, levels: levelOfVertex };
}
