import { expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { gridWithoutPoles, gridWithPoles } from './graph.fixture';
import { requireGlobalGrid } from './grid';

const axis = (length: number, from: number, step: number) =>
  Float32Array.from({ length }, (_, i) => from + i * step);
const rows = axis(19, -90, 10);
const columns = axis(36, 0, 10);

test.each([
  ['with poles', gridWithPoles(0.25)],
  ['without poles', gridWithoutPoles(5.625)],
  ['from -180', { latitudes: rows, longitudes: axis(36, -180, 10) }],
  ['Gaussian rows', { latitudes: Float32Array.of(-85.76, -80.27, -10.1, 10.1), longitudes: columns }],
  ['one row', { latitudes: Float32Array.of(0), longitudes: columns }],
])('accepts a grid %s', (_, { latitudes, longitudes }) => {
  expect(() => requireGlobalGrid(latitudes, longitudes)).not.toThrow();
});

test.each([
  ['no rows', axis(0, 0, 0), columns, /no latitudes/],
  ['descending rows', axis(19, 90, -10), columns, /latitudes are not ascending: 90 is followed by 80/],
  ['rows in radians of something', axis(19, -95, 10), columns, /latitude of -95 degrees/],
  ['a missing coordinate', rows, Float32Array.of(0, Number.NaN, 240), /longitude 1 is NaN/],
  ['a repeated column', rows, axis(37, 0, 10), /from 0 to 360 degrees and meet themselves/],
  ['a region', rows, axis(10, 0, 10), /leave 270 degrees empty east of 90/],
  ['a hole', rows, columns.filter((longitude) => longitude !== 50), /leave 20 degrees empty east of 40/],
  ['one column', rows, Float32Array.of(0), /leave 360 degrees empty east of 0/],
])('refuses a grid with %s', (_, latitudes, longitudes, message) => {
  expect(() => requireGlobalGrid(latitudes, longitudes)).toThrow(DatasetError);
  expect(() => requireGlobalGrid(latitudes, longitudes)).toThrow(message);
});
