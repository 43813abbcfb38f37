import { ConfigError } from '../../errors';
import { formatUtc } from '../cf_time';
import { pauseForEvents } from '../event_loop';
import { sunPosition } from '../solar_radiation';
import { HeldSuarezForcing, thermalEquator } from './held_suarez';
import { setInitialState } from './initial_state';
import { Moisture } from './moisture';
import { PrimitiveEquations } from './primitive_equations';
import { SigmaLevels } from './sigma_levels';
import { gaussianGrid } from './spectral_transform';
import type { Landscape } from './terrain';

/** Time between frames, s. */
export const FRAME_SECONDS = 6 * 3600;
/** Steps of moisture per frame: it may take longer ones than the air itself. */
const MOISTURE_STEPS = 3;
/** Time step, s, times T: so long that winds of 110 m/s do not yet outrun it. */
const STEP_TIMES_TRUNCATION = 56_000;
const LONGEST_STEP = 3600;

/** The air of the simulated planet: the model, what drives it, and moisture. */
export class Atmosphere {
  readonly model: PrimitiveEquations;
  readonly moisture: Moisture;
  private readonly forcing: HeldSuarezForcing;
  private readonly hasSeasons: boolean;
  private readonly stepsPerMoistureStep: number;

  /** @param ground geopotential of the surface, spherical harmonics, m² s⁻² */
  constructor(
    options: { truncation: number; layers: number; seed: number; perpetualEquinox: boolean },
    landscape: Landscape,
    ground: Float64Array,
  ) {
    const { truncation, layers, seed, perpetualEquinox } = options;
    const levels = SigmaLevels.equal(layers);
    const grid = gaussianGrid(truncation);
    const longestStep = Math.min(LONGEST_STEP, STEP_TIMES_TRUNCATION / truncation);
    this.stepsPerMoistureStep = Math.ceil(FRAME_SECONDS / MOISTURE_STEPS / longestStep);
    this.hasSeasons = !perpetualEquinox;
    this.forcing = new HeldSuarezForcing(grid, levels);
    this.model = new PrimitiveEquations({
      truncation,
      levels,
      timeStep: FRAME_SECONDS / MOISTURE_STEPS / this.stepsPerMoistureStep,
      surfaceGeopotential: ground,
      forcing: this.forcing,
    });
    setInitialState(this.model, ground, seed);
    const latitudes = Float64Array.from(grid.sines, (sine) => (Math.asin(sine) * 180) / Math.PI);
    this.moisture = new Moisture(grid, levels, landscape.landFraction(latitudes, grid.columns));
    this.model.fields.evaluate(this.model.current);
    this.moisture.initialise(this.model.fields);
  }

  /**
   * Advances to the next frame.
   *
   * @param time of that frame, seconds since 1970-01-01 UTC
   * @throws ConfigError when the computation has become unstable
   */
  async advance(time: number, signal?: AbortSignal): Promise<void> {
    const { model, moisture, stepsPerMoistureStep } = this;
    this.forcing.thermalEquator = this.hasSeasons ? thermalEquator(sunPosition(time).sinDeclination) : 0;
    moisture.rain.fill(0);
    for (let n = 0; n < MOISTURE_STEPS; n++) {
      const middle = Math.ceil(stepsPerMoistureStep / 2);
      for (let step = 1; step <= stepsPerMoistureStep; step++) {
        model.step();
        if (step === middle) moisture.advance(model.fields, FRAME_SECONDS / MOISTURE_STEPS);
      }
      await pauseForEvents();
      signal?.throwIfAborted();
    }
    if (!Number.isFinite(model.massCorrection)) {
      throw new ConfigError(
        `The simulated planet became unstable before ${formatUtc(time)}: its winds outran the time step of ${model.timeStep} s; choose another seed or more layers.`,
      );
    }
  }
}
