/**
 * The dry primitive equations on the sphere: vorticity, divergence, temperature and the logarithm of surface pressure
 * as spherical harmonics on σ layers, products on a Gaussian grid, gravity waves semi-implicit, leapfrog in time
 * (Bourke 1974; Hoskins and Simmons 1975; vertical differences of Simmons and Burridge 1981).
 */
import { Damping } from './damping';
import { GaussianFields, type Products } from './gaussian_fields';
import { GravityWaves, REFERENCE_TEMPERATURE, type SpectralState, stateOfRest } from './semi_implicit';
import type { SigmaLevels } from './sigma_levels';
import { gaussianGrid, SpectralTransform } from './spectral_transform';
import { Truncation } from './truncation';

/**
 * Robert-Asselin filter as corrected by Williams (2009): this part of a time level's second difference is added to
 * it, 53 % there and then −47 % to the next one, which keeps the mean of the three levels.
 */
const FILTER = 0.05;
const FILTER_SHARE = 0.53;

/** What drives the air. */
export interface Forcing {
  /** Rate at which wind decays at a level, s⁻¹. */
  friction(sigma: number): number;
  /** Adds the heating of a layer, K s⁻¹, on the Gaussian grid of the fields. */
  addHeating(layer: number, fields: GaussianFields, heating: Float64Array): void;
}

export interface ModelOptions {
  /** T of the triangular truncation. */
  truncation: number;
  levels: SigmaLevels;
  /** s */
  timeStep: number;
  /** Geopotential of the ground, spherical harmonics, m² s⁻²; flat when absent. */
  surfaceGeopotential?: Float64Array;
  /** None when absent. */
  forcing?: Forcing;
}

/** Everything that a run goes on from, bit for bit. */
export interface Restart {
  previous: SpectralState;
  current: SpectralState;
  /** Mean surface pressure that is kept, in units of the reference pressure; undefined before the first step. */
  mass: number | undefined;
  massCorrection: number;
}

/** The model: its state as spherical harmonics, and the step that advances it. */
export class PrimitiveEquations {
  readonly truncation: Truncation;
  readonly transform: SpectralTransform;
  readonly levels: SigmaLevels;
  readonly timeStep: number;
  /** The state at the current time; change it only before the first step. */
  current: SpectralState;
  /** The state that the last step began with, on the Gaussian grid. */
  readonly fields: GaussianFields;
  /** ln of the factor by which total mass has been corrected since the beginning: what the scheme alone would lose. */
  massCorrection = 0;

  private previous: SpectralState;
  private next: SpectralState;
  private readonly gravityWaves: GravityWaves;
  private readonly surfaceGeopotential: Float64Array;
  private readonly forcing: Forcing | undefined;
  private readonly compression: Float64Array;
  /** Mean surface pressure to keep, in units of the reference pressure; undefined before the first step. */
  private mass: number | undefined;
  private readonly damping: Damping;
  private readonly products: Products;
  private readonly work: Float64Array[];

  constructor({ truncation, levels, timeStep, surfaceGeopotential, forcing }: ModelOptions) {
    this.truncation = new Truncation(truncation);
    this.transform = new SpectralTransform(this.truncation, gaussianGrid(truncation));
    this.levels = levels;
    this.timeStep = timeStep;
    this.surfaceGeopotential = surfaceGeopotential ?? this.truncation.field();
    this.forcing = forcing;
    this.gravityWaves = new GravityWaves(this.truncation, levels);
    this.compression = levels.compressionMatrix(REFERENCE_TEMPERATURE);
    this.current = stateOfRest(this.truncation, levels.count);
    this.previous = stateOfRest(this.truncation, levels.count);
    this.next = stateOfRest(this.truncation, levels.count);
    this.fields = new GaussianFields(this.transform, levels);
    const friction = levels.full.map((sigma) => forcing?.friction(sigma) ?? 0);
    this.damping = new Damping(this.truncation, friction);
    const plane = () => new Float64Array(this.transform.rows * this.transform.columns);
    this.products = {
      accelerationU: plane(),
      accelerationV: plane(),
      energy: plane(),
      heatFluxU: plane(),
      heatFluxV: plane(),
      heating: plane(),
    };
    this.work = Array.from({ length: 3 }, () => this.truncation.field());
  }

  /** Advances the state by one time step. The first is a forward step: there is no state before it to leap from. */
  step(): void {
    const { current, previous, next } = this;
    const isFirst = this.mass === undefined;
    const before = isFirst ? current : previous;
    const halfInterval = isFirst ? this.timeStep / 2 : this.timeStep;
    this.fields.evaluate(current);
    this.conserveMass();
    this.tendencies(next);
    this.gravityWaves.prepare(halfInterval);
    this.gravityWaves.step(before, next);
    this.damping.apply(next, 2 * halfInterval);
    if (!isFirst) {
      for (const [a, b, c] of fieldsOf(previous, current, next)) filter(a, b, c);
    }
    this.previous = current;
    this.current = next;
    this.next = previous;
  }

  /** The model's own arrays, for a copy of them to be kept. */
  restart(): Restart {
    const { previous, current, mass, massCorrection } = this;
    return { previous, current, mass, massCorrection };
  }

  /** Goes on from where `restart` was taken. */
  resume({ previous, current, mass, massCorrection }: Restart): void {
    this.previous = previous;
    this.current = current;
    this.mass = mass;
    this.massCorrection = massCorrection;
  }

  /**
   * Scales surface pressure so that the total mass stays that of the beginning: predicting ln p_s instead of p_s, the
   * scheme conserves it only nearly.
   */
  private conserveMass(): void {
    const mass = this.fields.meanSurfacePressure();
    this.mass ??= mass;
    const correction = Math.log(this.mass / mass);
    this.massCorrection += correction;
    // The coefficient (0, 0) is the global mean.
    this.current.logPressure[0] += correction;
    this.previous.logPressure[0] += correction;
  }

  /** result ← time derivatives of the state, without what `GravityWaves` adds. */
  private tendencies(result: SpectralState): void {
    const { truncation, transform, levels, current, compression, surfaceGeopotential, products } = this;
    const [first, second, third] = this.work;
    const { laplacian, size } = truncation;
    const { count, thickness } = levels;
    for (let k = 0; k < count; k++) {
      this.fields.products(k, products);
      this.forcing?.addHeating(k, this.fields, products.heating);

      transform.analyse(products.accelerationU, first);
      transform.analyse(products.accelerationV, second);
      transform.analyse(products.energy, third);
      truncation.addDivergence(1, second, -1, first, result.vorticity[k].fill(0));
      const divergence = result.divergence[k];
      for (let i = 0; i < 2 * size; i++)
        divergence[i] = -laplacian[i >> 1] * (third[i] + surfaceGeopotential[i]);
      truncation.addDivergence(1, first, 1, second, divergence);

      const temperature = result.temperature[k];
      transform.analyse(products.heating, temperature);
      transform.analyse(products.heatFluxU, first);
      transform.analyse(products.heatFluxV, second);
      truncation.addDivergence(-1, first, -1, second, temperature);
      // `GravityWaves` does the compression of the isothermal atmosphere; here it would be done twice.
      for (let j = 0; j <= k; j++) {
        const factor = compression[k * count + j];
        const source = current.divergence[j];
        for (let i = 0; i < 2 * size; i++) temperature[i] += factor * source[i];
      }
    }
    // ∂ ln p_s/∂t = −Σ (D + v·∇ ln p_s) Δσ; the part with D is again that of `GravityWaves`.
    const logPressure = result.logPressure;
    transform.analyse(this.fields.outflow[count - 1], logPressure);
    for (let i = 0; i < 2 * size; i++) {
      let tendency = -logPressure[i];
      for (let k = 0; k < count; k++) tendency += thickness[k] * current.divergence[k][i];
      logPressure[i] = tendency;
    }
  }
}

/** The same field of three states, one after the other. */
function* fieldsOf(...states: SpectralState[]): Generator<Float64Array[]> {
  yield states.map(({ logPressure }) => logPressure);
  for (const name of ['vorticity', 'divergence', 'temperature'] as const) {
    for (let k = 0; k < states[0][name].length; k++) yield states.map((state) => state[name][k]);
  }
}

/** Takes the leapfrog's two-step oscillation out of a field at three successive times. */
function filter(before: Float64Array, now: Float64Array, after: Float64Array): void {
  for (let i = 0; i < now.length; i++) {
    const change = FILTER * (before[i] - 2 * now[i] + after[i]);
    now[i] += FILTER_SHARE * change;
    after[i] -= (1 - FILTER_SHARE) * change;
  }
}
