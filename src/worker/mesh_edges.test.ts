import { expect, test } from 'vitest';
import { meshEdges } from './mesh_edges';

test('every undirected edge of the multi-mesh is there once', () => {
  const { vertices, edges, levels } = meshEdges(2);
  // Spec 2.3: 162 vertices, 1,260 directed edges over levels 0 to 2.
  expect(vertices).toHaveLength(162 * 3);
  expect(edges).toHaveLength(1260);
  expect([0, 1, 2].map((level) => levels.filter((l) => l === level).length)).toEqual([30, 120, 480]);
  const pairs = new Set(
    Array.from({ length: 630 }, (_, i) => `${levels[i]} ${edges[2 * i]} ${edges[2 * i + 1]}`),
  );
  expect(pairs.size).toBe(630);
});
