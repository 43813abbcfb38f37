import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../errors';
import {
  createPlanet,
  FRAMES_PER_DAY,
  PLANET_DEFAULTS,
  type Planet,
  type PlanetOptions,
} from '../weather/planet/planet';
import { type PlanetFileOptions, planetNetcdf, planetZarr } from '../weather/planet/planet_file';
import { folderSink } from '../weather/zarr/zarr_sink';
import { formatTime } from './inputs';
import { type CommandOptions, type ParsedOptions, parseOptions, UsageError } from './options';
import { checkWritable, writeWhole } from './outputs';
import { Progress } from './progress';
import { exitCodeOf, listenForStop } from './training_loop';

const { days, spinUpDays, start, truncation, layers, gridDegrees, pressureLevels, seed } = PLANET_DEFAULTS;

const COMMAND: CommandOptions = {
  usage: 'simulate [OPTIONS]',
  summary:
    "Simulates a planet with weather of its own, seasons, continents and mountains, and writes it in the layout of GraphCast's example files, one frame every 6 h. The same options give the same planet.",
  options: {
    days: { value: 'N', help: 'days to write', default: String(days) },
    'spin-up': { value: 'DAYS', help: 'days that pass before the first frame', default: String(spinUpDays) },
    start: { value: 'DATE', help: 'time of the first frame', default: formatTime(start).slice(0, 10) },
    seed: { value: 'N', help: 'continents, mountains and weather', default: String(seed) },
    truncation: {
      value: 'T',
      help: 'spectral resolution of the model: 21 is fast, 42 and 85 show more',
      default: String(truncation),
    },
    levels: { value: 'N', help: "the model's layers", default: String(layers) },
    grid: {
      value: 'DEG',
      help: 'spacing of the grid that is written, degrees',
      default: String(gridDegrees),
    },
    poles: { help: "rows at the poles, as in ERA5's and GraphCast's grids, not half a spacing off them" },
    'pressure-levels': { value: '500,850,…', help: 'hPa', default: pressureLevels.join(',') },
    variables: { value: 'A,B,…', help: 'variables to write', default: 'all' },
    ocean: { help: 'no land; with --perpetual-equinox the benchmark of Held and Suarez (1994)' },
    'perpetual-equinox': { help: 'no seasons' },
    float32: { help: 'write every bit, not 16-bit numbers' },
    out: { value: 'planet.nc|planet.zarr', help: 'file or folder to write', default: 'planet.nc' },
    json: { help: 'print one JSON object' },
  },
};

const STOPPED = new Error('stopped');

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const out = options.text('out') ?? 'planet.nc';
  if (!/\.(nc|zarr)$/.test(out)) {
    throw new UsageError(`--out is '${out}', expected a name that ends in .nc or .zarr.`);
  }
  if (out.endsWith('.zarr') && existsSync(out)) {
    throw new ConfigError(`${out} exists already; remove it or choose another --out.`);
  }
  checkWritable(out, '--out');
  const chosen = planetOptions(options);
  const planet = createPlanet(chosen);

  const signals = listenForStop();
  const stopped = new AbortController();
  const progress = new Progress(chosen.spinUpDays + chosen.days, 'days');
  try {
    await write(planet, out, {
      variables: options.text('variables')?.split(','),
      float32: options.flag('float32'),
      signal: stopped.signal,
      onProgress(done) {
        if (signals.received) stopped.abort(STOPPED);
        progress.show(done / FRAMES_PER_DAY);
      },
    });
    report(options.flag('json'), out, planet);
  } catch (error) {
    if (error !== STOPPED || !signals.received) throw error;
    console.error(`\nStopped by ${signals.received}; nothing was written.`);
    process.exitCode = exitCodeOf(signals.received);
  } finally {
    signals.stopListening();
  }
}

function planetOptions(options: ParsedOptions): PlanetOptions {
  return {
    days: numberOption(options, 'days', days),
    spinUpDays: numberOption(options, 'spin-up', spinUpDays),
    start: startOption(options.text('start')),
    seed: options.count('seed', seed, 0),
    truncation: options.count('truncation', truncation),
    layers: options.count('levels', layers),
    gridDegrees: numberOption(options, 'grid', gridDegrees),
    poles: options.flag('poles'),
    pressureLevels: levelsOption(options.text('pressure-levels')),
    ocean: options.flag('ocean'),
    perpetualEquinox: options.flag('perpetual-equinox'),
  };
}

function numberOption(options: ParsedOptions, name: string, fallback: number): number {
  const text = options.text(name);
  if (text === undefined) return fallback;
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} is '${text}', expected a number from 0.`);
}

function startOption(text: string | undefined): number {
  if (text === undefined) return start;
  const hasZone = /^\d{4}-\d\d-\d\d$|(Z|[+-]\d\d:?\d\d)$/.test(text);
  const seconds = Date.parse(hasZone ? text : `${text}Z`) / 1000;
  if (Number.isFinite(seconds)) return seconds;
  throw new UsageError(`--start is '${text}', expected a time such as 2001-01-01 or 2001-01-01T06:00Z.`);
}

function levelsOption(text: string | undefined): number[] {
  if (text === undefined) return pressureLevels;
  const levels = text.split(',').map(Number);
  if (levels.every((level) => level > 0)) return levels;
  throw new UsageError(`--pressure-levels is '${text}', expected pressures in hPa such as 500,850.`);
}

/** Writes beside the place and renames, so that nothing half-written is ever found there. */
async function write(planet: Planet, out: string, options: PlanetFileOptions): Promise<void> {
  if (out.endsWith('.nc')) {
    await writeWhole(out, await planetNetcdf(planet, options), '--out');
    return;
  }
  const partial = join(dirname(out), `.${basename(out)}.${process.pid}.partial`);
  try {
    await planetZarr(planet, folderSink(partial), options);
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function report(json: boolean, out: string, { times, latitudes, longitudes, levels }: Planet): void {
  const [first, last] = [formatTime(times[0]), formatTime(times[times.length - 1])];
  if (json) {
    const grid = { latitudes: latitudes.length, longitudes: longitudes.length, levels };
    console.log(JSON.stringify({ out, frames: times.length, first_time: first, last_time: last, ...grid }));
    return;
  }
  console.log(
    `${out}: ${times.length} frames from ${first} to ${last}, ${latitudes.length} x ${longitudes.length} grid points, ${levels.join(', ')} hPa`,
  );
}
