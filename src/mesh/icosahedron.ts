/**
 * The icosahedron and its refinements (spec 2.1 to 2.3).
 *
 * Vertices are float32, and every operation rounds where the reference's does. Ids do not depend on that, but the
 * query radius does, and with it which pairs at the very edge of the encoder's reach are connected.
 */

const { fround } = Math;

/** A closed triangle mesh on the unit sphere, faces counter-clockwise seen from outside. */
export interface TriangleMesh {
  /** [vertices, 3], float32 unit vectors. */
  vertices: Float32Array;
  /** [faces, 3], vertex ids. */
  faces: Int32Array;
}

// biome-ignore format: one face per group of three
const BASE_FACES = [
  0, 1, 2,   0, 6, 1,   8, 0, 2,   8, 4, 0,   3, 8, 2,   3, 2, 7,   7, 2, 1,   0, 4, 6,   4, 11, 6,   6, 11, 5,
  1, 5, 7,   4, 10, 11,   4, 8, 10,   10, 8, 3,   10, 3, 9,   11, 10, 9,   11, 9, 5,   5, 9, 7,   9, 3, 7,   1, 6, 5,
];

/** The base icosahedron: 12 vertices, 20 faces, one face parallel to the x-y plane at the top (spec 2.1). */
export function icosahedron(): TriangleMesh {
  const goldenRatio = (1 + Math.sqrt(5)) / 2;
  const norm = fround(Math.hypot(1, goldenRatio));
  const dihedralAngle = 2 * Math.asin(goldenRatio / Math.sqrt(3));
  const tilt = (Math.PI - dihedralAngle) / 2;
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  const vertices: number[] = [];
  const append = (...components: number[]) => {
    const [x, y, z] = components.map((component) => fround(fround(component) / norm));
    vertices.push(x * cos - z * sin, y, x * sin + z * cos);
  };
  for (const c1 of [1, -1]) {
    for (const c2 of [goldenRatio, -goldenRatio]) {
      append(c1, c2, 0);
      append(0, c1, c2);
      append(c2, 0, c1);
    }
  }
  return { vertices: Float32Array.from(vertices), faces: Int32Array.from(BASE_FACES) };
}

/**
 * Splits every face (a, b, c) into (a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca), in that order, with the
 * edges' midpoints pushed out to the unit sphere (spec 2.2). The old vertices are a prefix of the new ones, and
 * face f's children are the faces 4f to 4f + 3.
 */
export function refine(mesh: TriangleMesh): TriangleMesh {
  const oldVertexCount = mesh.vertices.length / 3;
  const faceCount = mesh.faces.length / 3;
  const vertices = new Float32Array(3 * (oldVertexCount + (3 * faceCount) / 2)); // + one per undirected edge
  vertices.set(mesh.vertices);
  const faces = new Int32Array(12 * faceCount);

  // A vertex has at most six neighbours, so a pair's midpoint is found in six slots kept at its lower vertex.
  const slots = 6;
  const upperVertex = new Int32Array(slots * oldVertexCount).fill(-1);
  const midpointOf = new Int32Array(slots * oldVertexCount);
  let vertexCount = oldVertexCount;

  const midpoint = (i: number, j: number): number => {
    const lower = Math.min(i, j);
    const upper = Math.max(i, j);
    let slot = slots * lower;
    while (upperVertex[slot] !== upper) {
      if (upperVertex[slot] === -1) {
        upperVertex[slot] = upper;
        midpointOf[slot] = vertexCount;
        writeMidpoint(vertices, vertexCount++, lower, upper);
        break;
      }
      slot++;
    }
    return midpointOf[slot];
  };

  for (let face = 0; face < faceCount; face++) {
    const [a, b, c] = mesh.faces.subarray(3 * face, 3 * face + 3);
    const ab = midpoint(a, b);
    const bc = midpoint(b, c);
    const ca = midpoint(c, a);
    faces.set([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], 12 * face);
  }
  return { vertices, faces };
}

/** Writes the normalised mean of vertices i and j as vertex `target`. */
function writeMidpoint(vertices: Float32Array, target: number, i: number, j: number): void {
  const x = fround(fround(vertices[3 * i] + vertices[3 * j]) / 2);
  const y = fround(fround(vertices[3 * i + 1] + vertices[3 * j + 1]) / 2);
  const z = fround(fround(vertices[3 * i + 2] + vertices[3 * j + 2]) / 2);
  // The reference's dot product: float32 products, summed in float64. Any other rounding moves vertices by an ulp.
  const squaredNorm = fround(fround(x * x) + fround(y * y) + fround(z * z));
  const norm = fround(Math.sqrt(squaredNorm));
  vertices[3 * target] = x / norm;
  vertices[3 * target + 1] = y / norm;
  vertices[3 * target + 2] = z / norm;
}

/** The meshes of levels 0 (the icosahedron) to `meshSize`, each refining the one before. */
export function meshHierarchy(meshSize: number): TriangleMesh[] {
  const levels = [icosahedron()];
  for (let level = 1; level <= meshSize; level++) levels.push(refine(levels[level - 1]));
  return levels;
}

/** Length of the longest edge: the chord on the unit sphere, in float32 steps like the reference (spec 3.1). */
export function longestEdge({ vertices, faces }: TriangleMesh): number {
  let longest = 0;
  for (let corner = 0; corner < faces.length; corner++) {
    const i = 3 * faces[corner];
    const j = 3 * faces[corner % 3 === 2 ? corner - 2 : corner + 1];
    const dx = fround(vertices[i] - vertices[j]);
    const dy = fround(vertices[i + 1] - vertices[j + 1]);
    const dz = fround(vertices[i + 2] - vertices[j + 2]);
    const squared = fround(fround(fround(dx * dx) + fround(dy * dy)) + fround(dz * dz));
    longest = Math.max(longest, squared);
  }
  return fround(Math.sqrt(longest));
}
