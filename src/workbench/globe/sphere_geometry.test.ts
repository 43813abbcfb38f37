import { expect, test } from 'vitest';
import { graticule, longitudeLatitude, meshArcs, placeOnSphere, segmentsOnSphere } from './sphere_geometry';

test.each([
  [0, 0],
  [90, 0],
  [-135, 45],
  [179, -80],
])('%d° E, %d° N survives the way to the sphere and back', (longitude, latitude) => {
  const point = new Float32Array(3);
  placeOnSphere(point, 0, longitude, latitude, 1);
  const place = longitudeLatitude(point[0], point[1], point[2]);
  expect(place.longitude).toBeCloseTo(longitude, 3);
  expect(place.latitude).toBeCloseTo(latitude, 3);
});

test('polylines become pairs of points at the asked radius', () => {
  const positions = segmentsOnSphere(graticule(30), 1.5);
  expect(positions.length % 6).toBe(0);
  for (let i = 0; i < positions.length; i += 3) {
    expect(Math.hypot(positions[i], positions[i + 1], positions[i + 2])).toBeCloseTo(1.5, 5);
  }
});

test('an arc starts and ends at its vertices and never dips into the globe', () => {
  const vertices = Float32Array.of(1, 0, 0, 0, 1, 0);
  const { positions, levels } = meshArcs(vertices, Int32Array.of(0, 1), Uint8Array.of(0));
  expect(positions.length).toBe(levels.length * 3);
  const radius = (i: number) => Math.hypot(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]);
  const last = levels.length - 1;
  expect(positions[0]).toBeCloseTo(1.004, 5);
  expect(positions[3 * last + 1]).toBeCloseTo(1.004, 5);
  for (let i = 0; i <= last; i++) expect(radius(i)).toBeGreaterThan(1.003);
  expect(radius(last >> 1)).toBeGreaterThan(1.05);
});
