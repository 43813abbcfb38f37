import { GAS_CONSTANT } from './constants';
import type { SigmaLevels } from './sigma_levels';
import type { Truncation } from './truncation';

/**
 * Temperature of the isothermal atmosphere at rest whose gravity waves are treated implicitly, K. Warmer than the
 * air, which keeps the rest of the terms stable (Simmons, Hoskins and Burridge 1978).
 */
export const REFERENCE_TEMPERATURE = 300;

/** Spectral fields of one time, per layer, and ln(p_s / p₀). */
export interface SpectralState {
  /** s⁻¹, relative */
  vorticity: Float64Array[];
  /** s⁻¹ */
  divergence: Float64Array[];
  /** Departure from `REFERENCE_TEMPERATURE`, K. */
  temperature: Float64Array[];
  logPressure: Float64Array;
}

/** A state of rest at `REFERENCE_TEMPERATURE` and reference pressure. */
export function stateOfRest(truncation: Truncation, layers: number): SpectralState {
  const column = () => Array.from({ length: layers }, () => truncation.field());
  return {
    vorticity: column(),
    divergence: column(),
    temperature: column(),
    logPressure: truncation.field(),
  };
}

/**
 * Gravity waves, the fast part of the equations linearised about the isothermal atmosphere (Hoskins and Simmons 1975,
 * section 3), for columns of layers:
 *
 *   ∂D/∂t = … − ∇²(G T + R T₀ ln p_s),   ∂T/∂t = … − H D,   ∂ ln p_s/∂t = … − Δσ·D.
 */
export class GravityWaves {
  private readonly truncation: Truncation;
  private readonly layers: number;
  private readonly hydrostatic: Float64Array;
  private readonly compression: Float64Array;
  private readonly thickness: Float64Array;
  /** (1 + τ² n(n+1)/a² (G H + R T₀ 1⊗Δσ))⁻¹ for every degree n, [layers, layers] each. */
  private inverse: Float64Array[] = [];
  /** Half of the interval that a leapfrog step spans, s. */
  private halfInterval = 0;
  private readonly column: Float64Array;
  private readonly mean: Float64Array;

  constructor(truncation: Truncation, levels: SigmaLevels) {
    this.truncation = truncation;
    this.layers = levels.count;
    this.hydrostatic = levels.hydrostaticMatrix();
    this.compression = levels.compressionMatrix(REFERENCE_TEMPERATURE);
    this.thickness = levels.thickness;
    this.column = new Float64Array(levels.count);
    this.mean = new Float64Array(levels.count);
  }

  /** Prepares steps over an interval of 2·`halfInterval` seconds. */
  prepare(halfInterval: number): void {
    if (halfInterval === this.halfInterval) return;
    this.halfInterval = halfInterval;
    const { layers, hydrostatic, compression, thickness, truncation } = this;
    this.inverse = Array.from({ length: truncation.last + 1 }, (_, n) => {
      const matrix = new Float64Array(layers * layers);
      const factor = -truncation.laplacian[n] * halfInterval ** 2; // the first coefficients are m = 0, n = 0, 1, …
      for (let k = 0; k < layers; k++) {
        for (let j = 0; j < layers; j++) {
          let sum = GAS_CONSTANT * REFERENCE_TEMPERATURE * thickness[j];
          for (let l = 0; l < layers; l++) sum += hydrostatic[k * layers + l] * compression[l * layers + j];
          matrix[k * layers + j] = factor * sum + (k === j ? 1 : 0);
        }
      }
      return inverted(matrix, layers);
    });
  }

  /**
   * Completes a step: the state at its end from that at its beginning and the tendencies by everything but gravity
   * waves, which act on the mean of both. The tendencies are overwritten by the new state.
   */
  step(before: SpectralState, tendency: SpectralState): void {
    const { layers, truncation, halfInterval: tau, thickness, hydrostatic, compression, column, mean } = this;
    const { degree, laplacian, size, last } = truncation;
    const pressureWork = GAS_CONSTANT * REFERENCE_TEMPERATURE;
    for (let i = 0; i < 2 * size; i++) {
      const n = degree[i >> 1];
      if (n > last) {
        clear(tendency, i);
        continue;
      }
      const inverse = this.inverse[n];
      const minusLaplacian = -laplacian[i >> 1];
      // First what the mean divergence would be if gravity waves had not acted back on temperature and pressure.
      const pressure = before.logPressure[i] + tau * tendency.logPressure[i];
      for (let k = 0; k < layers; k++)
        column[k] = before.temperature[k][i] + tau * tendency.temperature[k][i];
      for (let k = 0; k < layers; k++) {
        let geopotential = pressureWork * pressure;
        for (let j = k; j < layers; j++) geopotential += hydrostatic[k * layers + j] * column[j];
        mean[k] = before.divergence[k][i] + tau * (tendency.divergence[k][i] + minusLaplacian * geopotential);
      }
      let outflow = 0;
      for (let k = 0; k < layers; k++) {
        let sum = 0;
        for (let j = 0; j < layers; j++) sum += inverse[k * layers + j] * mean[j];
        column[k] = sum;
        outflow += thickness[k] * sum;
      }
      for (let k = 0; k < layers; k++) {
        let heating = 0;
        for (let j = 0; j <= k; j++) heating += compression[k * layers + j] * column[j];
        tendency.divergence[k][i] = 2 * column[k] - before.divergence[k][i];
        tendency.temperature[k][i] =
          before.temperature[k][i] + 2 * tau * (tendency.temperature[k][i] - heating);
        tendency.vorticity[k][i] = before.vorticity[k][i] + 2 * tau * tendency.vorticity[k][i];
      }
      tendency.logPressure[i] = before.logPressure[i] + 2 * tau * (tendency.logPressure[i] - outflow);
    }
  }
}

function clear({ vorticity, divergence, temperature, logPressure }: SpectralState, i: number): void {
  logPressure[i] = 0;
  for (let k = 0; k < vorticity.length; k++) {
    vorticity[k][i] = 0;
    divergence[k][i] = 0;
    temperature[k][i] = 0;
  }
}

/** Inverse of a matrix by Gauss-Jordan elimination with pivoting of rows. */
function inverted(matrix: Float64Array, size: number): Float64Array {
  const rows = Array.from({ length: size }, (_, k) => {
    const row = new Float64Array(2 * size);
    row.set(matrix.subarray(k * size, (k + 1) * size));
    row[size + k] = 1;
    return row;
  });
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const scale = 1 / rows[k][k];
    for (let j = 0; j < 2 * size; j++) rows[k][j] *= scale;
    for (let i = 0; i < size; i++) {
      const factor = rows[i][k];
      if (i === k || factor === 0) continue;
      for (let j = 0; j < 2 * size; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return Float64Array.from(rows.flatMap((row) => Array.from(row.subarray(size))));
}
