/**
 * Water vapour as a passive tracer: it evaporates from sea and land into the boundary layer, moves with the wind, and
 * rains out wherever it exceeds saturation. It neither warms the air nor weighs anything, and rain does not evaporate
 * on its way down.
 */
import { GRAVITY, REFERENCE_PRESSURE } from './constants';
import type { GaussianFields } from './gaussian_fields';
import { boundaryLayerDepth } from './held_suarez';
import { REFERENCE_TEMPERATURE } from './semi_implicit';
import type { SigmaLevels } from './sigma_levels';
import type { SphereGrid } from './spectral_transform';
import { Transport } from './transport';

/** Relative humidity that evaporation strives for, and the time it takes at the ground over the sea, s. */
const MARINE_HUMIDITY = 0.85;
const EVAPORATION_TIME = 12 * 3600;
/** Evaporation from land, as a part of that from the sea. */
const LAND_EVAPORATION = 0.3;
/** Relative humidity everywhere at the beginning. */
const INITIAL_HUMIDITY = 0.5;
const DENSITY_OF_WATER = 1000; // kg m⁻³
/** Ratio of the gas constants of dry air and water vapour. */
const EPSILON = 0.622;

/**
 * Specific humidity of saturated air, over water above 0 °C and over ice below (Tetens' formula with the constants of
 * ECMWF's forecast model).
 *
 * @param temperature K
 * @param pressure Pa
 * @returns kg kg⁻¹, at most 1
 */
export function saturationHumidity(temperature: number, pressure: number): number {
  const celsius = temperature - 273.16;
  const exponent =
    celsius > 0 ? (17.502 * celsius) / (temperature - 32.19) : (22.587 * celsius) / (temperature + 0.7);
  const vapour = Math.min(611.21 * Math.exp(exponent), pressure);
  return (EPSILON * vapour) / (pressure - (1 - EPSILON) * vapour);
}

export class Moisture {
  /** kg kg⁻¹, [rows, columns] per layer. */
  readonly humidity: Float64Array[];
  /** Rain since it was last set to 0, m of water, [rows, columns]. */
  readonly rain: Float64Array;
  private readonly transport: Transport;
  private readonly levels: SigmaLevels;
  /** Evaporation relative to that of the sea, [rows, columns]. */
  private readonly wetness: Float64Array;

  /** @param landFraction 0 … 1, [rows, columns] */
  constructor(grid: SphereGrid, levels: SigmaLevels, landFraction: ArrayLike<number>) {
    const plane = () => new Float64Array(grid.sines.length * grid.columns);
    this.humidity = Array.from({ length: levels.count }, plane);
    this.rain = plane();
    this.transport = new Transport(grid, levels);
    this.levels = levels;
    this.wetness = Float64Array.from(landFraction, (land) => 1 - (1 - LAND_EVAPORATION) * land);
  }

  /** Fills the air to an initial relative humidity. */
  initialise(fields: GaussianFields): void {
    this.humidity.forEach((humidity, k) => {
      for (let i = 0; i < humidity.length; i++)
        humidity[i] = INITIAL_HUMIDITY * this.saturation(fields, k, i);
    });
  }

  /** Advances by a step of `seconds` with the state of the air in its middle. */
  advance(fields: GaussianFields, seconds: number): void {
    const { humidity, levels, wetness, rain } = this;
    this.transport.advance(humidity, fields, seconds);
    for (let k = 0; k < levels.count; k++) {
      const layer = humidity[k];
      const share = (boundaryLayerDepth(levels.full[k]) * seconds) / EVAPORATION_TIME;
      const gain = share / (1 + share); // implicit, so that it never overshoots
      const waterPerHumidity = (levels.thickness[k] * REFERENCE_PRESSURE) / GRAVITY / DENSITY_OF_WATER;
      for (let i = 0; i < layer.length; i++) {
        const saturation = this.saturation(fields, k, i);
        layer[i] += gain * wetness[i] * Math.max(0, MARINE_HUMIDITY * saturation - layer[i]);
        const excess = layer[i] - saturation;
        if (excess > 0) {
          layer[i] = saturation;
          rain[i] += excess * waterPerHumidity * Math.exp(fields.logPressure[i]);
        }
      }
    }
  }

  private saturation({ temperature, logPressure }: GaussianFields, k: number, i: number): number {
    const pressure = this.levels.full[k] * REFERENCE_PRESSURE * Math.exp(logPressure[i]);
    return saturationHumidity(REFERENCE_TEMPERATURE + temperature[k][i], pressure);
  }
}
