import { expect, test } from 'vitest';
import { buildGraph } from '../../mesh/graph';
import { gridWithPoles } from '../../mesh/graph.fixture';
import { multiMeshLevels } from '../../mesh/multi_mesh';
import { receptiveField } from '../../mesh/receptive_field';
import { degreesBetween, feedingGridNodes, incomingMessages, placeOfNode, reached } from './network_node';

const built = buildGraph({ ...gridWithPoles(15), meshSize: 2, radiusQueryFractionEdgeLength: 0.6 });
const graph = {
  ...built,
  meshSize: 2,
  steps: 4,
  latentSize: 8,
  vertices: built.meshVertices,
  levels: multiMeshLevels(2),
};

test("a vertex of the icosahedron hears five neighbours on every level, each half as far as the level's before", () => {
  const messages = incomingMessages(graph, 0);
  expect(messages.map(({ level }) => level)).toEqual([0, 1, 2].flatMap((level) => Array(5).fill(level)));
  const [far, nearer, nearest] = [messages[0], messages[5], messages[10]].map(({ distance }) => distance);
  expect(far).toBeCloseTo(7054, -1); // the icosahedron's edge is 63.4 degrees long
  expect(far / nearer).toBeCloseTo(2, 3);
  expect(nearer / nearest).toBeGreaterThan(1.9);
  for (const { edge, sender } of messages) {
    expect([graph.mesh.senders[edge], graph.mesh.receivers[edge]]).toEqual([sender, 0]);
  }
});

test('the reach of a node counts what feeds it first, and the whole globe in the end', () => {
  const field = receptiveField(graph, 100);
  expect(reached(field, 0)).toEqual({ mesh: 1, grid: feedingGridNodes(graph, 100).length });
  expect(reached(field, 1).mesh).toBe(1 + incomingMessages(graph, 100).length);
  expect(reached(field, 20)).toEqual({ mesh: graph.meshNodes, grid: graph.gridNodes });
});

test('nodes have degrees', () => {
  for (const node of [0, 50, 161]) {
    const { longitude, latitude } = placeOfNode(graph.vertices, node);
    expect(Math.sin((latitude * Math.PI) / 180)).toBeCloseTo(graph.vertices[3 * node + 2], 4);
    expect(longitude).toBeGreaterThanOrEqual(-180);
    expect(longitude).toBeLessThan(180);
  }
});

test('degrees between places', () => {
  const at = (longitude: number, latitude: number) => ({ longitude, latitude });
  expect(degreesBetween(at(170, 0), at(-170, 0))).toBeCloseTo(20);
  expect(degreesBetween(at(30, 60), at(-150, 60))).toBeCloseTo(60);
  expect(degreesBetween(at(77, -90), at(0, 90))).toBeCloseTo(180);
});
