import { expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { meshHierarchy } from './icosahedron';
import { degreesFromVectors, gridPositions, nearestNode } from './positions';

test('grid nodes run through longitudes first', () => {
  const { vectors } = gridPositions(Float32Array.of(-45, 0, 45), Float32Array.of(0, 90, 180, 270));
  const h = Math.SQRT1_2;
  // biome-ignore format: one node per group of three
  const expected = [
    h, 0, -h,   0, h, -h,   -h, 0, -h,   0, -h, -h,
    1, 0, 0,    0, 1, 0,    -1, 0, 0,    0, -1, 0,
    h, 0, h,    0, h, h,    -h, 0, h,    0, -h, h,
  ];
  expect(vectors.length).toBe(expected.length);
  vectors.forEach((component, i) => {
    expect(component).toBeCloseTo(expected[i], 6);
  });
});

test('degrees become vectors and degrees again', () => {
  const latitudes = Float32Array.of(-89, -20.5, 0, 33.25, 89.5);
  const longitudes = Float32Array.of(0, 1, 179, 181, 359);
  const { vectors } = gridPositions(latitudes, longitudes);
  const degrees = degreesFromVectors(vectors);
  for (let node = 0; node < degrees.latitudes.length; node++) {
    expect(Math.abs(degrees.latitudes[node] - latitudes[Math.floor(node / 5)])).toBeLessThan(1e-3); // acos near 1
    expect(Math.abs(degrees.longitudes[node] - longitudes[node % 5])).toBeLessThan(1e-4);
  }
});

test("mesh nodes have the reference's latitudes and longitudes, but for an ulp of its float32 functions", () => {
  const expected = reference.geometry['1deg_M5/mesh_node_features'];
  const { latitudes, longitudes } = degreesFromVectors(meshHierarchy(5)[5].vertices);
  for (const [node, latitude] of Object.entries(expected.lat)) {
    expect(Math.abs(latitudes[Number(node)] - latitude)).toBeLessThan(1e-5);
  }
  for (const [node, longitude] of Object.entries(expected.lon)) {
    expect(Math.abs(longitudes[Number(node)] - longitude)).toBeLessThan(4e-5);
  }
});

test('the nearest node, across the date line and at a pole', () => {
  const { vectors } = gridPositions(Float32Array.of(-90, 0, 90), Float32Array.of(0, 120, 240));
  expect(nearestNode(vectors, 110, 20)).toBe(4);
  expect(nearestNode(vectors, -50, -10)).toBe(3);
  expect(nearestNode(vectors, -130, 30)).toBe(5);
  expect(nearestNode(vectors, 77, 89)).toBeGreaterThanOrEqual(6);
});
