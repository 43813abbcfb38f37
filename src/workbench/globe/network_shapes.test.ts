import { expect, test } from 'vitest';
import { gridPositions } from '../../mesh/positions';
import { type Colour, NetworkShapes } from './network_shapes';

const { vectors } = gridPositions(Float32Array.of(-90, 0, 90), Float32Array.of(0, 90));
const RED: Colour = [1, 0, 0, 1];

const heights = (positions: Float32Array) =>
  Array.from({ length: positions.length / 3 }, (_, i) => Math.hypot(...positions.subarray(3 * i, 3 * i + 3)));

test('a disc lies around its node, a little above the sphere, at a pole too', () => {
  for (const node of [0, 2, 5]) {
    const shapes = new NetworkShapes();
    shapes.disc(vectors, node, 0.02, RED, 6);
    const { positions, anchors, colours } = shapes.triangles();
    expect([positions.length, anchors.length, colours.length]).toEqual([6 * 9, 6 * 9, 6 * 12]);
    for (const height of heights(positions)) expect(height).toBeCloseTo(1.004, 3);
    const away = Array.from(positions, (value, i) => value - 1.004 * anchors[i]);
    const distances = heights(Float32Array.from(away));
    expect(Math.max(...distances)).toBeCloseTo(0.02, 5);
  }
});

test('an arc runs from node to node, highest in its middle, with its pieces anchored along it', () => {
  const shapes = new NetworkShapes();
  shapes.arc(vectors, 2, vectors, 3, 0.005, RED);
  const { positions, anchors } = shapes.triangles();
  const all = heights(positions);
  expect(all[0]).toBeCloseTo(1.004, 3);
  expect(Math.max(...all)).toBeGreaterThan(1.08);
  expect(all.at(-1)).toBeCloseTo(1.004, 3);
  expect(positions[0]).toBeCloseTo(1.004, 3);
  for (const height of heights(anchors)) expect(height).toBeCloseTo(1, 5);
});
