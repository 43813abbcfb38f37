import { expect, test } from 'vitest';
import { FaceLocator } from './face_locator';
import { meshHierarchy, type TriangleMesh } from './icosahedron';

/** The tie rule by a full search, with the weights from dot products with the normals of the sides' planes. */
function fullSearch({ vertices, faces }: TriangleMesh): (p: number[]) => number {
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const normals = Array.from({ length: faces.length / 3 }, (_, face) => {
    const corners = [...faces.subarray(3 * face, 3 * face + 3)];
    const [a, b, c] = corners.map((id) => [...vertices.subarray(3 * id, 3 * id + 3)]);
    const volume = dot(a, cross(b, c));
    return [cross(b, c), cross(c, a), cross(a, b)].map((normal) =>
      normal.map((component) => component / volume),
    );
  });
  return (p) => {
    const smallest = normals.map(([a, b, c]) => Math.min(dot(p, a), dot(p, b), dot(p, c)));
    const best = Math.max(...smallest);
    return smallest.findIndex((weight) => weight >= best - 1e-5);
  };
}

function unit(x: number, y: number, z: number): number[] {
  const norm = Math.hypot(x, y, z);
  return [x / norm, y / norm, z / norm];
}

/** Points spread evenly over the sphere, on a spiral. */
function spiral(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const z = 1 - (2 * i + 1) / count;
    const r = Math.sqrt(1 - z * z);
    return [r * Math.cos(2.399963 * i), r * Math.sin(2.399963 * i), z];
  });
}

test.each([0, 1, 2, 3])('M%i: the face of a full search, inside, on edges and on vertices', (meshSize) => {
  const levels = meshHierarchy(meshSize);
  const finest = levels[meshSize];
  const { vertices, faces } = finest;
  const vertex = (id: number) => [...vertices.subarray(3 * id, 3 * id + 3)];
  const points = spiral(300);
  for (let id = 0; id < vertices.length / 3; id++) points.push(vertex(id));
  for (let face = 0; face < faces.length / 3; face += 7) {
    const [a, b] = [vertex(faces[3 * face]), vertex(faces[3 * face + 1])];
    for (const share of [0.5, 0.3, 1e-4, 4e-6]) {
      const along = a.map((component, axis) => component + share * (b[axis] - component));
      points.push(unit(along[0], along[1], along[2]));
      points.push(unit(along[0] + 3e-8, along[1], along[2] - 3e-8)); // float32 noise off the edge
    }
  }
  const locator = new FaceLocator(levels);
  expect(points.map(([x, y, z]) => locator.locate(x, y, z))).toEqual(points.map(fullSearch(finest)));
});

test('the answer does not depend on what was asked before', () => {
  const levels = meshHierarchy(4);
  const points = spiral(500);
  const locator = new FaceLocator(levels);
  const forwards = points.map(([x, y, z]) => locator.locate(x, y, z));
  const backwards = points.toReversed().map(([x, y, z]) => locator.locate(x, y, z));
  expect(backwards.toReversed()).toEqual(forwards);
});
