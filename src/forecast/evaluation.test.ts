/** An evaluation as a whole, against a plain float64 computation from the arrays that the test writes to a file. */
import { describe, expect, it } from 'vitest';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { openPlanet, smallPlanet, variableOf } from '../weather/small_planet.fixture';
import { INPUT_DURATION, type Task } from '../weather/task';
import { WindowReader } from '../weather/windows';
import { climatologyData, RunningClimatology } from './climatology';
import { Evaluation, type EvaluationJob, type PlannedForecast, planForecasts } from './evaluation';
import { scoresOf } from './evaluation_scores';
import { noise, plainMean } from './fields.fixture';
import { coversLatitude, coversLongitude, REGIONS } from './regions';
import { scoresCsv } from './scores_csv';
import { parseScores, type Scores, writeScores } from './scores_file';

/** There are gaps after 30 h; every hour of the day comes twice, so that no anomaly vanishes. */
const HOURS = [0, 6, 12, 18, 24, 30, 42, 60];
const [ROWS, COLUMNS, LEVELS] = [7, 8, [500, 850]];
const NODES = ROWS * COLUMNS;
const ABOUT = { name: 'run', description: 'A test.', data: 'planet.nc', units: () => 'K' };
const TASK: Task = {
  inputVariables: ['geopotential', 'u_component_of_wind', 'v_component_of_wind', '2m_temperature'],
  targetVariables: ['geopotential', 'u_component_of_wind', 'v_component_of_wind', '2m_temperature'],
  forcingVariables: [],
  pressureLevels: LEVELS,
  inputDuration: INPUT_DURATION,
};
const layout = channelLayout(TASK);

const spec = smallPlanet({ hours: HOURS, levels: LEVELS });
const geopotential = variableOf(spec, 'geopotential');
for (const name of ['u_component_of_wind', 'v_component_of_wind'])
  spec.variables.push({ ...geopotential, name });
for (const [seed, { name }] of layout.state.map(({ variable }) => ({ name: variable })).entries()) {
  const variable = variableOf(spec, name);
  variable.data = noise(variable.data.length, seed + 1).map((x) => 250 + 30 * x);
}
const land = noise(NODES, 99).map((x) => Math.min(1, Math.max(0, x + 0.5)));
variableOf(spec, 'land_sea_mask').data = land;

/** Value of a field in the test's own arrays. */
function written(variable: string, level: number | null, frame: number, node: number): number {
  const { data } = variableOf(spec, variable);
  const planes = level === null ? 1 : LEVELS.length;
  const plane = level === null ? 0 : LEVELS.indexOf(level);
  return Number(data[(frame * planes + plane) * NODES + node]);
}

/** The made-up model: the truth plus an error that grows. */
const errors = new Map<number, Float32Array>();
function errorOf(channel: number, step: number, frame: number): Float32Array {
  const seed = 1000 * frame + 10 * channel + step;
  const error = errors.get(seed) ?? noise(NODES, seed).map((x) => x * step);
  errors.set(seed, error);
  return error;
}
function predicted(channel: number, frame: number, step: number, node: number): number {
  const { variable, level } = layout.state[channel];
  const target = HOURS.indexOf(HOURS[frame] + 6 * step);
  return Math.fround(
    written(variable, level, Math.max(target, 0), node) + errorOf(channel, step, frame)[node],
  );
}

async function* model({ frame, steps }: PlannedForecast) {
  for (let step = 1; step <= steps; step++) {
    const state = new Float32Array(layout.state.length * NODES);
    for (const c of layout.state.keys())
      for (let g = 0; g < NODES; g++) state[c * NODES + g] = predicted(c, frame, step, g);
    yield { step, state };
  }
}

async function jobOf(dataset: Dataset, more: Partial<EvaluationJob> = {}): Promise<EvaluationJob> {
  const reader = new WindowReader(dataset, TASK, layout);
  const { times } = dataset;
  const state = (frame: number) => reader.state(frame);
  const frames = [...times.keys()];
  return {
    grid: dataset,
    layout,
    forecasts: planForecasts(times, { everyHours: 6, steps: 3, needsPrevious: true }),
    state,
    frameAtTime: (time) => reader.frameAtTime(time),
    forecast: model,
    climatology: new RunningClimatology(climatologyData(dataset, state, layout.state.length, frames), true),
    regions: REGIONS,
    landFraction: await dataset.read('land_sea_mask', 0),
    ...more,
  };
}

async function evaluated(job: EvaluationJob): Promise<Scores> {
  const evaluation = new Evaluation(job);
  for await (const _ of evaluation.run());
  return scoresOf(evaluation, ABOUT);
}

const dataset = await openPlanet(spec);
const grid = { latitudes: dataset.latitudes, longitudes: dataset.longitudes };
const scores = await evaluated(await jobOf(dataset));

/** First frames by step, by hand: a frame before, a truth after, the gap at 36 h left out. */
const INITIAL = { 1: [1, 2, 3, 4], 2: [1, 2, 3, 5], 3: [1, 2, 4] } as Record<number, number[]>;

/** The climatology by hand: all frames at the hour of day, weighted by 30 minus their distance in days. */
function normal(variable: string, level: number | null, hour: number, node: number): number {
  let [sum, total] = [0, 0];
  for (const [frame, other] of HOURS.entries()) {
    if (other % 24 !== hour % 24) continue;
    const weight = 30 - Math.abs(Math.floor(other / 24) - Math.floor(hour / 24));
    sum += weight * written(variable, level, frame, node);
    total += weight;
  }
  return sum / total;
}

/** Mean over a region's area, one time. */
function meanOver(id: string, value: (node: number) => number): number {
  const region = REGIONS.find((known) => known.id === id)!;
  return plainMean(grid, value, (latitude, longitude, node) => {
    if (!coversLatitude(region, latitude) || !coversLongitude(region, longitude)) return 0;
    if (region.surface === 'land') return land[node];
    return region.surface === 'sea' ? 1 - land[node] : 1;
  });
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Agreement to 1e-5, as a fraction. */
function expectAgree(found: number | null | undefined, expected: number, where: string): void {
  expect(Math.abs(found! - expected), `${where}: ${found} is not ${expected}`).toBeLessThanOrEqual(
    1e-5 * Math.abs(expected),
  );
}

describe('scores', () => {
  it('count the initial times that have a truth', () => {
    expect(scores.lead_hours).toEqual([6, 12, 18]);
    expect(scores.n).toEqual([4, 4, 3]);
    expect(scores.n_anomaly).toEqual([4, 4, 3]);
    expect(scores.initial_times).toEqual({
      first: '2021-03-01T06:00Z',
      last: '2021-03-02T06:00Z',
      count: 5,
      planned: 5,
    });
  });

  it('agree to 1e-5 with a plain computation from the file', () => {
    for (const [c, { variable, level }] of layout.state.entries()) {
      const id = level === null ? variable : `${variable} ${level}`;
      for (const region of [
        'global',
        'northern-hemisphere',
        'tropics',
        'europe',
        'global_land',
        'global_sea',
      ]) {
        for (const [i, hours] of scores.lead_hours.entries()) {
          const step = hours / 6;
          const initial = INITIAL[step];
          const fields = (source: 'forecast' | 'persistence' | 'climatology', frame: number) => {
            const valid = HOURS[frame] + hours;
            const truth = (g: number) => written(variable, level, HOURS.indexOf(valid), g);
            const climate = (g: number) => normal(variable, level, valid, g);
            const forecast = {
              forecast: (g: number) => predicted(c, frame, step, g),
              persistence: (g: number) => written(variable, level, frame, g),
              climatology: climate,
            }[source];
            return { forecast, truth, climate };
          };
          for (const source of ['forecast', 'persistence', 'climatology'] as const) {
            const where = `${source} ${id} ${region} +${hours} h`;
            const over = (value: (f: number, t: number, c: number) => number) =>
              initial.map((frame) => {
                const { forecast, truth, climate } = fields(source, frame);
                return meanOver(region, (g) => value(forecast(g), truth(g), climate(g)));
              });
            const found = scores.scores[source]![id][region];
            const rmse = Math.sqrt(mean(over((f, t) => (f - t) ** 2)));
            expectAgree(found.rmse?.[i], rmse, `${where} rmse`);
            expectAgree(found.mae?.[i], mean(over((f, t) => Math.abs(f - t))), `${where} mae`);
            expect(Math.abs(found.bias![i]! - mean(over((f, t) => f - t)))).toBeLessThan(1e-5 * rmse);
            if (source === 'climatology') {
              expect(found.acc).toBeUndefined();
              continue;
            }
            const products = over((f, t, n) => (f - n) * (t - n));
            const forecastSquares = over((f, _, n) => (f - n) ** 2);
            const truthSquares = over((_, t, n) => (t - n) ** 2);
            const acc = mean(products.map((p, k) => p / Math.sqrt(forecastSquares[k] * truthSquares[k])));
            expect(Math.abs(found.acc![i]! - acc), where).toBeLessThan(1e-5);
            expectAgree(found.activity?.[i], Math.sqrt(mean(forecastSquares)), `${where} activity`);
            expectAgree(scores.truth_activity[id][region][i]!, Math.sqrt(mean(truthSquares)), where);
          }
          const [forecast, persistence] = (['forecast', 'persistence'] as const).map(
            (source) => scores.scores[source]![id][region].rmse![i]!,
          );
          const skill = scores.scores.forecast![id][region].skill_persistence![i]!;
          expect(skill).toBeCloseTo(1 - forecast / persistence, 6);
        }
      }
    }
  });

  it('of the wind vector are those of both components', () => {
    const [u, v, vector] = ['u_component_of_wind', 'v_component_of_wind', 'wind_vector'].map(
      (name) => scores.scores.forecast![`${name} 850`].global,
    );
    expectAgree(vector.rmse![1], Math.sqrt(u.rmse![1]! ** 2 + v.rmse![1]! ** 2), 'wind vector');
    expect(Object.keys(vector).sort()).toEqual(['rmse', 'skill_climatology', 'skill_persistence']);
  });

  it('hold spectra that agree to 1e-5 with the definition', () => {
    const radius = (1000 * (6357 + 6378)) / 2;
    const { bands, series } = scores.spectra;
    const channel = layout.state.findIndex(
      ({ variable, level }) => variable === 'geopotential' && level === 500,
    );
    const band = bands.find(({ id }) => id === 'equator')!;
    expect(band.latitudes).toEqual([0]);
    expect(band.wavelength_km[0]).toBeNull();
    expectAgree(band.wavelength_km[2], (2 * Math.PI * radius) / 2000, 'wavelength');
    const found = series.filter(
      (s) => s.field === 'geopotential 500' && s.band === 'equator' && s.lead_hours === 18,
    );
    expect(found.map(({ source }) => source).sort()).toEqual(['forecast', 'persistence', 'truth']);
    for (const { source, energy } of found) {
      energy.forEach((value, k) => {
        const energies = INITIAL[3].map((frame) => {
          let [real, imaginary] = [0, 0];
          for (let x = 0; x < COLUMNS; x++) {
            const g = 3 * COLUMNS + x;
            const at = source === 'persistence' ? frame : HOURS.indexOf(HOURS[frame] + 18);
            const f =
              source === 'forecast' ? predicted(channel, frame, 3, g) : written('geopotential', 500, at, g);
            real += f * Math.cos((2 * Math.PI * k * x) / COLUMNS);
            imaginary -= f * Math.sin((2 * Math.PI * k * x) / COLUMNS);
          }
          const power = (real ** 2 + imaginary ** 2) / COLUMNS ** 2;
          return (k === 0 ? 1 : 2) * 2 * Math.PI * radius * power;
        });
        expectAgree(value, mean(energies), `${source} ${k}`);
      });
    }
  });

  it('survive being written and read', () => {
    expect(parseScores(writeScores(scores), 'scores.json')).toEqual(scores);
    expect(() => parseScores('{}', 'other.json')).toThrow(/other\.json holds no scores/);
    expect(() => parseScores('what', 'text.json')).toThrow(/text\.json is not JSON/);
    const later = JSON.stringify({ ...scores, version: 2 });
    expect(() => parseScores(later, 'later.json')).toThrow(/of version 2 .* version 1 is expected/);
  });

  it('are one number per row as a table', () => {
    const [head, ...rows] = scoresCsv(scores).trimEnd().split('\n');
    expect(head).toBe('source,variable,level,units,region,lead_hours,n,score,value');
    const wanted = scores.scores.forecast!['geopotential 500'].europe.rmse![1];
    expect(rows).toContain(`forecast,geopotential,500,K,europe,12,4,rmse,${wanted}`);
    expect(rows.filter((row) => row.startsWith('truth,2m_temperature,,K,global,')).length).toBe(3);
    expect(new Set(rows).size).toBe(rows.length);
  });
});

describe('what may be missing', () => {
  it('a model: persistence from every frame', async () => {
    const forecasts = planForecasts(dataset.times, { everyHours: 6, steps: 40, needsPrevious: false });
    const baselines = await evaluated(await jobOf(dataset, { forecast: undefined, forecasts }));
    expect(Object.keys(baselines.scores)).toEqual(['persistence', 'climatology']);
    expect(baselines.lead_hours).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
    expect(baselines.n).toEqual([5, 5, 5, 3, 3, 2, 2, 1, 1, 1]);
  });

  it('a climatology, a mask, fields that nobody asked for', async () => {
    const scored = await evaluated(
      await jobOf(dataset, { climatology: undefined, landFraction: undefined, channels: [0] }),
    );
    expect(Object.keys(scored.scores)).toEqual(['forecast', 'persistence']);
    expect(scored.fields.map(({ id }) => id)).toEqual([layout.state[0].variable]);
    expect(scored.climatology).toBeNull();
    expect(Object.keys(scored.scores.forecast![scored.fields[0].id].global).sort()).toEqual([
      'bias',
      'mae',
      'rmse',
      'skill_persistence',
    ]);
    expect(scored.warnings.join()).toMatch(
      /No grid point lies in .*global_land, global_sea, or there is no land/,
    );
  });

  it('the end, when it is stopped: fewer initial times', async () => {
    const evaluation = new Evaluation(await jobOf(dataset));
    const seen: number[] = [];
    for await (const { done, total } of evaluation.run()) {
      seen.push(done);
      expect(total).toBe(3 + 3 + 2 + 3 + 2);
      if (done === 4) break;
    }
    expect(seen).toEqual([1, 2, 3, 4]);
    const partial = scoresOf(evaluation, ABOUT);
    expect(partial.n).toEqual([2, 1, 1]);
    expect(partial.initial_times).toMatchObject({ count: 2, planned: 5 });
    expect(partial.warnings[0]).toMatch(/Not complete: 2 of 5 forecasts/);
  });

  it('finite numbers: no score, and a warning', async () => {
    async function* broken(planned: PlannedForecast) {
      for await (const { step, state } of model(planned)) {
        if (planned.frame === 2 && step > 1) state.fill(Number.NaN);
        yield { step, state };
      }
    }
    const scored = await evaluated(await jobOf(dataset, { forecast: broken }));
    const { rmse } = scored.scores.forecast!['geopotential 500'].global;
    expect(rmse?.map((value) => value === null)).toEqual([false, true, true]);
    expect(scored.scores.persistence!['geopotential 500'].global.rmse).not.toContain(null);
    expect(scored.warnings).toEqual([
      expect.stringMatching(/^1 of 5 forecasts are not finite numbers, from \+12 h on/),
    ]);
  });
});

describe('initial times', () => {
  const times = Float64Array.from(HOURS, (hour) => hour * 3600);
  const frames = (options: Partial<Parameters<typeof planForecasts>[1]>) =>
    planForecasts(times, { everyHours: 6, steps: 2, needsPrevious: false, ...options }).map(
      ({ frame, steps }) => [frame, steps],
    );

  it('have a truth, a frame before for a model, and keep to the period and the spacing', () => {
    expect(frames({})).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 1],
      [5, 2],
    ]);
    expect(frames({ needsPrevious: true })[0]).toEqual([1, 2]);
    expect(frames({ everyHours: 12 }).map(([frame]) => frame)).toEqual([0, 2, 4]);
    expect(frames({ everyHours: 12, period: { from: 6 * 3600, end: 30 * 3600 } })).toEqual([
      [1, 2],
      [3, 2],
    ]);
  });
});
