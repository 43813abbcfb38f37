import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { latitudeAxis, levelAxis, longitudeAxis } from './grid';

const range = (first: number, step: number, count: number) =>
  Array.from({ length: count }, (_, i) => first + i * step);

describe('latitudes', () => {
  test('descending ones are turned round', () => {
    const { values, order } = latitudeAxis(range(90, -30, 7), 'x.nc');
    expect(Array.from(values)).toEqual(range(-90, 30, 7));
    expect(Array.from(order)).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  test('a Gaussian grid and one half a step off the poles are global', () => {
    expect(latitudeAxis([-73.8, -52.8, -31.7, -10.6, 10.6, 31.7, 52.8, 73.8], 'x.nc').values).toHaveLength(8);
    expect(latitudeAxis(range(-87.1875, 5.625, 32), 'x.nc').values).toHaveLength(32);
  });

  test.each([
    ['a region', range(20, 1, 50), /not global: its latitudes run from 20 to 69/],
    ['a single row', [0], /not global/],
    ['a repeated row', [-90, 0, 0, 90], /latitude 0 occurs twice/],
    ['radians gone wrong', [-100, 0, 100], /between -90 and 90/],
    ['a missing value', [-90, Number.NaN, 90], /between -90 and 90/],
  ])('refuses %s', (_, degrees, message) => {
    expect(() => latitudeAxis(degrees, 'x.nc')).toThrow(DatasetError);
    expect(() => latitudeAxis(degrees, 'x.nc')).toThrow(message);
  });
});

describe('longitudes', () => {
  test('ones from -180 are turned to start at 0', () => {
    const { values, order } = longitudeAxis(range(-180, 90, 4), 'x.nc');
    expect(Array.from(values)).toEqual([0, 90, 180, 270]);
    expect(Array.from(order)).toEqual([2, 3, 0, 1]);
  });

  test('rounding below 0 or 360 is 0', () => {
    expect(longitudeAxis([-1e-6, 120, 240], 'x.nc').values[0]).toBe(0);
    expect(longitudeAxis([120, 240, 359.99999], 'x.nc').values[0]).toBe(0);
  });

  test('float32 thirds of a degree are uniform', () => {
    const degrees = Float32Array.from({ length: 1080 }, (_, i) => i / 3);
    expect(longitudeAxis(degrees, 'x.nc').values).toHaveLength(1080);
  });

  test.each([
    ['a region', range(0, 10, 20), /not global: its 20 longitudes/],
    ['one meridian', [0], /not global/],
    ['0 and 360', range(0, 45, 9), /meridian at 0 degrees occurs twice/],
    ['uneven columns', [0, 80, 180, 270], /not equally spaced/],
    ['a missing value', [0, Number.NaN, 180], /missing or infinite/],
  ])('refuses %s', (_, degrees, message) => {
    expect(() => longitudeAxis(degrees, 'x.nc')).toThrow(DatasetError);
    expect(() => longitudeAxis(degrees, 'x.nc')).toThrow(message);
  });
});

describe('levels', () => {
  test('are sorted', () => {
    const { values, order } = levelAxis([1000, 850, 500], 'x.nc');
    expect([Array.from(values), Array.from(order)]).toEqual([
      [500, 850, 1000],
      [2, 1, 0],
    ]);
  });

  test.each([
    ['a repeated one', [500, 500], /500 hPa occurs twice/],
    ['zero', [0, 500], /0 hPa is not positive/],
  ])('refuse %s', (_, levels, message) => {
    expect(() => levelAxis(levels, 'x.nc')).toThrow(message);
  });
});
