import { expect, test } from 'vitest';
import { KAPPA, SECONDS_PER_DAY } from './constants';
import {
  boundaryLayerDepth,
  equilibriumTemperature,
  frictionRate,
  HeldSuarezForcing,
  relaxationRate,
  thermalEquator,
} from './held_suarez';
import { PrimitiveEquations } from './primitive_equations';
import { REFERENCE_TEMPERATURE } from './semi_implicit';
import { SigmaLevels } from './sigma_levels';
import { gaussianGrid } from './spectral_transform';

/** At a latitude in degrees and a pressure in hPa, perpetual equinox. */
const equilibrium = (latitude: number, pressure: number, equator = 0) => {
  const logPressure = Math.log(pressure / 1000);
  return equilibriumTemperature(
    Math.sin((latitude * Math.PI) / 180),
    logPressure,
    Math.exp(KAPPA * logPressure),
    equator,
  );
};

test('equilibrium temperature is the formula of the paper', () => {
  expect(equilibrium(0, 1000)).toBeCloseTo(315, 10);
  expect(equilibrium(90, 1000)).toBeCloseTo(255, 10);
  expect(equilibrium(0, 500)).toBeCloseTo((315 + 10 * Math.LN2) * 0.5 ** (2 / 7), 10);
  expect(equilibrium(-45, 500)).toBeCloseTo((315 - 30 + 5 * Math.LN2) * 0.5 ** (2 / 7), 10);
  expect(equilibrium(60, 100)).toBe(200);
});

test('rates are those of the paper', () => {
  const perDay = (rate: number) => rate * SECONDS_PER_DAY;
  expect(perDay(relaxationRate(0, 1))).toBeCloseTo(1 / 4, 12);
  expect(perDay(relaxationRate(0, 0.7))).toBeCloseTo(1 / 40, 12);
  expect(perDay(relaxationRate(1, 1))).toBeCloseTo(1 / 40, 12);
  expect(perDay(relaxationRate(Math.SQRT1_2, 0.85))).toBeCloseTo(1 / 40 + (1 / 4 - 1 / 40) * 0.5 * 0.25, 12);
  expect(perDay(frictionRate(1))).toBeCloseTo(1, 12);
  expect(perDay(frictionRate(0.85))).toBeCloseTo(0.5, 12);
  expect(boundaryLayerDepth(0.5)).toBe(0);
});

test('in the northern summer the north is warmer', () => {
  const june = thermalEquator(Math.sin((23.4 * Math.PI) / 180));
  expect(equilibrium(60, 1000, june)).toBeGreaterThan(equilibrium(60, 1000) + 5);
  expect(equilibrium(-60, 1000, june)).toBeLessThan(equilibrium(-60, 1000) - 5);
});

test('air is heated towards its equilibrium at its own pressure', () => {
  const levels = SigmaLevels.equal(5);
  const forcing = new HeldSuarezForcing(gaussianGrid(10), levels);
  const { fields, transform } = new PrimitiveEquations({ truncation: 10, levels, timeStep: 1 });
  const ofGround = Math.log(0.8); // 800 hPa at the ground
  fields.logPressure.fill(ofGround);
  const sigma = levels.full[4];
  const sine = transform.grid.sines[3];
  const expected = equilibriumTemperature(sine, Math.log(sigma) + ofGround, (0.8 * sigma) ** KAPPA, 0);
  fields.temperature[4].fill(expected - REFERENCE_TEMPERATURE - 7);
  const heating = new Float64Array(fields.logPressure.length);
  forcing.addHeating(0, fields, new Float64Array(heating.length));
  forcing.addHeating(4, fields, heating);
  expect(heating[3 * transform.columns]).toBeCloseTo(7 * relaxationRate(sine, sigma), 12);
});
