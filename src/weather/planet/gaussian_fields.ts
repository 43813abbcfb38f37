import { GAS_CONSTANT, KAPPA, RADIUS, ROTATION } from './constants';
import { REFERENCE_TEMPERATURE, type SpectralState } from './semi_implicit';
import type { SigmaLevels } from './sigma_levels';
import type { SpectralTransform } from './spectral_transform';

/** Products of fields that the tendencies are made of; [rows, columns] each. */
export interface Products {
  /** Eastward and northward acceleration, without the gradient of kinetic energy and geopotential, / cos φ; m s⁻². */
  accelerationU: Float64Array;
  accelerationV: Float64Array;
  /** Kinetic energy, m² s⁻². */
  energy: Float64Array;
  /** Flux of temperature's departure, / cos φ; K m s⁻¹. */
  heatFluxU: Float64Array;
  heatFluxV: Float64Array;
  /** Heating by divergence, vertical motion and compression, K s⁻¹. */
  heating: Float64Array;
}

/** A state on a grid, [rows, columns] per layer, and what follows from it point by point. */
export class GaussianFields {
  /** Wind times the cosine of latitude, m s⁻¹. */
  readonly u: Float64Array[];
  readonly v: Float64Array[];
  /** s⁻¹, relative. */
  readonly vorticity: Float64Array[];
  /** s⁻¹ */
  readonly divergence: Float64Array[];
  /** Departure from `REFERENCE_TEMPERATURE`, K. */
  readonly temperature: Float64Array[];
  /** ln(p_s / p₀), and its derivatives ∂/∂λ and cos φ ∂/∂φ. */
  readonly logPressure: Float64Array;
  readonly logPressureEastward: Float64Array;
  readonly logPressureNorthward: Float64Array;
  /** Σ (D + v·∇ ln p_s) Δσ over the layers down to this one, s⁻¹: −∂ ln p_s/∂t at the lowest. */
  readonly outflow: Float64Array[];

  private readonly transform: SpectralTransform;
  private readonly levels: SigmaLevels;
  private readonly inverseCosine2: Float64Array;
  private readonly work: Float64Array[];
  private readonly nothing: Float64Array;

  constructor(transform: SpectralTransform, levels: SigmaLevels) {
    this.transform = transform;
    this.levels = levels;
    const plane = () => new Float64Array(transform.rows * transform.columns);
    const layers = () => Array.from({ length: levels.count }, plane);
    this.u = layers();
    this.v = layers();
    this.vorticity = layers();
    this.divergence = layers();
    this.temperature = layers();
    this.logPressure = plane();
    this.logPressureEastward = plane();
    this.logPressureNorthward = plane();
    this.outflow = layers();
    this.inverseCosine2 = transform.grid.sines.map((sine) => 1 / (1 - sine * sine));
    this.work = [transform.truncation.field(), transform.truncation.field()];
    this.nothing = plane();
  }

  /** Evaluates a state on the grid. */
  evaluate(state: SpectralState): void {
    const { transform, levels } = this;
    const { truncation } = transform;
    const [first, second] = this.work;
    for (let k = 0; k < levels.count; k++) {
      truncation.winds(state.vorticity[k], state.divergence[k], first, second);
      transform.synthesise(first, this.u[k]);
      transform.synthesise(second, this.v[k]);
      transform.synthesise(state.vorticity[k], this.vorticity[k]);
      transform.synthesise(state.divergence[k], this.divergence[k]);
      transform.synthesise(state.temperature[k], this.temperature[k]);
    }
    transform.synthesise(state.logPressure, this.logPressure);
    truncation.eastward(state.logPressure, first);
    transform.synthesise(first, this.logPressureEastward);
    truncation.northward(state.logPressure, second);
    transform.synthesise(second, this.logPressureNorthward);
    for (let k = 0; k < levels.count; k++) this.accumulateOutflow(k);
  }

  private accumulateOutflow(k: number): void {
    const { rows, columns } = this.transform;
    const { logPressureEastward: east, logPressureNorthward: north } = this;
    const [u, v, divergence, sum] = [this.u[k], this.v[k], this.divergence[k], this.outflow[k]];
    const above = k > 0 ? this.outflow[k - 1] : this.nothing;
    const thickness = this.levels.thickness[k];
    for (let j = 0; j < rows; j++) {
      const scale = this.inverseCosine2[j] / RADIUS;
      for (let i = j * columns; i < (j + 1) * columns; i++) {
        sum[i] = above[i] + (divergence[i] + scale * (u[i] * east[i] + v[i] * north[i])) * thickness;
      }
    }
  }

  /** Mean surface pressure in units of the reference pressure, on a Gaussian grid. */
  meanSurfacePressure(): number {
    const { rows, columns, grid } = this.transform;
    let mean = 0;
    for (let j = 0; j < rows; j++) {
      let sum = 0;
      for (let i = j * columns; i < (j + 1) * columns; i++) sum += Math.exp(this.logPressure[i]);
      mean += (grid.weights![j] * sum) / (2 * columns);
    }
    return mean;
  }

  /** result ← ω / p = d ln p/dt in layer k, s⁻¹, as it follows from conservation of energy. */
  pressureTendency(k: number, result: Float64Array): void {
    const { rows, columns } = this.transform;
    const { levels, logPressureEastward: east, logPressureNorthward: north } = this;
    const [u, v, outflow] = [this.u[k], this.v[k], this.outflow[k]];
    const outflowAbove = k > 0 ? this.outflow[k - 1] : this.nothing;
    // The top layer has nothing above it, whatever the ratio of its σ.
    const weightAbove = k > 0 ? levels.logRatio[k] / levels.thickness[k] : 0;
    const weightHere = levels.alpha[k] / levels.thickness[k];
    for (let j = 0; j < rows; j++) {
      const scale = this.inverseCosine2[j] / RADIUS;
      for (let i = j * columns; i < (j + 1) * columns; i++) {
        const advection = scale * (u[i] * east[i] + v[i] * north[i]);
        result[i] = advection - weightAbove * outflowAbove[i] - weightHere * (outflow[i] - outflowAbove[i]);
      }
    }
  }

  /**
   * result ← σ̇ through the lower surface of layer k, s⁻¹, downwards positive; nothing crosses the ground.
   */
  sigmaVelocityBelow(k: number, result: Float64Array): void {
    const { outflow, levels } = this;
    const [here, total, sigma] = [outflow[k], outflow[levels.count - 1], levels.half[k + 1]];
    for (let i = 0; i < result.length; i++) result[i] = sigma * total[i] - here[i];
  }

  /**
   * The products of layer k: rotation, vertical advection, pressure gradient and compression, with the vertical
   * differences of Simmons and Burridge (1981).
   */
  products(k: number, result: Products): void {
    const { rows, columns, grid } = this.transform;
    const { levels, logPressureEastward: east, logPressureNorthward: north } = this;
    const { accelerationU, accelerationV, energy, heatFluxU, heatFluxV, heating } = result;
    this.pressureTendency(k, heating);
    const last = levels.count - 1;
    const [below, above] = [Math.min(k + 1, last), Math.max(k - 1, 0)];
    const [u, uBelow, uAbove] = [this.u[k], this.u[below], this.u[above]];
    const [v, vBelow, vAbove] = [this.v[k], this.v[below], this.v[above]];
    const [t, tBelow, tAbove] = [this.temperature[k], this.temperature[below], this.temperature[above]];
    const [vorticity, divergence] = [this.vorticity[k], this.divergence[k]];
    const outflowAbove = k > 0 ? this.outflow[k - 1] : this.nothing;
    const [outflow, outflowTotal] = [this.outflow[k], this.outflow[last]];
    const thickness = levels.thickness[k];
    const [sigmaAbove, sigmaBelow] = [levels.half[k], levels.half[k + 1]];
    const halfInverse = 0.5 / thickness;
    for (let j = 0; j < rows; j++) {
      const coriolis = 2 * ROTATION * grid.sines[j];
      const metric = this.inverseCosine2[j];
      for (let i = j * columns; i < (j + 1) * columns; i++) {
        // σ̇ at the two surfaces of the layer, over 2Δσ.
        const through = (sigmaAbove * outflowTotal[i] - outflowAbove[i]) * halfInverse;
        const throughBelow = (sigmaBelow * outflowTotal[i] - outflow[i]) * halfInverse;
        const ui = u[i];
        const vi = v[i];
        const ti = t[i];
        const gas = (GAS_CONSTANT * ti) / RADIUS;
        const absolute = vorticity[i] + coriolis;
        const verticalU = throughBelow * (uBelow[i] - ui) + through * (ui - uAbove[i]);
        const verticalV = throughBelow * (vBelow[i] - vi) + through * (vi - vAbove[i]);
        const verticalT = throughBelow * (tBelow[i] - ti) + through * (ti - tAbove[i]);
        accelerationU[i] = metric * (absolute * vi - verticalU - gas * east[i]);
        accelerationV[i] = metric * (-absolute * ui - verticalV - gas * north[i]);
        energy[i] = 0.5 * metric * (ui * ui + vi * vi);
        heatFluxU[i] = metric * ui * ti;
        heatFluxV[i] = metric * vi * ti;
        heating[i] = ti * divergence[i] - verticalT + KAPPA * (REFERENCE_TEMPERATURE + ti) * heating[i];
      }
    }
  }
}
