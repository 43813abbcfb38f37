/**
 * The simulated planet: weather of our own making, for a first look and for training without any download. A dry
 * primitive-equation model with the forcing of Held and Suarez (1994) that follows the seasons, over continents and
 * mountains from a seed.
 */
import { ConfigError } from '../../errors';
import { Atmosphere, FRAME_SECONDS } from './atmosphere';
import { FrameMaker } from './frame_maker';
import { OutputGrid } from './output_grid';
import { type RegularGrid, regularGrid } from './regular_grid';
import { OCEAN, Terrain } from './terrain';
import { Truncation } from './truncation';

export interface PlanetOptions {
  /** Days of frames to make. */
  days: number;
  /** Days that pass before the first frame. */
  spinUpDays: number;
  /** Time of the first frame, seconds since 1970-01-01 UTC. */
  start: number;
  /** T of the model's triangular truncation. */
  truncation: number;
  /** Number of the model's layers, of equal thickness in σ. */
  layers: number;
  /** Spacing of the grid that frames are written on, degrees. */
  gridDegrees: number;
  /** Whether that grid has rows at the poles. */
  poles: boolean;
  /** hPa */
  pressureLevels: number[];
  /** Continents, mountains and weather follow from it. */
  seed: number;
  /** No land: with perpetual equinox, the paper's own planet. */
  ocean: boolean;
  /** No seasons: the sun stays over the equator, as in the paper. */
  perpetualEquinox: boolean;
}

export const PLANET_DEFAULTS: PlanetOptions = {
  days: 60,
  spinUpDays: 60,
  start: Date.UTC(2001, 0, 1) / 1000,
  truncation: 21,
  layers: 8,
  gridDegrees: 5.625,
  poles: false,
  pressureLevels: [50, 100, 150, 200, 250, 300, 400, 500, 600, 700, 850, 925, 1000],
  seed: 0,
  ocean: false,
  perpetualEquinox: false,
};

export const FRAMES_PER_DAY = 4;
const SMALLEST_TRUNCATION = 5;
/** A day of T170 takes minutes already. */
const LARGEST_TRUNCATION = 170;

/** One time of the planet. */
export interface PlanetFrame {
  /** Seconds since 1970-01-01 UTC. */
  time: number;
  /** By variable, in ERA5's units: [levels, latitudes, longitudes] or [latitudes, longitudes]. */
  fields: Map<string, Float32Array>;
}

/** What does not change from frame to frame. */
export interface PlanetDescription extends RegularGrid {
  /** hPa, ascending. */
  levels: number[];
  /** Seconds since 1970-01-01 UTC, one per frame. */
  times: Float64Array;
  /** Geopotential of the surface and land-sea mask, [latitudes, longitudes]. */
  statics: Map<string, Float32Array>;
}

export interface SimulationControl {
  /** Ends the simulation with the signal's reason. */
  signal?: AbortSignal;
  /** After every 6 h: how many of how many, spin-up included. */
  onProgress?: (done: number, total: number) => void;
}

export interface Planet extends PlanetDescription {
  /**
   * Simulates, from the beginning at every call: spin-up, then one frame every 6 h. Lets the event loop run between
   * steps.
   *
   * @throws ConfigError when the winds leave what the time step can follow
   */
  frames(control?: SimulationControl): AsyncGenerator<PlanetFrame>;
}

/**
 * A planet to be simulated. The same options give the same frames, bit for bit.
 *
 * @param options those left out are `PLANET_DEFAULTS`
 * @throws ConfigError when an option is out of range
 */
export function createPlanet(options: Partial<PlanetOptions> = {}): Planet {
  const chosen = { ...PLANET_DEFAULTS, ...options };
  checkOptions(chosen);
  const levels = chosen.pressureLevels.toSorted((a, b) => a - b);
  const grid = regularGrid(chosen.gridDegrees, chosen.poles);
  const truncation = new Truncation(chosen.truncation);
  const landscape = chosen.ocean ? OCEAN : new Terrain(chosen.seed);
  const ground = landscape.surfaceGeopotential(truncation);
  const landFraction = landscape.landFraction(grid.latitudes, grid.longitudes.length);
  const output = new OutputGrid(grid, truncation);
  const surfaceGeopotential = output.evaluate(ground);
  const frames = Math.round(chosen.days * FRAMES_PER_DAY);
  return {
    ...grid,
    levels,
    times: Float64Array.from({ length: frames }, (_, i) => chosen.start + i * FRAME_SECONDS),
    statics: new Map([
      ['geopotential_at_surface', Float32Array.from(surfaceGeopotential)],
      ['land_sea_mask', landFraction],
    ]),
    frames(control = {}) {
      const model = new Atmosphere(chosen, landscape, ground);
      const maker = new FrameMaker(model, output, { surfaceGeopotential, landFraction }, levels);
      return simulate(chosen, model, maker, control);
    },
  };
}

async function* simulate(
  { days, spinUpDays, start, perpetualEquinox }: PlanetOptions,
  atmosphere: Atmosphere,
  maker: FrameMaker,
  { signal, onProgress }: SimulationControl,
): AsyncGenerator<PlanetFrame> {
  const before = Math.round(spinUpDays * FRAMES_PER_DAY);
  const total = before + Math.round(days * FRAMES_PER_DAY);
  for (let n = 0; n < total; n++) {
    const time = start + (n - before) * FRAME_SECONDS;
    if (n > 0) await atmosphere.advance(time, signal);
    if (n >= before) yield { time, fields: maker.frame(time, !perpetualEquinox) };
    onProgress?.(n + 1, total);
  }
}

function checkOptions(options: PlanetOptions): void {
  const { days, spinUpDays, truncation, layers, pressureLevels, seed, start } = options;
  const check = (holds: boolean, name: string, value: unknown, expected: string) => {
    if (!holds) throw new ConfigError(`The simulated planet's ${name} is ${value}; expected ${expected}.`);
  };
  const wholeFrom = (value: number, least: number, most = Number.MAX_SAFE_INTEGER) =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  check(wholeFrom(days * FRAMES_PER_DAY, 1), 'length', `${days} days`, 'a multiple of 6 h');
  check(wholeFrom(spinUpDays * FRAMES_PER_DAY, 0), 'spin-up', `${spinUpDays} days`, 'a multiple of 6 h');
  const truncations = `a whole number from ${SMALLEST_TRUNCATION} to ${LARGEST_TRUNCATION}`;
  check(
    wholeFrom(truncation, SMALLEST_TRUNCATION, LARGEST_TRUNCATION),
    'truncation',
    truncation,
    truncations,
  );
  check(wholeFrom(layers, 4, 100), 'number of layers', layers, 'a whole number from 4 to 100');
  check(Number.isSafeInteger(seed), 'seed', seed, 'a whole number');
  check(Number.isFinite(start), 'start', start, 'a time in seconds since 1970');
  const distinct = new Set(pressureLevels).size === pressureLevels.length;
  const possible = pressureLevels.every((level) => level >= 1 && level <= 1100);
  check(
    pressureLevels.length > 0 && distinct && possible,
    'list of pressure levels',
    pressureLevels.join(', '),
    'different levels from 1 to 1100 hPa',
  );
}
