import { describe, expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { buildGraph, type GraphCastGraph } from './graph';
import {
  checksumWeight,
  expectClose,
  expectReferenceEdges,
  featureStatistics,
  gridWithPoles,
  one,
  POSITION_NOISE,
  referenceEdges,
  referenceMesh2grid15DegreesM2,
  weightedSum,
} from './graph.fixture';
import { gridPositions } from './positions';

const build = (step: number, meshSize: number, mesh2gridEdgeNormalizationFactor?: number) =>
  buildGraph({
    ...gridWithPoles(step),
    meshSize,
    radiusQueryFractionEdgeLength: 0.6,
    mesh2gridEdgeNormalizationFactor,
  });

const oneDegree = build(1, 5, 0.6180338738074472);

// In the reference, rounding noise decides which face a grid point on a face's rim belongs to. Everything else has to
// agree, and sums may differ by no more than what the rim points' choices can contribute.
describe.each([
  ['1deg_M5', oneDegree, 450],
  ['1deg_M5_nofactor', build(1, 5), 450],
  ['6deg_M4', build(6, 4), 90],
  ['4deg_M3', build(4, 3), 108],
] as const)(
  "%s: the reference's edges and features, but for points on a face's rim",
  (name, graph, rimPoints) => {
    const expected = referenceEdges(`${name}/mesh2grid`);
    const { senders, receivers, features } = graph.mesh2grid;
    const rim = rimChoices(graph);

    test('edges', () => {
      expect(rim.size).toBe(rimPoints);
      expect(senders.length).toBe(expected.n);
      expect(weightedSum(receivers, one)).toBe(expected.sum_receivers);
      expect(weightedSum(receivers, checksumWeight)).toBe(expected.wsum_receivers);
      expectWithinChoices(senders, one, rim, expected.sum_senders);
      expectWithinChoices(senders, checksumWeight, rim, expected.wsum_senders);
    });

    test('features', () => {
      const statistics = featureStatistics(features);
      // A rim point's faces share at least one of the three vertices with each other.
      const edgesThatMayDiffer = (2 * rim.size) / expected.n;
      const largestShift = edgesThatMayDiffer * 2 * expected.feature_max[0];
      expectClose(statistics.mean, expected.feature_mean, largestShift);
      expectClose(statistics.absoluteMean, expected.feature_absmean, largestShift);
      expectClose(statistics.largest, expected.feature_max, POSITION_NOISE);
      expectClose(statistics.smallest, expected.feature_min, POSITION_NOISE);
    });

    test('samples', () => {
      for (const { i, s, r, f } of expected.samples) {
        expect(receivers[i]).toBe(r);
        const choices = rim.get(r);
        if (choices) {
          expect(choices.map((face) => face[i % 3])).toContain(s);
        } else {
          expect(senders[i]).toBe(s);
          expectClose(features.subarray(4 * i, 4 * i + 4), f, POSITION_NOISE);
        }
      }
    });
  },
);

test("15 degrees M2: the reference's edges and features, given its own choices for the 30 rim points", () => {
  const graph = build(15, 2);
  const rim = rimChoices(graph);
  expect(rim.size).toBe(30);
  const edges = referenceMesh2grid15DegreesM2(graph);
  for (let point = 0; point < graph.gridNodes; point++) {
    const triangle = [...edges.senders.subarray(3 * point, 3 * point + 3)];
    const ours = [...graph.mesh2grid.senders.subarray(3 * point, 3 * point + 3)];
    expect(rim.get(point) ?? [ours]).toContainEqual(triangle);
  }
  expectReferenceEdges(edges, referenceEdges('15deg_M2/mesh2grid'));
});

test('1 degree M5: the pole rows receive from the triangles around the poles', () => {
  const { senders } = oneDegree.mesh2grid;
  const poles = reference.geometry['1deg_M5/mesh2grid_pole_rows'];
  for (let column = 0; column < 360; column++) {
    expect([...senders.slice(3 * column, 3 * column + 3)]).toEqual(poles.south_first3);
    expect([...senders.slice(senders.length - 3 * column - 3).slice(0, 3)]).toEqual(poles.north_last3);
  }
});

/** Grid points within 1e-4 (barycentric weight) of their face's rim, with the vertices of all faces that touch there. */
function rimChoices(graph: GraphCastGraph): Map<number, number[][]> {
  const { meshVertices, meshFaces, mesh2grid, latitudes, longitudes } = graph;
  const { vectors } = gridPositions(latitudes, longitudes);
  const facesAround = new Map<number, number[][]>();
  for (let corner = 0; corner < meshFaces.length; corner++) {
    const first = corner - (corner % 3);
    const face = [...meshFaces.subarray(first, first + 3)];
    facesAround.set(meshFaces[corner], [...(facesAround.get(meshFaces[corner]) ?? []), face]);
  }
  const choices = new Map<number, number[][]>();
  for (let point = 0; point < graph.gridNodes; point++) {
    const p = vectors.subarray(3 * point, 3 * point + 3);
    const chosen = [...mesh2grid.senders.subarray(3 * point, 3 * point + 3)];
    if (smallestWeight(meshVertices, chosen, p) > 1e-4) continue;
    const touching = chosen.flatMap((vertex) => facesAround.get(vertex)!);
    choices.set(
      point,
      touching.filter((face) => smallestWeight(meshVertices, face, p) > -1e-4),
    );
  }
  return choices;
}

/** min(a, b, c) of p = aA + bB + cC, by volumes. */
function smallestWeight(vertices: Float32Array, face: number[], p: Float32Array): number {
  const [a, b, c] = face.map((id) => vertices.subarray(3 * id, 3 * id + 3));
  const whole = volume(a, b, c);
  return Math.min(volume(p, b, c), volume(a, p, c), volume(a, b, p)) / whole;
}

function volume(a: Float32Array, b: Float32Array, c: Float32Array): number {
  return (
    a[0] * (b[1] * c[2] - b[2] * c[1]) +
    a[1] * (b[2] * c[0] - b[0] * c[2]) +
    a[2] * (b[0] * c[1] - b[1] * c[0])
  );
}

/** Expects a sum over senders to be one that the rim points' choices can turn ours into. */
function expectWithinChoices(
  senders: Int32Array,
  weight: (k: number) => number,
  choices: Map<number, number[][]>,
  expected: number,
): void {
  let [least, most] = [0, 0];
  for (const [point, faces] of choices) {
    const contribution = (face: number[]) => face.reduce((sum, id, i) => sum + weight(3 * point + i) * id, 0);
    const ours = contribution([...senders.subarray(3 * point, 3 * point + 3)]);
    const changes = faces.map((face) => contribution(face) - ours);
    least += Math.min(...changes);
    most += Math.max(...changes);
  }
  const difference = expected - weightedSum(senders, weight);
  expect(difference).toBeGreaterThanOrEqual(least);
  expect(difference).toBeLessThanOrEqual(most);
}
