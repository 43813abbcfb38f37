/** Where a simulation starts: the equilibrium temperature, a zonal wind in balance with it, and a little noise. */
import { randomStream } from '../random';
import { GAS_CONSTANT, KAPPA, RADIUS, ROTATION } from './constants';
import { equilibriumTemperature } from './held_suarez';
import type { PrimitiveEquations } from './primitive_equations';
import { REFERENCE_TEMPERATURE, type SpectralState } from './semi_implicit';
import type { SigmaLevels } from './sigma_levels';
import type { SpectralTransform } from './spectral_transform';

/** Amplitude of the noise in a coefficient of temperature, K, from which the first storms grow. */
const NOISE = 0.02;
/** Temperature that turns the ground's height into pressure, K. */
const COLUMN_TEMPERATURE = 280;

/**
 * Sets the model to the equinox's equilibrium temperature, under which jets stand that are unstable: storms fill the
 * planet within weeks, where a start from rest would take a season. Pressure decreases with the ground's height.
 *
 * @param surfaceGeopotential spherical harmonics, m² s⁻²
 */
export function setInitialState(
  model: PrimitiveEquations,
  surfaceGeopotential: Float64Array,
  seed: number,
): void {
  const { transform, levels, current, truncation } = model;
  const { rows, columns, grid } = transform;
  const values = new Float64Array(rows * columns);
  const logPressure = new Float64Array(rows * columns);
  transform.synthesise(surfaceGeopotential, values);
  for (let i = 0; i < values.length; i++) logPressure[i] = -values[i] / (GAS_CONSTANT * COLUMN_TEMPERATURE);
  transform.analyse(logPressure, current.logPressure);
  for (let k = 0; k < levels.count; k++) {
    for (let i = 0; i < values.length; i++) {
      const sine = grid.sines[Math.floor(i / columns)];
      values[i] = initialTemperature(sine, Math.log(levels.full[k]) + logPressure[i]) - REFERENCE_TEMPERATURE;
    }
    transform.analyse(values, current.temperature[k]);
  }
  const winds = balancedWinds(grid.sines, levels);
  for (let k = 0; k < levels.count; k++) setZonalWind(transform, winds[k], current.vorticity[k]);
  addNoise(model, randomStream(seed, 'initial state'), current);
  for (const field of [...current.vorticity, ...current.temperature, current.logPressure]) {
    truncation.dropLastDegree(field);
  }
}

/**
 * The equinox's equilibrium temperature at the latitude whose sine is sin² φ, K. The tropics are flatter than in
 * equilibrium: the wind that balances its gradient would turn faster than the planet at the equator, and stay so for
 * months.
 */
function initialTemperature(sine: number, logPressure: number): number {
  return equilibriumTemperature(sine * sine, logPressure, Math.exp(KAPPA * logPressure), 0);
}

/**
 * Zonal wind in gradient balance, u (f + u tan φ / a) = −(1/a) ∂Φ/∂φ, with the initial temperature over flat ground, where pressure is the same everywhere.
 *
 * @param sines sines of latitude
 * @returns m s⁻¹, [rows] per layer
 */
function balancedWinds(sines: Float64Array, levels: SigmaLevels): Float64Array[] {
  const hydrostatic = levels.hydrostaticMatrix();
  const { count } = levels;
  const geopotential = (sine: number, k: number) => {
    let sum = 0;
    for (let j = k; j < count; j++)
      sum += hydrostatic[k * count + j] * initialTemperature(sine, Math.log(levels.full[j]));
    return sum;
  };
  const step = 1e-4;
  return Array.from({ length: count }, (_, k) =>
    sines.map((sine) => {
      const cosine = Math.sqrt(1 - sine * sine);
      const slope = (geopotential(sine + step, k) - geopotential(sine - step, k)) / (2 * step);
      const force = (-cosine * slope) / RADIUS;
      const coriolis = 2 * ROTATION * sine;
      const curvature = sine / cosine / RADIUS;
      const root = Math.sqrt(Math.max(0, coriolis ** 2 + 4 * curvature * force));
      return (2 * force) / (coriolis + Math.sign(coriolis) * root);
    }),
  );
}

/** vorticity ← that of a zonal wind, m s⁻¹ per row. */
function setZonalWind(transform: SpectralTransform, wind: Float64Array, vorticity: Float64Array): void {
  const { truncation, rows, columns, grid } = transform;
  const values = new Float64Array(rows * columns);
  for (let j = 0; j < rows; j++) {
    values.fill(wind[j] / Math.sqrt(1 - grid.sines[j] ** 2), j * columns, (j + 1) * columns);
  }
  const east = truncation.field();
  transform.analyse(values, east);
  truncation.addDivergence(0, east, -1, east, vorticity.fill(0));
}

function addNoise(
  { truncation }: PrimitiveEquations,
  random: () => number,
  { temperature }: SpectralState,
): void {
  const { order, degree, size, last } = truncation;
  for (let c = 0; c < size; c++) {
    if (order[c] === 0 || degree[c] > last) continue;
    const noise = [NOISE * (2 * random() - 1), NOISE * (2 * random() - 1)];
    for (const field of temperature) {
      field[2 * c] += noise[0];
      field[2 * c + 1] += noise[1];
    }
  }
}
