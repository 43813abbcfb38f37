import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, DatasetError } from '../errors';
import reference from '../golden/reference_values.json';
import { readNpz } from '../graphcast/npz';
import { buildGraph, type EdgeSet } from './graph';
import {
  expectClose,
  expectReferenceEdges,
  gridWithoutPoles,
  gridWithPoles,
  referenceEdges,
} from './graph.fixture';

const EDGE_SETS = ['grid2mesh', 'mesh', 'mesh2grid'] as const;

/** The factor of GraphCast's released models, and of the golden files that have one. */
const FACTOR = 0.6180338738074472;

const build = (step: number, meshSize: number, factor?: number) =>
  buildGraph({
    ...gridWithPoles(step),
    meshSize,
    radiusQueryFractionEdgeLength: 0.6,
    mesh2gridEdgeNormalizationFactor: factor,
  });

describe.each([
  ['tiny', 10, 2, undefined],
  ['task13', 6, 3, FACTOR],
])('%s: the edges of the reference under the tie rule', (name, step, meshSize, factor) => {
  const file = new URL(`../golden/${name}/expected.npz`, import.meta.url);
  const arrays = readNpz(readFileSync(file), `${name}/expected.npz`);
  const graph = build(step, meshSize, factor);

  test.each(EDGE_SETS)('%s', (set) => {
    const expected = (part: string) => arrays.get(`graph:${set}:${part}`)!.data as Int32Array | Float32Array;
    expect(graph[set].senders).toEqual(expected('senders'));
    expect(graph[set].receivers).toEqual(expected('receivers'));
    expectClose(graph[set].features, expected('features'), 1e-5);
  });
});

const oneDegree = build(1, 5, FACTOR);

describe.each([
  ['1deg_M5', oneDegree],
  ['6deg_M4', build(6, 4)],
  ['4deg_M3', build(4, 3)],
  ['15deg_M2', build(15, 2)],
] as const)("%s: the reference's edges and features", (name, graph) => {
  test('query radius, to the bit', () => {
    expect(graph.queryRadius).toBe(reference.geometry[name].query_radius);
  });

  test.each(['grid2mesh', 'mesh'] as const)('%s', (set) => {
    expectReferenceEdges(graph[set], referenceEdges(`${name}/${set}`));
  });
});

// Grid nodes, mesh nodes, edges of the three kinds, and the in-degree of the encoder's and out-degree of the
// decoder's mesh nodes (spec 3.3; the decoder's only where it does not hang on the reference's tie decisions).
describe.each([
  ['15°', gridWithPoles(15), 2, [312, 162, 575, 1_260, 936], null, null],
  ['6°', gridWithPoles(6), 2, [1_860, 162, 3_030, 1_260, 5_580], [9, 117], [16, 172]],
  ['6°', gridWithPoles(6), 3, [1_860, 642, 3_018, 5_100, 5_580], [1, 79], [4, 102]],
  ['6°', gridWithPoles(6), 4, [1_860, 2_562, 3_168, 20_460, 5_580], [0, 60], [0, 71]],
  ['5.625° without poles', gridWithoutPoles(5.625), 3, [2_048, 642, 3_148, 5_100, 6_144], [2, 44], [4, 84]],
  [
    '5.625° without poles',
    gridWithoutPoles(5.625),
    4,
    [2_048, 2_562, 3_128, 20_460, 6_144],
    [0, 22],
    [1, 38],
  ],
  ['4°', gridWithPoles(4), 3, [4_140, 642, 6_576, 5_100, 12_420], [4, 148], [9, 211]],
  ['4°', gridWithPoles(4), 4, [4_140, 2_562, 6_648, 20_460, 12_420], [1, 113], [2, 127]],
  ['3°', gridWithPoles(3), 3, [7_320, 642, 11_646, 5_100, 21_960], [9, 237], [17, 354]],
  ['3°', gridWithPoles(3), 4, [7_320, 2_562, 11_844, 20_460, 21_960], [1, 159], [3, 206]],
  ['2°', gridWithPoles(2), 4, [16_380, 2_562, 26_082, 20_460, 49_140], [4, 296], [10, 421]],
  ['2°', gridWithPoles(2), 5, [16_380, 10_242, 26_046, 81_900, 49_140], [1, 225], [2, 253]],
  ['1.5°', gridWithPoles(1.5), 4, [29_040, 2_562, 46_158, 20_460, 87_120], [9, 473], [18, 710]],
  ['1.5°', gridWithPoles(1.5), 5, [29_040, 10_242, 46_584, 81_900, 87_120], [1, 319], [3, 414]],
  ['1°', gridWithPoles(1), 4, [65_160, 2_562, 102_486, 20_460, 195_480], [23, 937], [42, 1_537]],
  ['1°', gridWithPoles(1), 5, [65_160, 10_242, 101_892, 81_900, 195_480], [4, 594], [9, 845]],
])('%s, poles and mesh', (_, grid, meshSize, counts, grid2meshDegrees, mesh2gridDegrees) => {
  test(`M${meshSize}`, () => {
    const graph = buildGraph({ ...grid, meshSize, radiusQueryFractionEdgeLength: 0.6 });
    const { gridNodes, meshNodes } = graph;
    expect([gridNodes, meshNodes, ...EDGE_SETS.map((set) => graph[set].senders.length)]).toEqual(counts);
    if (grid2meshDegrees) expect(degreeRange(graph.grid2mesh.receivers, meshNodes)).toEqual(grid2meshDegrees);
    if (mesh2gridDegrees) expect(degreeRange(graph.mesh2grid.senders, meshNodes)).toEqual(mesh2gridDegrees);
  });
});

test('1 degree M5: every grid node reaches one to three mesh nodes', () => {
  const degree = new Int32Array(65_160);
  for (const sender of oneDegree.grid2mesh.senders) degree[sender]++;
  const nodesOfDegree = [0, 1, 2, 3, 4].map((d) => degree.filter((value) => value === d).length);
  expect(nodesOfDegree).toEqual([0, 33_120, 27_348, 4_692, 0]);
});

test('0.25 degree M6', () => {
  const graph = build(0.25, 6);
  expect(EDGE_SETS.map((set) => graph[set].senders.length)).toEqual([1_618_818, 327_660, 3_114_720]);
  expect(degreeRange(graph.grid2mesh.receivers, graph.meshNodes)).toEqual([23, 3_753]);
  for (const set of EDGE_SETS) expect(graph[set].features.every(Number.isFinite)).toBe(true);
});

test('one latitude on the bare icosahedron', () => {
  const { longitudes } = gridWithPoles(30);
  const graph = buildGraph({
    latitudes: Float32Array.of(0),
    longitudes,
    meshSize: 0,
    radiusQueryFractionEdgeLength: 0.6,
  });
  expect([graph.gridNodes, graph.meshNodes, graph.meshFaces.length]).toEqual([12, 12, 60]);
  expect([graph.mesh.senders.length, graph.mesh2grid.senders.length]).toEqual([60, 36]);
  for (const set of EDGE_SETS) expectValid(graph[set]);
});

describe('input that makes no sense is refused', () => {
  const valid = { ...gridWithPoles(10), meshSize: 2, radiusQueryFractionEdgeLength: 0.6 };
  test.each([
    [{ meshSize: -1 }, ConfigError, /mesh_size is -1/],
    [{ meshSize: 9 }, ConfigError, /mesh_size is 9/],
    [{ meshSize: 2.5 }, ConfigError, /mesh_size is 2.5/],
    [{ radiusQueryFractionEdgeLength: 0 }, ConfigError, /radius_query_fraction_edge_length is 0/],
    [{ radiusQueryFractionEdgeLength: Number.NaN }, ConfigError, /radius_query_fraction_edge_length is NaN/],
    [
      { ...gridWithoutPoles(10), radiusQueryFractionEdgeLength: 1e-6 },
      ConfigError,
      /radius_query_fraction_edge_length is 0\.000001, so small that no grid node .*; raise it, .* 0\.6/,
    ],
    [{ mesh2gridEdgeNormalizationFactor: 0 }, ConfigError, /mesh2grid_edge_normalization_factor is 0/],
    [{ latitudes: Float32Array.of(-91, 0) }, DatasetError, /latitude of -91/],
    [{ longitudes: Float32Array.of(0, 10, 20) }, DatasetError, /leave 340 degrees empty/],
  ])('%o', (change, type, message) => {
    expect(() => buildGraph({ ...valid, ...change })).toThrow(type);
    expect(() => buildGraph({ ...valid, ...change })).toThrow(message);
  });
});

function expectValid({ senders, receivers, features }: EdgeSet): void {
  expect(receivers.length).toBe(senders.length);
  expect(features.length).toBe(4 * senders.length);
  expect(features.every(Number.isFinite)).toBe(true);
}

function degreeRange(ids: Int32Array, nodes: number): number[] {
  const degree = new Int32Array(nodes);
  for (const id of ids) degree[id]++;
  return [Math.min(...degree), Math.max(...degree)];
}
