import { describe, expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { edgeFeatures, nodeFeatures } from './features';
import { gridWithPoles } from './graph.fixture';
import { meshHierarchy } from './icosahedron';
import { gridPositions, meshPositions } from './positions';

const { geometry } = reference;

describe("node features are the reference's", () => {
  const { latitudes, longitudes } = gridWithPoles(1);
  const grid = nodeFeatures(gridPositions(latitudes, longitudes));
  const mesh = nodeFeatures(meshPositions(meshHierarchy(5)[5].vertices));
  test.each([
    ['grid', grid, geometry['1deg_M5/grid_node_features'].samples],
    ['mesh', mesh, geometry['1deg_M5/mesh_node_features'].samples],
  ])('%s', (_, features, samples) => {
    for (const [node, expected] of Object.entries(samples)) {
      expected.forEach((value, i) => {
        expect(Math.abs(features[3 * Number(node) + i] - value)).toBeLessThan(6e-7);
      });
    }
  });
});

test('edge features point from receiver to sender: up, east and north', () => {
  // Around the receiver at 30 N 90 E: a neighbour to the north, one to the east, and itself.
  const receiver = gridPositions(Float32Array.of(30), Float32Array.of(90));
  const senders = gridPositions(Float32Array.of(30, 40), Float32Array.of(90, 100));
  const edges = { senders: Int32Array.of(2, 1, 0), receivers: Int32Array.of(0, 0, 0) };
  const features = edgeFeatures(edges, senders, receiver, 1);
  const radians = Math.PI / 180;
  const [cos30, sin30, cos10, sin10] = [
    Math.cos(30 * radians),
    0.5,
    Math.cos(10 * radians),
    Math.sin(10 * radians),
  ];
  const expected = [
    [2 * Math.sin(5 * radians), cos10 - 1, 0, sin10],
    [2 * cos30 * Math.sin(5 * radians), cos30 ** 2 * (cos10 - 1), cos30 * sin10, cos30 * sin30 * (1 - cos10)],
    [0, 0, 0, 0],
  ].flat();
  features.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 6);
  });
});

test('without a normalisation the longest edge has length 1', () => {
  const nodes = gridPositions(Float32Array.of(0), Float32Array.of(0, 10, 50));
  const edges = { senders: Int32Array.of(0, 0), receivers: Int32Array.of(1, 2) };
  const features = edgeFeatures(edges, nodes, nodes);
  expect(features[4]).toBe(1);
  expect(features[0]).toBeCloseTo(Math.sin((5 * Math.PI) / 180) / Math.sin((25 * Math.PI) / 180), 6);
});

test('edges of length zero, and no edges at all, give no NaN', () => {
  const nodes = gridPositions(Float32Array.of(0), Float32Array.of(0));
  const loop = { senders: Int32Array.of(0), receivers: Int32Array.of(0) };
  expect([...edgeFeatures(loop, nodes, nodes)]).toEqual([0, 0, 0, 0]);
  expect(edgeFeatures({ senders: new Int32Array(), receivers: new Int32Array() }, nodes, nodes).length).toBe(
    0,
  );
});
