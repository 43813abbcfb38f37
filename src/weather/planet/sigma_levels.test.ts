import { expect, test } from 'vitest';
import { GAS_CONSTANT, HEAT_CAPACITY } from './constants';
import { SigmaLevels } from './sigma_levels';

const levels = SigmaLevels.equal(7);

test('an isothermal atmosphere has the geopotential −R T ln σ', () => {
  const hydrostatic = levels.hydrostaticMatrix();
  for (let k = 0; k < 7; k++) {
    let geopotential = 0;
    for (let j = 0; j < 7; j++) geopotential += hydrostatic[7 * k + j] * 250;
    expect(geopotential).toBeCloseTo(-GAS_CONSTANT * 250 * Math.log(levels.full[k]), 8);
    expect(levels.full[k]).toBeGreaterThan(levels.half[k]);
    expect(levels.full[k]).toBeLessThan(levels.half[k + 1]);
  }
});

test('the heat of compression is the work that geopotential gives: energy is conserved', () => {
  const temperature = 280;
  const hydrostatic = levels.hydrostaticMatrix();
  const compression = levels.compressionMatrix(temperature);
  for (let k = 0; k < 7; k++) {
    for (let j = 0; j < 7; j++) {
      const heat = HEAT_CAPACITY * levels.thickness[k] * compression[7 * k + j];
      const work = temperature * levels.thickness[j] * hydrostatic[7 * j + k];
      expect(heat).toBeCloseTo(work, 8);
    }
  }
});
