import { expect, test } from 'vitest';
import { meshHierarchy } from './icosahedron';
import { multiMeshEdges, multiMeshLevels } from './multi_mesh';

test('edges of two faces: all first sides, then all second, then all third', () => {
  const { senders, receivers } = multiMeshEdges([
    { vertices: new Float32Array(12), faces: Int32Array.of(0, 1, 2, 3, 2, 1) },
  ]);
  expect([...senders]).toEqual([0, 3, 1, 2, 2, 1]);
  expect([...receivers]).toEqual([1, 2, 2, 1, 0, 3]);
});

test('levels follow one another within each side', () => {
  const { senders, receivers } = multiMeshEdges(meshHierarchy(1));
  expect(senders.length).toBe(300);
  expect([senders[0], receivers[0]]).toEqual([0, 1]); // level 0, face (0, 1, 2)
  expect([senders[20], receivers[20]]).toEqual([0, 12]); // level 1, face (0, 12, 14)
  expect([senders[120], receivers[120]]).toEqual([12, 14]);
  expect([senders[220], receivers[220]]).toEqual([14, 0]);
});

test('every edge appears once in either direction and none is a loop', () => {
  const { senders, receivers } = multiMeshEdges(meshHierarchy(4));
  const key = (from: number, to: number) => from * 2562 + to;
  const edges = new Set(Array.from(senders, (sender, edge) => key(sender, receivers[edge])));
  expect(edges.size).toBe(20_460);
  expect(Array.from(senders).every((sender, edge) => edges.has(key(receivers[edge], sender)))).toBe(true);
  expect(Array.from(senders).some((sender, edge) => sender === receivers[edge])).toBe(false);
});

test.each([
  [4, { 6: 1920, 12: 480, 18: 120, 24: 30, 25: 12 }],
  [5, { 6: 7680, 12: 1920, 18: 480, 24: 120, 30: 42 }],
  [6, { 6: 30720, 12: 7680, 18: 1920, 24: 480, 30: 120, 35: 12, 36: 30 }],
])('in-degrees of M%i', (meshSize, expected) => {
  const levels = meshHierarchy(meshSize);
  const degree = new Int32Array(levels[meshSize].vertices.length / 3);
  for (const receiver of multiMeshEdges(levels).receivers) degree[receiver]++;
  const histogram: Record<number, number> = {};
  for (const d of degree) histogram[d] = (histogram[d] ?? 0) + 1;
  expect(histogram).toEqual(expected);
});

test('an edge of level l is about half as long as one of the level before', () => {
  const levels = meshHierarchy(3);
  const { senders, receivers } = multiMeshEdges(levels);
  const levelOf = multiMeshLevels(3);
  expect(levelOf).toHaveLength(senders.length);
  const { vertices } = levels[3];
  const length = (edge: number) =>
    Math.hypot(
      ...[0, 1, 2].map((axis) => vertices[3 * senders[edge] + axis] - vertices[3 * receivers[edge] + axis]),
    );
  senders.forEach((_, edge) => {
    const share = length(edge) * 2 ** levelOf[edge];
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(1.4);
  });
});
