import { GAS_CONSTANT, KAPPA } from './constants';

/**
 * Layers between surfaces of constant σ = p / p_s, and the vertical differences of Simmons and Burridge (1981) on
 * them, which conserve energy and angular momentum. Layers are counted from the top; "half" levels are the surfaces
 * between them.
 */
export class SigmaLevels {
  readonly count: number;
  /** σ at the half levels, [count + 1], from 0 at the top to 1 at the ground. */
  readonly half: Float64Array;
  /** Δσ, [count]. */
  readonly thickness: Float64Array;
  /** ln of the σ of a layer's lower surface over that of its upper one, [count]; infinite for the top layer. */
  readonly logRatio: Float64Array;
  /** α: how far below the layer's level its lower surface lies, in ln σ, [count]. */
  readonly alpha: Float64Array;
  /** σ at the layers' levels, where the hydrostatic equation gives their geopotential, [count]. */
  readonly full: Float64Array;

  /** @param half σ at the half levels, 0 … 1 */
  constructor(half: Float64Array) {
    this.half = half;
    this.count = half.length - 1;
    const layer = <T>(value: (k: number) => T) => Array.from({ length: this.count }, (_, k) => value(k));
    this.thickness = Float64Array.from(layer((k) => half[k + 1] - half[k]));
    this.logRatio = Float64Array.from(layer((k) => Math.log(half[k + 1] / half[k])));
    this.alpha = Float64Array.from(
      layer((k) => (k === 0 ? Math.LN2 : 1 - (half[k] / this.thickness[k]) * this.logRatio[k])),
    );
    this.full = Float64Array.from(layer((k) => half[k + 1] * Math.exp(-this.alpha[k])));
  }

  /** Layers of equal thickness in σ, as in Held and Suarez (1994). */
  static equal(count: number): SigmaLevels {
    return new SigmaLevels(Float64Array.from({ length: count + 1 }, (_, k) => k / count));
  }

  /**
   * The hydrostatic equation: geopotential at layer k, less that of the ground, is Σⱼ G[k, j] Tⱼ.
   *
   * @returns G [count, count], J kg⁻¹ K⁻¹
   */
  hydrostaticMatrix(): Float64Array {
    const { count, alpha, logRatio } = this;
    const matrix = new Float64Array(count * count);
    for (let k = 0; k < count; k++) {
      matrix[k * count + k] = GAS_CONSTANT * alpha[k];
      for (let j = k + 1; j < count; j++) matrix[k * count + j] = GAS_CONSTANT * logRatio[j];
    }
    return matrix;
  }

  /**
   * How divergence changes an isothermal atmosphere's temperature: ∂T/∂t at layer k is −Σⱼ H[k, j] Dⱼ.
   *
   * @param temperature K
   * @returns H [count, count], K
   */
  compressionMatrix(temperature: number): Float64Array {
    const { count, alpha, logRatio, thickness } = this;
    const matrix = new Float64Array(count * count);
    for (let k = 0; k < count; k++) {
      const heating = (KAPPA * temperature) / thickness[k];
      for (let j = 0; j < k; j++) matrix[k * count + j] = heating * logRatio[k] * thickness[j];
      matrix[k * count + k] = heating * alpha[k] * thickness[k];
    }
    return matrix;
  }
}
