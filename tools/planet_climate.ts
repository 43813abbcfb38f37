/**
 * The benchmark of Held and Suarez (1994) on the simulated planet: perpetual equinox over flat ground, averaged over
 * 600 days after 200 of spin-up. Writes the zonal means as JSON and draws them (`planet_climate_figure.ts`).
 *
 *   npx vite build --mode cli --ssr tools/planet_climate.ts --outDir dist/tools
 *   node dist/tools/planet_climate.js [--truncation 42] [--levels 20] [--spin-up 200] [--days 600]
 *        [--steps-per-day 60] [--out public/planet_climate] [--redraw]
 *
 * Every 20 days it writes where it stands to OUT.restart; started again with the same options it goes on from there.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { Progress } from '../src/cli/progress';
import { SECONDS_PER_DAY } from '../src/weather/planet/constants';
import { HeldSuarezForcing } from '../src/weather/planet/held_suarez';
import { setInitialState } from '../src/weather/planet/initial_state';
import { PrimitiveEquations } from '../src/weather/planet/primitive_equations';
import { REFERENCE_TEMPERATURE } from '../src/weather/planet/semi_implicit';
import { SigmaLevels } from '../src/weather/planet/sigma_levels';
import { gaussianGrid } from '../src/weather/planet/spectral_transform';
import { type Climate, climateFigure, climateNumbers, MEANS, type MeanName } from './planet_climate_figure';

const SAMPLES_PER_DAY = 4;
const DAYS_BETWEEN_RESTARTS = 20;

const { values: options } = parseArgs({
  options: {
    truncation: { type: 'string', default: '42' },
    levels: { type: 'string', default: '20' },
    'spin-up': { type: 'string', default: '200' },
    days: { type: 'string', default: '600' },
    'steps-per-day': { type: 'string', default: '60' },
    out: { type: 'string', default: 'public/planet_climate' },
    redraw: { type: 'boolean', default: false },
  },
});

const climate = options.redraw ? (JSON.parse(readFileSync(`${options.out}.json`, 'utf8')) as Climate) : run();
writeFileSync(`${options.out}.json`, `${JSON.stringify(climate)}\n`);
writeFileSync(`${options.out}.svg`, climateFigure(climate));
rmSync(`${options.out}.restart`, { force: true });
console.log(JSON.stringify(climateNumbers(climate), null, 2));

function run(): Climate {
  const truncation = Number(options.truncation);
  const stepsPerDay = Number(options['steps-per-day']);
  const spinUp = Number(options['spin-up']);
  const days = Number(options.days);
  const levels = SigmaLevels.equal(Number(options.levels));
  const model = new PrimitiveEquations({
    truncation,
    levels,
    timeStep: SECONDS_PER_DAY / stepsPerDay,
    forcing: new HeldSuarezForcing(gaussianGrid(truncation), levels),
  });
  const rows = model.transform.rows;
  const restartPath = `${options.out}.restart`;
  let day = 0;
  let massAtStart = 0;
  let sums = Object.fromEntries(MEANS.map((name) => [name, new Float64Array(levels.count * rows)])) as Record<
    MeanName,
    Float64Array
  >;
  if (existsSync(restartPath)) {
    const saved = deserialize(readFileSync(restartPath));
    ({ day, sums, massAtStart } = saved);
    model.resume(saved.model);
  } else {
    setInitialState(model, model.truncation.field(), 0);
  }
  const progress = new Progress(spinUp + days, 'days', day);
  const stepsPerSample = stepsPerDay / SAMPLES_PER_DAY;
  while (day < spinUp + days) {
    if (day === spinUp) massAtStart = model.massCorrection;
    for (let step = 1; step <= stepsPerDay; step++) {
      model.step();
      if (day >= spinUp && step % stepsPerSample === 0) addSample(model, sums);
    }
    day++;
    progress.show(day);
    if (day % DAYS_BETWEEN_RESTARTS === 0) {
      writeFileSync(`${restartPath}.partial`, serialize({ day, sums, massAtStart, model: model.restart() }));
      renameSync(`${restartPath}.partial`, restartPath);
    }
  }
  const samples = days * SAMPLES_PER_DAY;
  return {
    truncation,
    spinUpDays: spinUp,
    days,
    timeStep: model.timeStep,
    massDrift: model.massCorrection - massAtStart,
    latitudes: Array.from(model.transform.grid.sines, (sine) => rounded((Math.asin(sine) * 180) / Math.PI)),
    sigma: Array.from(levels.full, rounded),
    means: Object.fromEntries(
      MEANS.map((name) => [name, Array.from(sums[name], (sum) => rounded(sum / samples))]),
    ) as Climate['means'],
  };
}

/** Adds the zonal means of the model's state, and of the products of departures from them. */
function addSample({ fields, transform, levels }: PrimitiveEquations, sums: Record<MeanName, Float64Array>) {
  const { rows, columns, grid } = transform;
  for (let k = 0; k < levels.count; k++) {
    for (let j = 0; j < rows; j++) {
      const inverseCosine = 1 / Math.sqrt(1 - grid.sines[j] ** 2);
      let [u, v, t, vv, uv, tt, vt, uu] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let i = j * columns; i < (j + 1) * columns; i++) {
        const ui = fields.u[k][i] * inverseCosine;
        const vi = fields.v[k][i] * inverseCosine;
        const ti = fields.temperature[k][i];
        u += ui;
        v += vi;
        t += ti;
        uu += ui * ui;
        vv += vi * vi;
        uv += ui * vi;
        tt += ti * ti;
        vt += vi * ti;
      }
      u /= columns;
      v /= columns;
      t /= columns;
      const at = k * rows + j;
      sums.u[at] += u;
      sums.v[at] += v;
      sums.temperature[at] += REFERENCE_TEMPERATURE + t;
      sums.eddyTemperatureVariance[at] += tt / columns - t * t;
      sums.eddyHeatFlux[at] += vt / columns - v * t;
      sums.eddyMomentumFlux[at] += uv / columns - u * v;
      sums.eddyKineticEnergy[at] += (uu + vv) / (2 * columns) - (u * u + v * v) / 2;
    }
  }
}

/** Five digits are plenty for a picture. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}
