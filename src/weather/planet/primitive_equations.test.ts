import { expect, test } from 'vitest';
import { GAS_CONSTANT, HEAT_CAPACITY, RADIUS, ROTATION, SECONDS_PER_DAY } from './constants';
import { HeldSuarezForcing } from './held_suarez';
import { setInitialState } from './initial_state';
import { PrimitiveEquations } from './primitive_equations';
import { REFERENCE_TEMPERATURE } from './semi_implicit';
import { SigmaLevels } from './sigma_levels';
import { gaussianGrid } from './spectral_transform';

const levels = SigmaLevels.equal(5);

function model(truncation: number, timeStep: number, forced: boolean): PrimitiveEquations {
  const forcing = forced ? new HeldSuarezForcing(gaussianGrid(truncation), levels) : undefined;
  return new PrimitiveEquations({ truncation, levels, timeStep, forcing });
}

/** Sets a field of the state from a function of the sine of latitude and of longitude. */
function set(
  { transform }: PrimitiveEquations,
  field: Float64Array,
  f: (sine: number, longitude: number) => number,
) {
  const { rows, columns, grid } = transform;
  const values = Float64Array.from({ length: rows * columns }, (_, i) =>
    f(grid.sines[Math.floor(i / columns)], (2 * Math.PI * (i % columns)) / columns),
  );
  transform.analyse(values, field);
  transform.truncation.dropLastDegree(field);
}

const most = (values: Float64Array) =>
  values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);

/** Total energy per area over the mean surface pressure: kinetic, internal and potential, J kg⁻¹. */
function energy({ fields, transform }: PrimitiveEquations): number {
  const { rows, columns, grid } = transform;
  let sum = 0;
  for (let i = 0; i < rows * columns; i++) {
    const row = Math.floor(i / columns);
    const cosine2 = 1 - grid.sines[row] ** 2;
    const mass = (grid.weights![row] / (2 * columns)) * Math.exp(fields.logPressure[i]);
    for (let k = 0; k < levels.count; k++) {
      const kinetic = (fields.u[k][i] ** 2 + fields.v[k][i] ** 2) / (2 * cosine2);
      const heat = HEAT_CAPACITY * (REFERENCE_TEMPERATURE + fields.temperature[k][i]);
      sum += mass * levels.thickness[k] * (kinetic + heat);
    }
  }
  return sum;
}

test('solid-body rotation in balance with pressure stays as it is', () => {
  const planet = model(10, 1800, false);
  const speed = 30;
  for (let k = 0; k < levels.count; k++) {
    set(planet, planet.current.vorticity[k], (sine) => (2 * speed * sine) / RADIUS);
    planet.current.temperature[k][0] = 280 - REFERENCE_TEMPERATURE;
  }
  set(
    planet,
    planet.current.logPressure,
    (sine) => (-(RADIUS * ROTATION * speed + speed ** 2 / 2) * sine * sine) / (GAS_CONSTANT * 280),
  );
  for (let step = 0; step < 48; step++) planet.step();
  planet.fields.evaluate(planet.current);
  const { columns, grid } = planet.transform;
  for (let k = 0; k < levels.count; k++) {
    const error = planet.fields.u[k].map(
      (u, i) => u - speed * (1 - grid.sines[Math.floor(i / columns)] ** 2),
    );
    expect(most(error)).toBeLessThan(1e-4); // m/s; hyperdiffusion is all that works on it
    expect(most(planet.fields.v[k])).toBeLessThan(1e-4);
  }
});

test('the initial jets are in balance: without forcing they stay as they are for a day', () => {
  const planet = model(21, 2400, false);
  setInitialState(planet, planet.truncation.field(), 0);
  planet.step();
  const before = planet.fields.u.map((u) => u.slice());
  for (let step = 0; step < 36; step++) planet.step();
  expect(most(before[0])).toBeGreaterThan(20);
  before.forEach((u, k) => {
    expect(most(planet.fields.u[k].map((now, i) => now - u[i]))).toBeLessThan(4);
  });
});

test('gravity waves are stable at steps that would blow up an explicit scheme', () => {
  const planet = model(15, 5400, false);
  // ω Δt of the fastest wave; a leapfrog without the implicit treatment needs less than 1.
  const speed = Math.sqrt(GAS_CONSTANT * REFERENCE_TEMPERATURE);
  expect((speed * Math.sqrt(15 * 16) * 5400) / RADIUS).toBeGreaterThan(3);
  set(
    planet,
    planet.current.logPressure,
    (sine, longitude) => 0.01 * Math.exp(-20 * ((sine - 0.5) ** 2 + Math.sin(longitude / 2) ** 2)),
  );
  const greatest: number[] = [];
  for (let step = 0; step < 80; step++) {
    planet.step();
    greatest.push(most(planet.fields.divergence[0]));
  }
  expect(Math.max(...greatest.slice(0, 20))).toBeGreaterThan(1e-6);
  expect(Math.max(...greatest.slice(-20))).toBeLessThan(Math.max(...greatest.slice(0, 20)));
});

test('mass is conserved, by the scheme itself to 1e-4 in five days of weather and to 2e-6 with its correction', () => {
  const planet = model(15, 3600, true);
  setInitialState(planet, planet.truncation.field(), 3);
  planet.step();
  const mass = planet.fields.meanSurfacePressure();
  for (let step = 0; step < 120; step++) planet.step();
  expect(Math.abs(planet.fields.meanSurfacePressure() - mass)).toBeLessThan(2e-6);
  expect(planet.massCorrection).not.toBe(0);
  expect(Math.abs(planet.massCorrection)).toBeLessThan(1e-4);
  // The jets of the initial state have become waves.
  expect(most(planet.fields.v[2])).toBeGreaterThan(1);
});

test('energy is conserved without forcing, but for what hyperdiffusion takes', () => {
  const planet = model(10, 1800, false);
  setInitialState(planet, planet.truncation.field(), 3);
  planet.step();
  const before = energy(planet);
  for (let step = 0; step < 5 * 48; step++) planet.step();
  expect(Math.abs(energy(planet) / before - 1)).toBeLessThan(2e-5);
});

test('a run goes on bit for bit from where it was kept', () => {
  const straight = model(10, 3600, true);
  setInitialState(straight, straight.truncation.field(), 1);
  for (let step = 0; step < 10; step++) straight.step();
  const kept = structuredClone(straight.restart());
  const resumed = model(10, 3600, true);
  resumed.resume(kept);
  for (let step = 0; step < 5; step++) {
    straight.step();
    resumed.step();
  }
  expect(resumed.current).toEqual(straight.current);
});

test('friction stops the wind at the ground within days and spares that aloft', () => {
  const planet = model(10, 3600, true);
  for (let k = 0; k < levels.count; k++)
    set(planet, planet.current.vorticity[k], (sine) => (20 * sine) / RADIUS);
  planet.step();
  const [top, ground] = [0, levels.count - 1].map((k) => planet.current.vorticity[k][2]);
  const sigma = levels.full[levels.count - 1];
  const expected = Math.exp((-3600 * (sigma - 0.7)) / 0.3 / SECONDS_PER_DAY);
  expect(ground / top).toBeCloseTo(expected, 10);
});
