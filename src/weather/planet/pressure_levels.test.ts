import { expect, test } from 'vitest';
import { GAS_CONSTANT } from './constants';
import { Column } from './pressure_levels';
import { SigmaLevels } from './sigma_levels';

const levels = SigmaLevels.equal(10);
const surfacePressure = 91_000;
const surfaceGeopotential = 9_000;

function column(temperature: (k: number) => number): Column {
  const made = new Column(levels);
  for (let k = 0; k < levels.count; k++) made.temperature[k] = temperature(k);
  made.set(Math.log(surfacePressure), surfaceGeopotential);
  return made;
}

test('levels are in hydrostatic balance: aloft, between layers, below the ground', () => {
  const air = column((k) => 210 + 8 * k);
  for (const pressure of [1_000, 20_000, 50_000, 84_900, 90_000, 98_000]) {
    const step = 1e-4;
    const at = Math.log(pressure);
    const slope = (air.at(at + step)[1] - air.at(at - step)[1]) / (2 * step);
    expect(slope / (-GAS_CONSTANT * air.at(at)[0])).toBeCloseTo(1, 6);
  }
});

test('fields are continuous, the ground lies where it should, and layers keep their temperature', () => {
  const air = column((k) => 230 + 6 * k);
  const ground = air.at(Math.log(surfacePressure));
  expect(ground[1]).toBeCloseTo(surfaceGeopotential, 6);
  expect(ground[0]).toBeCloseTo(air.groundTemperature, 10);
  expect(air.groundTemperature).toBeGreaterThan(air.temperature[9]);
  for (let k = 0; k < levels.count; k++) {
    const at = Math.log(levels.full[k] * surfacePressure);
    expect(air.at(at)[0]).toBeCloseTo(air.temperature[k], 8);
    expect(air.at(at - 1e-9)[1] - air.at(at + 1e-9)[1]).toBeLessThan(1e-3);
  }
});

test('winds are taken from the layers around a level, and from the end ones beyond', () => {
  const air = column(() => 250);
  const at = (sigma: number) => air.position(Math.log(sigma * surfacePressure));
  expect(at(levels.full[3] * 1.001).above).toBe(3);
  expect(at(levels.full[3]).share).toBeCloseTo(0, 10);
  expect(at(Math.sqrt(levels.full[3] * levels.full[4])).share).toBeCloseTo(0.5, 10);
  expect(at(1.05)).toEqual({ above: 8, share: 1 });
  expect(at(0.001)).toEqual({ above: 0, share: 0 });
});

test('sea level pressure is that of geopotential 0', () => {
  const air = column((k) => 220 + 7 * k);
  expect(air.at(Math.log(air.seaLevelPressure()))[1]).toBeCloseTo(0, 6);
  expect(air.seaLevelPressure()).toBeGreaterThan(surfacePressure);
});
