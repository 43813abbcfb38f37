import { describe, expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { icosahedron, longestEdge, meshHierarchy } from './icosahedron';

const { geometry } = reference;
const levels = meshHierarchy(6);

function rows(values: ArrayLike<number>, from: number, to: number): number[][] {
  const row = (i: number) => [values[3 * i], values[3 * i + 1], values[3 * i + 2]];
  return Array.from({ length: to - from }, (_, i) => row(from + i));
}

test("the base icosahedron has the reference's vertices, to the bit", () => {
  expect(rows(icosahedron().vertices, 0, 12)).toEqual(geometry.icosahedron_vertices);
});

test("refinement gives the reference's vertices and faces", () => {
  expect(rows(levels[1].vertices, 12, 42)).toEqual(geometry.level1_new_vertices_12_to_41);
  expect(rows(levels[1].faces, 0, 8)).toEqual(geometry.level1_faces_first8);
  expect(rows(levels[2].faces, 0, 8)).toEqual(geometry.level2_faces_first8);
});

describe.each(geometry.mesh_levels)('level $level', (expected) => {
  const mesh = levels[expected.level];
  const { vertices, faces } = mesh;

  test("has the reference's sizes, face checksums and longest edge", () => {
    expect(vertices.length / 3).toBe(expected.vertices);
    expect(faces.length / 3).toBe(expected.faces);
    expect(faces.reduce((sum, id) => sum + id, 0)).toBe(expected.face_index_sum);
    expect(faces.reduce((sum, id, k) => sum + id * ((k % 1000) + 1), 0)).toBe(
      expected.face_index_weighted_sum,
    );
    expect(longestEdge(mesh)).toBe(expected.max_edge);
  });

  test("has the reference's vertices: a single ulp would change the sum", () => {
    const absoluteSum = vertices.reduce((sum, component) => sum + Math.abs(component), 0);
    expect(Math.abs(absoluteSum - expected.vertex_abs_sum)).toBeLessThan(1e-8);
  });

  test('lies on the unit sphere, faces counter-clockwise seen from outside', () => {
    let largestDeviation = 0;
    for (let v = 0; v < vertices.length; v += 3) {
      const norm = Math.hypot(vertices[v], vertices[v + 1], vertices[v + 2]);
      largestDeviation = Math.max(largestDeviation, Math.abs(norm - 1));
    }
    expect(largestDeviation).toBeLessThan(1e-6);

    let smallestVolume = Infinity; // of the parallelepiped of a face's three vertices
    for (let f = 0; f < faces.length; f += 3) {
      const [a, b, c] = [faces[f], faces[f + 1], faces[f + 2]].map((id) =>
        vertices.subarray(3 * id, 3 * id + 3),
      );
      const volume =
        a[0] * (b[1] * c[2] - b[2] * c[1]) +
        a[1] * (b[2] * c[0] - b[0] * c[2]) +
        a[2] * (b[0] * c[1] - b[1] * c[0]);
      smallestVolume = Math.min(smallestVolume, volume);
    }
    expect(smallestVolume).toBeGreaterThan(0);
  });

  test("keeps the coarser level's vertices as its first", () => {
    const coarser = levels[Math.max(0, expected.level - 1)].vertices;
    expect(vertices.subarray(0, coarser.length)).toEqual(coarser);
  });
});
