/**
 * From σ layers to pressure levels, column by column. Between layers fields are linear in ln p, and geopotential is the
 * integral of that temperature, so that the levels are in hydrostatic balance. Below the ground temperature goes on
 * with a standard lapse rate, and geopotential in balance with it, while wind and humidity stay those of the lowest
 * layer, much as ECMWF continues its fields.
 */
import { GAS_CONSTANT, GRAVITY } from './constants';
import type { SigmaLevels } from './sigma_levels';

/** K m⁻¹ */
const LAPSE_RATE = 0.0065;
/** d ln T / d ln p of air with that lapse rate. */
const LAPSE_EXPONENT = (LAPSE_RATE * GAS_CONSTANT) / GRAVITY;

/** One column of air: its layers from the top down, and where a pressure lies among them. */
export class Column {
  private readonly levels: SigmaLevels;
  private readonly logSigma: Float64Array;
  /** K */
  readonly temperature: Float64Array;
  /** Temperature of the ground, extrapolated from the lowest layer, K. */
  groundTemperature = 0;
  /** m² s⁻², at the layers. */
  private readonly geopotential: Float64Array;
  private groundGeopotential = 0;
  private logSurfacePressure = 0;

  constructor(levels: SigmaLevels) {
    this.levels = levels;
    this.logSigma = levels.full.map(Math.log);
    this.temperature = new Float64Array(levels.count);
    this.geopotential = new Float64Array(levels.count);
  }

  /**
   * Describes the column, after `temperature` has been filled.
   *
   * @param logSurfacePressure ln(p_s / Pa)
   * @param groundGeopotential m² s⁻²
   */
  set(logSurfacePressure: number, groundGeopotential: number): void {
    const { temperature, geopotential, logSigma, levels } = this;
    const lowest = levels.count - 1;
    this.logSurfacePressure = logSurfacePressure;
    this.groundGeopotential = groundGeopotential;
    this.groundTemperature = temperature[lowest] * Math.exp(-LAPSE_EXPONENT * logSigma[lowest]);
    geopotential[lowest] = this.lapseGeopotential(logSigma[lowest]);
    for (let k = lowest - 1; k >= 0; k--) {
      const mean = (temperature[k] + temperature[k + 1]) / 2;
      geopotential[k] = geopotential[k + 1] + GAS_CONSTANT * mean * (logSigma[k + 1] - logSigma[k]);
    }
  }

  /**
   * Geopotential at ln σ where temperature follows the standard lapse rate from the ground: below the ground, and
   * above it up to the lowest layer.
   */
  private lapseGeopotential(logSigma: number): number {
    const rise = 1 - Math.exp(LAPSE_EXPONENT * logSigma);
    return this.groundGeopotential + (GRAVITY / LAPSE_RATE) * this.groundTemperature * rise;
  }

  /**
   * Temperature and geopotential at a pressure. Above the highest layer the air is isothermal.
   *
   * @param logPressure ln(p / Pa)
   * @returns [K, m² s⁻²]
   */
  at(logPressure: number): [number, number] {
    const { temperature, geopotential, logSigma } = this;
    const here = logPressure - this.logSurfacePressure;
    const lowest = logSigma.length - 1;
    if (here >= logSigma[lowest]) {
      return [this.groundTemperature * Math.exp(LAPSE_EXPONENT * here), this.lapseGeopotential(here)];
    }
    if (here <= logSigma[0]) {
      return [temperature[0], geopotential[0] + GAS_CONSTANT * temperature[0] * (logSigma[0] - here)];
    }
    const k = this.layerAbove(here);
    const air = temperature[k] + this.share(k, here) * (temperature[k + 1] - temperature[k]);
    const mean = (air + temperature[k + 1]) / 2;
    return [air, geopotential[k + 1] + GAS_CONSTANT * mean * (logSigma[k + 1] - here)];
  }

  /**
   * Where a pressure lies: `share` of the way from layer `above` to the one below it; at the ends of the column the
   * end layer.
   *
   * @param logPressure ln(p / Pa)
   */
  position(logPressure: number): { above: number; share: number } {
    const here = logPressure - this.logSurfacePressure;
    const above = this.layerAbove(here);
    return { above, share: Math.min(1, Math.max(0, this.share(above, here))) };
  }

  /** Mean sea level pressure, Pa: where the geopotential of the standard lapse rate is 0. */
  seaLevelPressure(): number {
    const warming = (LAPSE_RATE * this.groundGeopotential) / (GRAVITY * this.groundTemperature);
    return Math.exp(this.logSurfacePressure + Math.log1p(warming) / LAPSE_EXPONENT);
  }

  private layerAbove(logSigma: number): number {
    let k = 0;
    while (k < this.logSigma.length - 2 && this.logSigma[k + 1] < logSigma) k++;
    return k;
  }

  private share(k: number, logSigma: number): number {
    return (logSigma - this.logSigma[k]) / (this.logSigma[k + 1] - this.logSigma[k]);
  }
}
