import { expect, test } from 'vitest';
import { radiansPerSpeed, windRaster } from './wind_step';
import { rotated, SPEED, solidBodyRotation } from './wind_step.fixture';
import { advected, type Vector } from './wind_step.reference';

const PLACES: [string, Vector][] = [
  ['on the equator', [1, 0, 0]],
  ['in middle latitudes', [-0.48, 0.36, 0.8]],
  ['at the date line', [-0.8, -1e-9, -0.6]],
  ['at the north pole', [0, 0, 1]],
];

test.each(PLACES)('in a solid-body rotation a particle %s ends where it must', (_, start) => {
  const { u, v, latitudes, longitudes } = solidBodyRotation(5);
  const wind = windRaster(u, v, latitudes, longitudes);
  const steps = 400;
  const scale = radiansPerSpeed(1800);
  let p = start;
  for (let step = 0; step < steps; step++) p = advected(p, wind, scale);
  const expected = rotated(start, SPEED * scale * steps);
  expect(SPEED * scale * steps).toBeGreaterThan(4);
  expect(Math.hypot(...p)).toBeCloseTo(1, 12);
  expect(Math.hypot(...p.map((x, k) => x - expected[k]))).toBeLessThan(0.003);
});

test('where the wind is missing a particle stays', () => {
  const { u, v, latitudes, longitudes } = solidBodyRotation(30);
  const wind = windRaster(u.fill(Number.NaN), v, latitudes, longitudes);
  expect(advected([1, 0, 0], wind, 1)).toEqual([1, 0, 0]);
  expect(wind.data[3]).toBe(0);
});
