import { expect, it } from 'vitest';
import { latitudeWeights } from '../training/loss_weights';
import { cellAreaWeights } from './area_weights';
import { gridOf } from './fields.fixture';

it("are the loss's weights on every uniform grid, poles included", () => {
  for (const [rows, poles] of [
    [19, true],
    [181, true],
    [32, false],
    [180, false],
  ] as const) {
    const { latitudes } = gridOf(rows, 4, poles);
    const loss = latitudeWeights(latitudes);
    cellAreaWeights(latitudes).forEach((weight, i) => {
      expect(weight / loss[i], `${rows} rows, row ${i}`).toBeCloseTo(1, 5);
    });
  }
});

it('cover the sphere on a Gaussian grid, and grow to the equator', () => {
  // The eight latitudes of a T5 Gaussian grid: arcsines of the roots of the Legendre polynomial of degree 8.
  const roots = [0.1834346425, 0.5255324099, 0.7966664774, 0.9602898565];
  const north = roots.map((root) => (Math.asin(root) * 180) / Math.PI);
  const weights = cellAreaWeights([...north.map((y) => -y).reverse(), ...north]);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(8, 12);
  // Row 4 reaches from the equator half way to the next latitude.
  const middle = (north[0] + north[1]) / 2;
  expect(weights[4]).toBeCloseTo((Math.sin((middle * Math.PI) / 180) * 8) / 2, 12);
  for (let i = 0; i < 8; i++) expect(weights[i]).toBeCloseTo(weights[7 - i], 12);
  expect(Array.from(weights.subarray(4))).toEqual(Array.from(weights.subarray(4)).sort((a, b) => b - a));
});
