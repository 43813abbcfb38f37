import { expect, test } from 'vitest';
import { buildGraph } from '../mesh/graph';
import { meshEdges, nodeEdges } from './mesh_edges';

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

test("a grid node's edges are those that the whole graph gives it", () => {
  const latitudes = Float32Array.from({ length: 13 }, (_, i) => -90 + 15 * i);
  const longitudes = Float32Array.from({ length: 24 }, (_, i) => 15 * i);
  const graph = buildGraph({ latitudes, longitudes, meshSize: 2, radiusQueryFractionEdgeLength: 0.6 });
  const node = 9 * 24 + 5;
  const place = { meshSize: 2, radiusFraction: 0.6, latitude: 45, longitude: 75 };
  const { gridToMesh, meshToGrid } = nodeEdges(place);
  const ends = (edges: Float32Array, end: number) =>
    Array.from({ length: edges.length / 6 }, (_, i) => [
      ...edges.subarray(6 * i + 3 * end, 6 * i + 3 * end + 3),
    ]);
  const vertices = (edges: Int32Array, of: Int32Array) =>
    [...of.keys()]
      .filter((i) => of[i] === node)
      .map((i) => [...graph.meshVertices.subarray(3 * edges[i], 3 * edges[i] + 3)]);
  expect(ends(gridToMesh, 1)).toEqual(vertices(graph.grid2mesh.receivers, graph.grid2mesh.senders));
  expect(ends(meshToGrid, 0)).toEqual(vertices(graph.mesh2grid.senders, graph.mesh2grid.receivers));
  expect(ends(meshToGrid, 0)).toHaveLength(3);
});
