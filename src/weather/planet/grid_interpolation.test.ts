import { expect, test } from 'vitest';
import { GridInterpolation } from './grid_interpolation';
import { regularGrid } from './regular_grid';
import { gaussianGrid } from './spectral_transform';

const from = gaussianGrid(21);
const { columns } = from;

test('smooth fields are interpolated in place, across the meridian of 0 as well', () => {
  const to = regularGrid(5, false);
  const f = (sine: number, longitude: number) => sine + Math.sqrt(1 - sine * sine) * Math.cos(longitude - 1);
  const values = Float64Array.from({ length: from.sines.length * columns }, (_, i) =>
    f(from.sines[Math.floor(i / columns)], (2 * Math.PI * (i % columns)) / columns),
  );
  const result = new Float64Array(36 * 72);
  new GridInterpolation(from, to).apply(values, result);
  result.forEach((value, i) => {
    const sine = Math.sin((to.latitudes[Math.floor(i / 72)] * Math.PI) / 180);
    expect(Math.abs(value - f(sine, (to.longitudes[i % 72] * Math.PI) / 180))).toBeLessThan(0.01);
  });
});

test('a pole has one value, the mean of the row around it', () => {
  const to = regularGrid(10, true);
  const values = Float64Array.from({ length: from.sines.length * columns }, (_, i) => i % columns);
  const result = new Float64Array(19 * 36);
  new GridInterpolation(from, to).apply(values, result);
  const mean = (columns - 1) / 2;
  for (const row of [0, 18]) {
    for (let i = 0; i < 36; i++) expect(result[row * 36 + i]).toBeCloseTo(mean, 10);
  }
});
