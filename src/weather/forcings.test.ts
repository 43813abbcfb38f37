import { expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { DERIVED_FORCINGS, dayProgress, deriveForcing, yearProgress } from './forcings';

const seconds = (time: string) => Date.parse(`${time}Z`) / 1000;

test('year progress and its features equal the reference', () => {
  for (const { time, progress, sin, cos } of reference.geometry.year_progress) {
    const at = seconds(time);
    expect(yearProgress(at)).toBe(progress);
    expect(deriveForcing('year_progress_sin', at, [0], [0])?.[0]).toBeCloseTo(sin, 7);
    expect(deriveForcing('year_progress_cos', at, [0], [0])?.[0]).toBeCloseTo(cos, 7);
  }
});

test('day progress and its features equal the reference', () => {
  const { lons, rows } = reference.geometry.day_progress;
  for (const { time, progress, sin, cos } of rows) {
    const at = seconds(time);
    lons.forEach((longitude, j) => {
      expect(dayProgress(at, longitude)).toBeCloseTo(progress[j], 6);
    });
    const sine = deriveForcing('day_progress_sin', at, [-30, 30], lons) ?? [];
    const cosine = deriveForcing('day_progress_cos', at, [-30, 30], lons) ?? [];
    expect(sine).toHaveLength(2 * lons.length);
    for (let k = 0; k < sine.length; k++) {
      expect(Math.abs(sine[k] - sin[k % lons.length])).toBeLessThan(1e-6);
      expect(Math.abs(cosine[k] - cos[k % lons.length])).toBeLessThan(1e-6);
    }
  }
});

test('progress checks of the specification', () => {
  expect(yearProgress(seconds('2022-01-01T00:00'))).toBeCloseTo(0.00111192, 8);
  expect(yearProgress(seconds('2022-01-01T06:00'))).toBeCloseTo(0.0017964, 8);
  expect(dayProgress(123, 0)).toBeCloseTo(0.00142361, 8);
});

test('progress before 1970 stays in [0, 1)', () => {
  const at = seconds('1959-01-02T18:00');
  expect(dayProgress(at, 0)).toBeCloseTo(0.75, 6);
  expect(dayProgress(at, 180)).toBeCloseTo(0.25, 6);
  expect(yearProgress(at)).toBeGreaterThan(0);
  expect(yearProgress(at)).toBeLessThan(0.02);
});

test('only the five forcings of the reference can be derived', () => {
  for (const name of DERIVED_FORCINGS) expect(deriveForcing(name, 0, [0, 10], [0, 120, 240])).toHaveLength(6);
  expect(deriveForcing('sea_surface_temperature', 0, [0], [0])).toBeUndefined();
});
