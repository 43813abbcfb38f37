import { expect, test } from 'vitest';
import { cellRaster, fieldRaster, MISSING, straight, valueAt } from './field_raster';

/** A grid of `rows` latitudes with or without poles, and a field on it. */
function grid(rows: number, columns: number, poles: boolean, value: (lat: number, lon: number) => number) {
  const spacing = poles ? 180 / (rows - 1) : 180 / rows;
  const latitudes = Float32Array.from({ length: rows }, (_, i) => -90 + spacing * (poles ? i : i + 0.5));
  const longitudes = Float32Array.from({ length: columns }, (_, i) => (360 * i) / columns);
  const values = new Float32Array(rows * columns);
  latitudes.forEach((lat, i) => {
    longitudes.forEach((lon, j) => {
      values[i * columns + j] = value(lat, lon);
    });
  });
  return { values, latitudes, longitudes };
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;
/** x of a place on the sphere: smooth over poles and date line. */
const smooth = (lat: number, lon: number) => Math.cos(radians(lat)) * Math.cos(radians(lon - 20));

test.each([
  ['with poles', grid(19, 36, true, smooth)],
  ['without poles', grid(32, 64, false, smooth)],
])('a smooth field on a grid %s is followed everywhere', (_, { values, latitudes, longitudes }) => {
  const { data, width, height } = fieldRaster(values, latitudes, longitudes);
  let worst = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const truth = smooth(-90 + (180 * y) / (height - 1), (360 * x) / width);
      worst = Math.max(worst, Math.abs(data[y * width + x] - truth));
    }
  }
  expect(worst).toBeLessThan(0.01);
});

test('grid points keep their exact values', () => {
  const { values, latitudes, longitudes } = grid(19, 36, true, (lat, lon) =>
    Math.sin(lat * 12.9 + lon * 78.2),
  );
  const { data, width, height } = fieldRaster(values, latitudes, longitudes);
  expect([width, height]).toEqual([360, 181]);
  for (const [row, column] of [
    [0, 0],
    [9, 35],
    [18, 7],
  ]) {
    expect(data[row * 10 * width + column * 10]).toBeCloseTo(values[row * 36 + column], 5);
  }
});

test('longitudes that do not start at 0 are turned into place', () => {
  const longitudes = Float32Array.from({ length: 36 }, (_, i) => 5 + 10 * i);
  const latitudes = Float32Array.from({ length: 19 }, (_, i) => -90 + 10 * i);
  const values = new Float32Array(19 * 36).map((_, k) =>
    smooth(latitudes[Math.floor(k / 36)], longitudes[k % 36]),
  );
  const { data, width } = fieldRaster(values, latitudes, longitudes);
  expect(data[90 * width + 20]).toBeCloseTo(1, 2);
});

test('a missing value spreads to its neighbourhood only', () => {
  const { values, latitudes, longitudes } = grid(19, 36, true, () => 7);
  values[9 * 36 + 18] = Number.NaN;
  const { data, width } = fieldRaster(values, latitudes, longitudes);
  expect(data[90 * width + 180]).toBe(Math.fround(MISSING));
  expect(data[90 * width + 210]).toBeCloseTo(7, 5);
  expect(data.some(Number.isNaN)).toBe(false);
});

test('the value under the pointer is bilinear and wraps around', () => {
  const { values, latitudes, longitudes } = grid(19, 36, true, (lat) => lat);
  const at = (lat: number, lon: number) => valueAt(values, latitudes, longitudes, lat, lon);
  expect(at(12.5, 3)).toBeCloseTo(12.5, 4);
  expect(at(90, -179)).toBeCloseTo(90, 4);
  expect(at(-90, 355)).toBeCloseTo(-90, 4);
});

test('a single peak has no swing beside it where values run straight', () => {
  const { values, latitudes, longitudes } = grid(19, 36, true, (lat, lon) =>
    Math.abs(lat) < 1 && lon === 180 ? 1 : 0,
  );
  const least = (data: Float32Array) => data.reduce((a, b) => Math.min(a, b));
  expect(least(fieldRaster(values, latitudes, longitudes).data)).toBeLessThan(-0.05);
  const { data } = fieldRaster(values, latitudes, longitudes, undefined, straight);
  expect(least(data)).toBe(0);
  expect(data.reduce((a, b) => Math.max(a, b))).toBeCloseTo(1, 5);
});

test.each([
  ['with poles', grid(19, 36, true, smooth)],
  ['without poles', grid(32, 64, false, smooth)],
])('on a grid %s a cell shows its own value up to half way to its neighbours', (_, cells) => {
  const { values, latitudes, longitudes } = cells;
  const { data, width, height, hasCells } = cellRaster(values, latitudes, longitudes);
  expect(hasCells).toBe(true);
  expect(width).toBeGreaterThanOrEqual(1440);
  const columns = longitudes.length;
  for (let y = 0; y < height; y += 7) {
    const latitude = -90 + (180 * y) / (height - 1);
    const row = latitudes.reduce(
      (best, value, i) => (Math.abs(value - latitude) < Math.abs(latitudes[best] - latitude) ? i : best),
      0,
    );
    for (let x = 0; x < width; x += 11) {
      const position = (x * columns) / width;
      // Half way it may be either.
      if (Math.abs((position % 1) - 0.5) < 1e-6) continue;
      if (Math.abs(Math.abs(latitude - latitudes[row]) - (latitudes[1] - latitudes[0]) / 2) < 0.01) continue;
      expect(data[y * width + x]).toBe(values[row * columns + (Math.round(position) % columns)]);
    }
  }
});
