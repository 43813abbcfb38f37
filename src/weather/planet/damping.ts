import { SECONDS_PER_DAY } from './constants';
import type { SpectralState } from './semi_implicit';
import type { Truncation } from './truncation';

/** Time in which hyperdiffusion takes the smallest waves to 1/e, s (Held and Suarez 1994). */
const DIFFUSION_TIME = 0.1 * SECONDS_PER_DAY;
/** Power of the Laplacian: ∇⁸. */
const DIFFUSION_POWER = 4;

/** Hyperdiffusion of wind and temperature and friction of wind, each exactly exponential in time. */
export class Damping {
  /** s⁻¹ by coefficient: the rate of hyperdiffusion. */
  private readonly diffusion: Float64Array;
  /** s⁻¹ by layer. */
  private readonly friction: Float64Array;
  private interval = 0;
  /** What is left of a coefficient after the interval, by layer the wind's. */
  private temperatureFactor: Float64Array;
  private windFactors: Float64Array[] = [];

  /** @param friction rate at which wind decays in every layer, s⁻¹ */
  constructor({ laplacian, last }: Truncation, friction: Float64Array) {
    // The first coefficients are m = 0, n = 0, 1, …
    this.diffusion = laplacian.map((value) => (value / laplacian[last]) ** DIFFUSION_POWER / DIFFUSION_TIME);
    this.friction = friction;
    this.temperatureFactor = this.diffusion;
  }

  /** Damps a state as over `interval` seconds. */
  apply({ vorticity, divergence, temperature }: SpectralState, interval: number): void {
    this.prepare(interval);
    temperature.forEach((field, k) => {
      scale(field, this.temperatureFactor);
      scale(vorticity[k], this.windFactors[k]);
      scale(divergence[k], this.windFactors[k]);
    });
  }

  private prepare(interval: number): void {
    if (interval === this.interval) return;
    this.interval = interval;
    this.temperatureFactor = this.diffusion.map((rate) => Math.exp(-interval * rate));
    this.windFactors = Array.from(this.friction, (friction) =>
      this.temperatureFactor.map((factor) => factor * Math.exp(-interval * friction)),
    );
  }
}

/** Multiplies complex coefficients by real factors. */
function scale(field: Float64Array, factors: Float64Array): void {
  for (let c = 0; c < factors.length; c++) {
    field[2 * c] *= factors[c];
    field[2 * c + 1] *= factors[c];
  }
}
