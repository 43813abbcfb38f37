import { expect, test } from 'vitest';
import { extremes } from './extremes';
import { isolineLabels } from './isoline_labels';

const latitudes = Float32Array.from({ length: 37 }, (_, i) => -90 + 5 * i);
const longitudes = Float32Array.from({ length: 72 }, (_, i) => 5 * i);

function field(value: (latitude: number, longitude: number) => number): Float32Array {
  return Float32Array.from({ length: latitudes.length * longitudes.length }, (_, i) =>
    value(latitudes[Math.floor(i / longitudes.length)], longitudes[i % longitudes.length]),
  );
}

const bump = (latitude: number, longitude: number) => {
  const east = ((((longitude + 540) % 360) - 180) / 12) * Math.cos((latitude * Math.PI) / 180);
  return 30 * Math.exp(-(((latitude - 45) / 10) ** 2) - east ** 2);
};

test('a high across the date line and a low are found with their values, and shallow wiggles are not', () => {
  const values = field(
    (lat, lon) => 1000 + bump(lat, lon - 180) - 1.5 * bump(-lat, lon) + 0.4 * Math.sin(lon / 3),
  );
  const found = extremes(values, latitudes, longitudes, 3);
  expect(found.map(({ kind }) => kind)).toEqual(['low', 'high']);
  expect(found[0].place).toEqual({ longitude: 0, latitude: -45 });
  expect(found[0].value).toBeCloseTo(955, 0);
  expect(found[1].place).toEqual({ longitude: 180, latitude: 45 });
});

test('labels lie on their isoline, point along it, and keep apart', () => {
  const values = field((latitude) => latitude);
  const tilted = field((latitude, longitude) => latitude + 20 * Math.sin((longitude * Math.PI) / 180));
  expect(isolineLabels(values, latitudes, longitudes, { interval: 0, offset: 0 }, 15)).toEqual([]);
  const labels = isolineLabels(tilted, latitudes, longitudes, { interval: 10, offset: 0.5 }, 15);
  expect(labels.length).toBeGreaterThan(10);
  for (const { place, toward, value } of labels) {
    const at = ({ latitude, longitude }: typeof place) =>
      latitude + 20 * Math.sin((longitude * Math.PI) / 180);
    expect(value % 10).not.toBe(0);
    expect(Math.abs(at(place) - value)).toBeLessThan(0.2);
    expect(Math.abs(at(toward) - value)).toBeLessThan(0.4);
  }
});
