/**
 * The forcing of Held and Suarez (1994): temperature relaxes to a prescribed equilibrium, wind near the ground to
 * rest. A thermal equator off the geographic one makes seasons of it.
 */
import { KAPPA, SECONDS_PER_DAY } from './constants';
import type { GaussianFields } from './gaussian_fields';
import type { Forcing } from './primitive_equations';
import { REFERENCE_TEMPERATURE } from './semi_implicit';
import type { SigmaLevels } from './sigma_levels';
import type { SphereGrid } from './spectral_transform';

/** Equilibrium temperature at the ground at the thermal equator, and the coldest one anywhere, K. */
const EQUATOR_TEMPERATURE = 315;
const STRATOSPHERE_TEMPERATURE = 200;
/** How much colder the pole's ground is, K. */
const POLE_CONTRAST = 60;
/** Growth of potential temperature with height at the equator, K per unit of ln p. */
const STABILITY = 10;

/** s⁻¹: of temperature in the free atmosphere, of temperature and of wind at the ground. */
const FREE_RELAXATION = 1 / (40 * SECONDS_PER_DAY);
const GROUND_RELAXATION = 1 / (4 * SECONDS_PER_DAY);
const GROUND_FRICTION = 1 / SECONDS_PER_DAY;
/** σ of the top of the boundary layer. */
const BOUNDARY_LAYER_TOP = 0.7;

/**
 * Part of the sun's declination by which the thermal equator leaves the geographic one: the ground's heat capacity
 * spares the year most of the sun's swing. The relaxation itself makes the air lag a month behind.
 */
const SEASONAL_RESPONSE = 1 / 3;

/**
 * Equilibrium temperature (their equation in the section "A proposed benchmark"), K:
 * max(200, [315 − 60 (sin φ − sin φ₀)² − 10 ln(p/p₀) cos²φ] (p/p₀)^κ), with φ₀ = 0 in the paper.
 *
 * @param sine sine of latitude φ
 * @param logPressure ln(p / 1000 hPa)
 * @param pressurePower (p / 1000 hPa)^κ
 * @param thermalEquator sin φ₀
 */
export function equilibriumTemperature(
  sine: number,
  logPressure: number,
  pressurePower: number,
  thermalEquator: number,
): number {
  const distance = sine - thermalEquator;
  const potential =
    EQUATOR_TEMPERATURE - POLE_CONTRAST * distance * distance - STABILITY * logPressure * (1 - sine * sine);
  return Math.max(STRATOSPHERE_TEMPERATURE, potential * pressurePower);
}

/** sin φ₀ at a time of the year, from the sine of the sun's declination. */
export function thermalEquator(sineOfDeclination: number): number {
  return SEASONAL_RESPONSE * sineOfDeclination;
}

/** How far a level lies in the boundary layer: 0 above σ = 0.7, 1 at the ground. */
export function boundaryLayerDepth(sigma: number): number {
  return Math.max(0, (sigma - BOUNDARY_LAYER_TOP) / (1 - BOUNDARY_LAYER_TOP));
}

/** Rate at which temperature relaxes to its equilibrium, s⁻¹. */
export function relaxationRate(sine: number, sigma: number): number {
  const cosine2 = 1 - sine * sine;
  return (
    FREE_RELAXATION + (GROUND_RELAXATION - FREE_RELAXATION) * boundaryLayerDepth(sigma) * cosine2 * cosine2
  );
}

/** Rate at which wind decays by friction, s⁻¹. */
export function frictionRate(sigma: number): number {
  return GROUND_FRICTION * boundaryLayerDepth(sigma);
}

/** The forcing on a Gaussian grid. */
export class HeldSuarezForcing implements Forcing {
  readonly friction = frictionRate;
  /** sin φ₀ of the thermal equator; it may change with time. */
  thermalEquator = 0;
  private readonly grid: SphereGrid;
  private readonly levels: SigmaLevels;
  /** (p_s / p₀)^κ */
  private readonly surfacePower: Float64Array;

  constructor(grid: SphereGrid, levels: SigmaLevels) {
    this.grid = grid;
    this.levels = levels;
    this.surfacePower = new Float64Array(grid.sines.length * grid.columns);
  }

  addHeating(layer: number, { temperature, logPressure }: GaussianFields, heating: Float64Array): void {
    const { grid, surfacePower, thermalEquator } = this;
    // Layers come from the top down.
    if (layer === 0)
      for (let i = 0; i < surfacePower.length; i++) surfacePower[i] = Math.exp(KAPPA * logPressure[i]);
    const sigma = this.levels.full[layer];
    const logSigma = Math.log(sigma);
    const sigmaPower = sigma ** KAPPA;
    const air = temperature[layer];
    for (let j = 0; j < grid.sines.length; j++) {
      const sine = grid.sines[j];
      const rate = relaxationRate(sine, sigma);
      for (let i = j * grid.columns; i < (j + 1) * grid.columns; i++) {
        const equilibrium = equilibriumTemperature(
          sine,
          logSigma + logPressure[i],
          sigmaPower * surfacePower[i],
          thermalEquator,
        );
        heating[i] += rate * (equilibrium - REFERENCE_TEMPERATURE - air[i]);
      }
    }
  }
}
