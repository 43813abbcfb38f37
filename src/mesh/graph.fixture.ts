import { expect } from 'vitest';
import reference from '../golden/reference_values.json';
import { edgeFeatures } from './features';
import type { EdgeSet, GraphCastGraph } from './graph';
import { gridPositions, meshPositions } from './positions';

/** Axes of the regular grids that the tests build graphs on: degrees, from the south pole and from longitude 0. */
export function gridWithPoles(step: number): { latitudes: Float32Array; longitudes: Float32Array } {
  return {
    latitudes: Float32Array.from({ length: Math.round(180 / step) + 1 }, (_, i) => -90 + i * step),
    longitudes: Float32Array.from({ length: Math.round(360 / step) }, (_, i) => i * step),
  };
}

/** The same spacing, rows half a step away from the poles. */
export function gridWithoutPoles(step: number): { latitudes: Float32Array; longitudes: Float32Array } {
  return {
    latitudes: Float32Array.from({ length: Math.round(180 / step) }, (_, i) => -90 + (i + 0.5) * step),
    longitudes: Float32Array.from({ length: Math.round(360 / step) }, (_, i) => i * step),
  };
}

/** What reference_values.json holds of an edge set (spec 14.2). */
export interface EdgeStatistics {
  n: number;
  sum_senders: number;
  sum_receivers: number;
  /** Sums weighted with (k mod 1009) + 1. */
  wsum_senders: number;
  wsum_receivers: number;
  feature_mean: number[];
  feature_absmean: number[];
  feature_max: number[];
  feature_min: number[];
  /** Edge id, sender, receiver, features. */
  samples: { i: number; s: number; r: number; f: number[] }[];
}

/** The reference's statistics of an edge set, such as `1deg_M5/mesh`. */
export function referenceEdges(name: string): EdgeStatistics {
  return (reference.geometry as unknown as Record<string, EdgeStatistics>)[name];
}

/** Sum of weight(k) * values[k]. */
export function weightedSum(values: Int32Array, weight: (k: number) => number): number {
  return values.reduce((sum, value, k) => sum + weight(k) * value, 0);
}

export const one = () => 1;
export const checksumWeight = (k: number) => (k % 1009) + 1;

/** Mean, mean magnitude, largest and smallest value of each of the four edge features. */
export function featureStatistics(features: Float32Array) {
  const columns = [0, 1, 2, 3].map((feature) => features.filter((_, i) => i % 4 === feature));
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: columns.map(mean),
    absoluteMean: columns.map((values) => mean(values.map(Math.abs))),
    largest: columns.map((values) => values.reduce((a, b) => Math.max(a, b))),
    smallest: columns.map((values) => values.reduce((a, b) => Math.min(a, b))),
  };
}

/** Expects equal lengths and no difference above `tolerance`; NaN fails. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= largest)) largest = difference;
  }
  expect(largest).toBeLessThanOrEqual(tolerance);
}

/**
 * Tolerance for features of the finest edges: they carry the float32 rounding of positions, 5e-7 in longitude, over
 * edges as short as 0.025.
 */
export const POSITION_NOISE = 3e-5;

/** Expects an edge set to have the reference's ids, exactly, and its features. */
export function expectReferenceEdges(
  { senders, receivers, features }: EdgeSet,
  expected: EdgeStatistics,
): void {
  expect(senders.length).toBe(expected.n);
  expect(weightedSum(senders, one)).toBe(expected.sum_senders);
  expect(weightedSum(receivers, one)).toBe(expected.sum_receivers);
  expect(weightedSum(senders, checksumWeight)).toBe(expected.wsum_senders);
  expect(weightedSum(receivers, checksumWeight)).toBe(expected.wsum_receivers);
  const statistics = featureStatistics(features);
  expectClose(statistics.mean, expected.feature_mean, 1e-6);
  expectClose(statistics.absoluteMean, expected.feature_absmean, 1e-6);
  expectClose(statistics.largest, expected.feature_max, POSITION_NOISE);
  expectClose(statistics.smallest, expected.feature_min, POSITION_NOISE);
  for (const { i, s, r, f } of expected.samples) {
    expect([senders[i], receivers[i]]).toEqual([s, r]);
    expectClose(features.subarray(4 * i, 4 * i + 4), f, POSITION_NOISE);
  }
}

/**
 * The face that the reference's rounding noise chose for each grid point that lies on an edge or a vertex, at 15
 * degrees (poles) and M2: grid id -> face id. Recovered from the checksums and feature means of reference_values.json,
 * which exactly one of the 8e11 combinations of the 30 points' faces fulfils (means to 1e-15).
 */
// biome-ignore format: a table
const REFERENCE_RIM_FACES_15_DEGREES_M2: [number, number][] = [
  [76, 117], [84, 256], [92, 224], [100, 116], [108, 258], [116, 225], [124, 113], [132, 264], [140, 228], [144, 32],
  [146, 50], [148, 112], [150, 120], [152, 309], [154, 146], [156, 266], [158, 265], [160, 288], [162, 237], [164, 229],
  [166, 217], [168, 70], [176, 308], [184, 290], [192, 73], [200, 305], [208, 296], [216, 74], [224, 304], [232, 298],
];

/** The decoder's edges as the reference itself built them, for a graph of 15 degrees (poles) and M2. */
export function referenceMesh2grid15DegreesM2(graph: GraphCastGraph): EdgeSet {
  const senders = graph.mesh2grid.senders.slice();
  for (const [point, face] of REFERENCE_RIM_FACES_15_DEGREES_M2) {
    senders.set(graph.meshFaces.subarray(3 * face, 3 * face + 3), 3 * point);
  }
  const edges = { senders, receivers: graph.mesh2grid.receivers };
  const grid = gridPositions(graph.latitudes, graph.longitudes);
  return { ...edges, features: edgeFeatures(edges, meshPositions(graph.meshVertices), grid) };
}
