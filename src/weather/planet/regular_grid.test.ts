import { expect, test } from 'vitest';
import { ConfigError } from '../../errors';
import { latitudeWeights } from '../../training/loss_weights';
import { regularGrid } from './regular_grid';

test('5.625 degrees are the 64 x 32 grid, south to north, half a spacing off the poles', () => {
  const { latitudes, longitudes } = regularGrid(5.625, false);
  expect(latitudes).toHaveLength(32);
  expect([latitudes[0], latitudes[31]]).toEqual([-87.1875, 87.1875]);
  expect(longitudes).toHaveLength(64);
  expect([longitudes[0], longitudes[63]]).toEqual([0, 354.375]);
});

test.each([
  [5.625, false],
  [1, true],
  [2.5, true],
  [22.5, false],
])('the loss has area weights on a grid of %f degrees, poles: %s', (degrees, poles) => {
  expect(latitudeWeights(regularGrid(degrees, poles).latitudes)).toHaveLength(180 / degrees + Number(poles));
});

test.each([0, -5, 7, 200, Number.NaN])('%f degrees are refused', (degrees) => {
  expect(() => regularGrid(degrees, false)).toThrow(ConfigError);
});
