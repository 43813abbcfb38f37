import { expect, test } from 'vitest';
import { buildGraph } from './graph';
import { gridWithPoles } from './graph.fixture';
import { receptiveField, UNREACHED } from './receptive_field';

const edges = (...pairs: [number, number][]) => ({
  senders: Int32Array.from(pairs, ([sender]) => sender),
  receivers: Int32Array.from(pairs, ([, receiver]) => receiver),
});

test('hops follow the direction of messages; grid nodes enter and leave by their nearest mesh node', () => {
  // 0 -> 1 -> 2, and node 3 alone.
  const graph = {
    gridNodes: 4,
    meshNodes: 4,
    mesh: edges([0, 1], [1, 2]),
    grid2mesh: edges([0, 0], [1, 0], [1, 2], [2, 3]),
    mesh2grid: edges([0, 0], [2, 1], [3, 2], [1, 3], [2, 3]),
  };
  const { mesh, gridInput, gridOutput } = receptiveField(graph, 2);
  expect([...mesh]).toEqual([2, 1, 0, UNREACHED]);
  expect([...gridInput]).toEqual([2, 0, UNREACHED, UNREACHED]);
  expect([...gridOutput]).toEqual([UNREACHED, 0, UNREACHED, 0]);
  expect([...receptiveField(graph, 0).gridOutput]).toEqual([0, 2, UNREACHED, 1]);
});

test('on the multi-mesh long edges reach the whole globe in a few messages', () => {
  const graph = buildGraph({ ...gridWithPoles(10), meshSize: 3, radiusQueryFractionEdgeLength: 0.6 });
  const { mesh, gridInput, gridOutput } = receptiveField(graph, 500);
  expect(mesh[500]).toBe(0);
  const direct = Array.from(graph.mesh.senders).filter((_, e) => graph.mesh.receivers[e] === 500);
  expect(Array.from(mesh, (hop, node) => (hop === 1 ? node : -1)).filter((node) => node >= 0)).toEqual(
    direct.sort((a, b) => a - b),
  );
  expect(Math.max(...mesh)).toBeLessThanOrEqual(2 * 3 + 3); // up to level 0, across, and down
  expect(Math.max(...gridInput)).toBeLessThanOrEqual(Math.max(...mesh));
  expect(Math.max(...gridOutput)).toBeLessThanOrEqual(Math.max(...mesh));
});
