import type { TriangleMesh } from './icosahedron';

/** Faces whose smallest barycentric weight is this close to the best one share the point: it lies on their rim. */
const TIE = 1e-5;

/** Where all weights exceed this, the point is so far inside the face that no other face can come within a tie. */
const INSIDE = 1e-3;

/**
 * Finds the finest face that contains a direction.
 *
 * Solve p = aA + bB + cC for the faces (A, B, C): among those whose min(a, b, c) is within 1e-5 of the best, the
 * lowest face id is taken. So a point on an edge or a vertex has one answer, which the reference leaves to rounding
 * noise (spec 3.2).
 *
 * The search descends the refinement hierarchy: an edge's midpoint lies on the edge's great circle, so a face's four
 * children divide up exactly the directions that the face covers.
 */
export class FaceLocator {
  readonly #levels: TriangleMesh[];
  readonly #vertices: Float32Array;
  readonly #finestFaces: Int32Array;
  /** Ids of the finest faces around vertex v: #facesAround[#firstAround[v]] up to, not including, v + 1's. */
  readonly #firstAround: Int32Array;
  readonly #facesAround: Int32Array;
  /** Of the face last solved for: the weights of its three vertices. */
  readonly #weights = new Float64Array(3);
  #previous = 0;

  /** @param levels the mesh hierarchy, levels 0 to M, as `meshHierarchy` makes it */
  constructor(levels: TriangleMesh[]) {
    const { vertices, faces } = levels[levels.length - 1];
    this.#levels = levels;
    this.#vertices = vertices;
    this.#finestFaces = faces;
    this.#firstAround = new Int32Array(vertices.length / 3 + 1);
    this.#facesAround = new Int32Array(faces.length);
    for (const vertex of faces) this.#firstAround[vertex + 1]++;
    for (let vertex = 1; vertex < this.#firstAround.length; vertex++) {
      this.#firstAround[vertex] += this.#firstAround[vertex - 1];
    }
    const next = this.#firstAround.slice();
    for (let corner = 0; corner < faces.length; corner++) {
      this.#facesAround[next[faces[corner]]++] = Math.floor(corner / 3);
    }
  }

  /** Id of the finest level's face that contains the unit vector (x, y, z). */
  locate(x: number, y: number, z: number): number {
    // Neighbouring points, asked for one after the other, mostly lie in the same face.
    if (this.#solve(this.#finestFaces, this.#previous, x, y, z) > INSIDE) return this.#previous;
    const face = this.#descend(x, y, z);
    const inside = this.#solve(this.#finestFaces, face, x, y, z) > INSIDE;
    this.#previous = inside ? face : this.#lowestTiedFace(face, x, y, z);
    return this.#previous;
  }

  /** The finest face reached from the base down; a point on a face's rim may come out on either side of it. */
  #descend(x: number, y: number, z: number): number {
    let face = 0;
    let best = -Infinity;
    for (let base = 0; base < 20 && best < 0; base++) {
      const smallest = this.#solve(this.#levels[0].faces, base, x, y, z);
      if (smallest > best) {
        best = smallest;
        face = base;
      }
    }
    for (let level = 1; level < this.#levels.length; level++) {
      // Child 3 of face (a, b, c) is the central one, (ab, bc, ca). Beyond its side away from bc lies child 0, at a.
      const smallest = this.#solve(this.#levels[level].faces, 4 * face + 3, x, y, z);
      const [ab, bc, ca] = this.#weights;
      if (smallest >= 0) face = 4 * face + 3;
      else if (smallest === bc) face = 4 * face;
      else if (smallest === ca) face = 4 * face + 1;
      else if (smallest === ab) face = 4 * face + 2;
    }
    return face;
  }

  /** The tie rule. The faces that share a vertex with `found` are all that can hold a point in it or on its rim. */
  #lowestTiedFace(found: number, x: number, y: number, z: number): number {
    const candidates: number[] = [];
    for (let corner = 3 * found; corner < 3 * found + 3; corner++) {
      const vertex = this.#finestFaces[corner];
      for (let i = this.#firstAround[vertex]; i < this.#firstAround[vertex + 1]; i++) {
        candidates.push(this.#facesAround[i]);
      }
    }
    const smallest = candidates.map((face) => this.#solve(this.#finestFaces, face, x, y, z));
    const best = Math.max(...smallest);
    return Math.min(...candidates.filter((_, i) => smallest[i] >= best - TIE));
  }

  /** Solves p = aA + bB + cC for a face's vertices (Cramer's rule), keeps the weights and returns the smallest. */
  #solve(faces: Int32Array, face: number, x: number, y: number, z: number): number {
    const v = this.#vertices;
    const i = 3 * faces[3 * face];
    const j = 3 * faces[3 * face + 1];
    const k = 3 * faces[3 * face + 2];
    const [ax, ay, az] = [v[i], v[i + 1], v[i + 2]];
    const [bx, by, bz] = [v[j], v[j + 1], v[j + 2]];
    const [cx, cy, cz] = [v[k], v[k + 1], v[k + 2]];
    // The normals B x C, C x A and A x B of the three planes through the centre and a side.
    const [nax, nay, naz] = [by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx];
    const [nbx, nby, nbz] = [cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax];
    const [ncx, ncy, ncz] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
    const determinant = ax * nax + ay * nay + az * naz;
    const a = (x * nax + y * nay + z * naz) / determinant;
    const b = (x * nbx + y * nby + z * nbz) / determinant;
    const c = (x * ncx + y * ncy + z * ncz) / determinant;
    this.#weights[0] = a;
    this.#weights[1] = b;
    this.#weights[2] = c;
    return Math.min(a, b, c);
  }
}
