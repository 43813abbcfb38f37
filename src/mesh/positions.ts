/**
 * Where nodes lie on the unit sphere: degrees, angles and Cartesian vectors, with the reference's float32 steps
 * (spec 3 and 4.1).
 */

const { fround } = Math;
const RADIANS_PER_DEGREE = fround(fround(Math.PI) / 180);
const DEGREES_PER_RADIAN = fround(180 / fround(Math.PI));

/** Nodes on the unit sphere, float32. */
export interface NodePositions {
  /** φ, eastward from the prime meridian, radians [nodes]. */
  azimuth: Float32Array;
  /** θ, from the north pole, radians [nodes]. */
  colatitude: Float32Array;
  /** Unit vectors (cos φ sin θ, sin φ sin θ, cos θ), [nodes, 3]. */
  vectors: Float32Array;
}

/**
 * Positions of a grid's nodes; node id = latitude index * longitudes + longitude index.
 *
 * @param latitudes degrees
 * @param longitudes degrees
 */
export function gridPositions(latitudes: Float32Array, longitudes: Float32Array): NodePositions {
  const columns = longitudes.length;
  const azimuth = new Float32Array(latitudes.length * columns);
  const colatitude = new Float32Array(latitudes.length * columns);
  const rowAzimuth = longitudes.map(toRadians);
  latitudes.forEach((latitude, row) => {
    azimuth.set(rowAzimuth, row * columns);
    colatitude.fill(toRadians(fround(90 - latitude)), row * columns, (row + 1) * columns);
  });
  return withVectors(azimuth, colatitude);
}

/**
 * Positions of mesh nodes as the features see them: by way of float32 latitudes and longitudes, so that their
 * vectors differ from `vertices` by rounding (spec 4.1).
 *
 * @param vertices unit vectors [nodes, 3]
 */
export function meshPositions(vertices: Float32Array): NodePositions {
  const { latitudes, longitudes } = degreesFromVectors(vertices);
  return withVectors(
    longitudes.map(toRadians),
    latitudes.map((latitude) => toRadians(fround(90 - latitude))),
  );
}

/** Latitude and longitude (0 to 360), float32 degrees, of unit vectors [nodes, 3] (spec 4.1). */
export function degreesFromVectors(vectors: Float32Array): {
  latitudes: Float32Array;
  longitudes: Float32Array;
} {
  const nodes = vectors.length / 3;
  const latitudes = new Float32Array(nodes);
  const longitudes = new Float32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const [x, y, z] = vectors.subarray(3 * node, 3 * node + 3);
    latitudes[node] = 90 - fround(fround(Math.acos(z)) * DEGREES_PER_RADIAN);
    const longitude = fround(fround(Math.atan2(y, x)) * DEGREES_PER_RADIAN);
    longitudes[node] = longitude < 0 ? longitude + 360 : longitude;
  }
  return { latitudes, longitudes };
}

/**
 * The node nearest to a place, both in degrees; of equally near ones the first.
 *
 * @param vectors unit vectors [nodes, 3]
 */
export function nearestNode(vectors: Float32Array, longitude: number, latitude: number): number {
  const azimuth = longitude * RADIANS_PER_DEGREE;
  const height = latitude * RADIANS_PER_DEGREE;
  const x = Math.cos(azimuth) * Math.cos(height);
  const y = Math.sin(azimuth) * Math.cos(height);
  const z = Math.sin(height);
  let nearest = 0;
  let closest = Number.NEGATIVE_INFINITY;
  for (let node = 0; 3 * node < vectors.length; node++) {
    const cosine = x * vectors[3 * node] + y * vectors[3 * node + 1] + z * vectors[3 * node + 2];
    if (cosine <= closest) continue;
    closest = cosine;
    nearest = node;
  }
  return nearest;
}

function toRadians(degrees: number): number {
  return fround(degrees * RADIANS_PER_DEGREE);
}

function withVectors(azimuth: Float32Array, colatitude: Float32Array): NodePositions {
  const vectors = new Float32Array(3 * azimuth.length);
  for (let node = 0; node < azimuth.length; node++) {
    const sinColatitude = fround(Math.sin(colatitude[node]));
    vectors[3 * node] = fround(Math.cos(azimuth[node])) * sinColatitude;
    vectors[3 * node + 1] = fround(Math.sin(azimuth[node])) * sinColatitude;
    vectors[3 * node + 2] = Math.cos(colatitude[node]);
  }
  return { azimuth, colatitude, vectors };
}
