import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Scores } from '../forecast/scores_file';
import { goldenPath } from '../graphcast/golden.fixture';
import { openDataset } from '../weather/dataset';
import { realData } from '../weather/real_data.fixture';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';
import type { LeadScore } from './forecast_scores';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const FRAMES = 8;
const ifs = realData('ifs_hres_10deg_2024-06-03.nc');
const planet = await writePlanet(scratch('planet.nc'), FRAMES);
const data = ifs ?? planet;

interface Report {
  out: string[];
  initial_times: number;
  lead_hours: number[];
  n: number[];
  rmse: Record<string, Record<string, number[]>>;
  warnings: string[];
}

const read = (name: string) => readFileSync(scratch(name), 'utf8');
const readScores = (name: string) => JSON.parse(read(name)) as Scores;

/** RMSE of "no change" over all pairs of frames, plainly: root after the mean over pairs; 19 rows, poles included. */
async function persistence(variable: string, level: number, step: number): Promise<number> {
  const dataset = await openDataset(data);
  const { latitudes, longitudes, times } = dataset;
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  let [sum, weights] = [0, 0];
  for (let frame = 0; frame + step < times.length; frame++) {
    const now = await dataset.read(variable, frame, [level]);
    const later = await dataset.read(variable, frame + step, [level]);
    for (const [row, latitude] of latitudes.entries()) {
      const area =
        Math.sin(radians(Math.min(90, latitude + 5))) - Math.sin(radians(Math.max(-90, latitude - 5)));
      for (let column = 0; column < longitudes.length; column++) {
        const g = row * longitudes.length + column;
        sum += area * (later[g] - now[g]) ** 2;
        weights += area;
      }
    }
  }
  dataset.close();
  return Math.sqrt(sum / weights);
}

describe('graphcast evaluate without a checkpoint', () => {
  it('scores persistence over all pairs of the file, and the climatology', async () => {
    const report = await graphcastJson<Report>('evaluate', '--data', data, '--out', scratch('base.json'));
    expect(report.initial_times).toBe(FRAMES - 1);
    expect(report.lead_hours).toEqual([6, 12, 18, 24, 30, 36, 42]);
    expect(report.n).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const z500 = report.rmse.persistence['geopotential 500'];
    for (const [step, published] of [
      [1, '161.1'],
      [2, '248.0'],
      [4, '423.9'],
    ] as const) {
      const expected = await persistence('geopotential', 500, step);
      expect(z500[step - 1] / expected).toBeCloseTo(1, 6);
      if (ifs) expect(z500[step - 1].toFixed(1)).toBe(published);
    }
    const { climatology, regions, scores, truth_activity } = readScores('base.json');
    expect(climatology?.note).toMatch(/the data cover 2 of 366 days .* the scored times are among them/);
    expect(regions.map(({ id }) => id)).toContain('europe');
    expect(regions.some(({ id }) => id === 'global_land')).toBe(ifs !== undefined);
    // The climatology's error is the truth's anomaly.
    expect(scores.climatology?.['geopotential 500'].tropics.rmse).toEqual(
      truth_activity['geopotential 500'].tropics,
    );
  });

  it('writes all three files into a folder, and a climatology that can be read again', async () => {
    const chosen = [
      '--data',
      planet,
      '--fields',
      'geopotential 500,2m_temperature',
      '--regions',
      'tropics,global',
    ];
    const [first, second] = await Promise.all([
      graphcastJson<Report>(
        ...['evaluate', ...chosen, '--out', `${scratch('all')}/`],
        ...['--save-climatology', scratch('climatology.nc'), '--every', '12', '--steps', '2'],
      ),
      graphcast(['evaluate', ...chosen, '--every', '12', '--steps', '2', '--out', scratch('table.json')]),
    ]);
    expect(first.out).toEqual(
      ['scores.json', 'scores.csv', 'scorecard.html'].map((name) => scratch(`all/${name}`)),
    );
    expect(first.n).toEqual([4, 3]);
    expect(Object.keys(first.rmse.persistence)).toEqual(['geopotential 500', '2m_temperature']);
    expect(read('all/scores.csv').split('\n')[0]).toMatch(/^source,variable,level,/);
    expect(read('all/scorecard.html')).toContain('<title>Scorecard: Persistence and climatology</title>');
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).toMatch(/^ +RMSE, Tropics.* \+6 h +\+12 h$/m);
    expect(second.stdout).toMatch(/^ +persistence +[\d.]+ +[\d.]+$/m);

    const again = await graphcastJson<Report>(
      ...['evaluate', ...chosen, '--every', '12', '--steps', '2', '--out', scratch('again.json')],
      ...['--climatology', scratch('climatology.nc')],
    );
    for (const [field, values] of Object.entries(first.rmse.climatology))
      values.forEach((value, i) => {
        expect(again.rmse.climatology[field][i] / value).toBeCloseTo(1, 4);
      });
    expect(readScores('again.json').climatology).toMatchObject({ name: 'climatology.nc', computed: false });

    await graphcastJson('evaluate', '--scores', scratch('again.json'), '--out', scratch('again.csv'));
    expect(read('again.csv')).toContain('persistence,geopotential,500,m**2 s**-2,tropics,6,4,rmse,');
  });

  it('takes the climatology from other data, or none', async () => {
    const other = await writePlanet(scratch('other.nc'), 4);
    const args = ['evaluate', '--data', planet, '--steps', '1', '--regions', 'global'];
    const from = (source: string, name: string, ...more: string[]) =>
      graphcastJson<Report>(...args, '--climatology', source, '--out', scratch(name), ...more);
    await from(other, 'other.json');
    expect(readScores('other.json').climatology).toMatchObject({
      name: 'other.nc',
      last: '2024-01-01T18:00Z',
    });
    await from(planet, 'first_day.json', '--climatology-period', '2024-01-01', '--period', '2024-01-02');
    const { climatology, n, n_anomaly } = readScores('first_day.json');
    expect(climatology?.note).not.toContain('flatters');
    expect([n, n_anomaly]).toEqual([[3], [3]]);
    const without = await from('none', 'none.json');
    expect(Object.keys(without.rmse)).toEqual(['persistence']);
  });
});

describe('graphcast evaluate with a checkpoint', () => {
  const golden = goldenPath('tiny', 'dataset.nc');
  const model = ['--checkpoint', goldenPath('tiny', 'checkpoint.npz'), '--data', golden];

  it('finds what a single forecast finds, and compares two evaluations', async () => {
    const report = await graphcastJson<Report>(
      ...[
        'evaluate',
        ...model,
        '--steps',
        '2',
        '--out',
        scratch('model.json'),
        '--out',
        scratch('model.html'),
      ],
    );
    const dataset = await openDataset(golden);
    const last = new Date(dataset.times[dataset.times.length - 3] * 1000).toISOString();
    dataset.close();
    const single = await graphcastJson<{ scores: LeadScore[] }>(
      ...['forecast', ...model, '--steps', '2', '--time', last, '--out', scratch('forecast.nc')],
    );
    const one = await graphcastJson<Report>(
      ...['evaluate', ...model, '--steps', '2', '--period', last.slice(0, 16), '--out', scratch('one.json')],
    );
    expect(one.n).toEqual([1, 1]);
    expect(report.n[0]).toBeGreaterThan(1);
    for (const [i, { rmse }] of single.scores.entries()) {
      for (const [field, { forecast, persistence: same }] of Object.entries(rmse)) {
        expect(one.rmse.forecast[field][i] / forecast, field).toBeCloseTo(1, 5);
        expect(one.rmse.persistence[field][i] / same, field).toBeCloseTo(1, 5);
      }
    }
    await graphcastJson(
      ...['evaluate', '--scores', scratch('model.json'), '--against', scratch('one.json')],
      ...['--out', scratch('both.html')],
    );
    expect(read('both.html')).toContain('The two evaluations are of different initial times');
  });
});

it('graphcast evaluate stops on a signal and writes the scores so far', async () => {
  const long = await writePlanet(scratch('long.nc'), 24);
  const { code, stderr } = await graphcast(
    ['evaluate', '--data', long, '--climatology', 'none', '--out', scratch('stopped.json')],
    { signal: 'SIGINT', when: (shown) => shown.includes(' steps/s') },
  );
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('Stopped by SIGINT.');
  const { initial_times: times, warnings } = readScores('stopped.json');
  expect(times.planned).toBe(23);
  expect(times.count).toBeGreaterThan(0);
  expect(warnings[0]).toMatch(/^Not complete: \d+ of 23 forecasts have been begun\./);
});

describe('graphcast evaluate refuses', () => {
  const evaluate = (...args: string[]) =>
    graphcastFailure('evaluate', '--data', planet, '--out', scratch('no.json'), ...args);

  it('what it cannot do, in one sentence', async () => {
    expect(await evaluate('--period', '2030')).toMatch(
      /planet\.nc: there is no initial time in the period .* that has a frame 6 h later/,
    );
    expect(await evaluate('--regions', 'atlantis')).toContain("There is no region 'atlantis'");
    expect(await evaluate('--fields', 'geopotential 200')).toMatch(/'geopotential 200', which is not/);
    expect(await evaluate('--climatology-period', '2030')).toMatch(
      /no frame lies in the period of the climatology/,
    );
    expect(existsSync(scratch('no.json'))).toBe(false);
  });

  it('options that would have no effect', async () => {
    for (const [args, message] of [
      [['--memory', '1GB'], '--memory is for a model; give its --checkpoint.'],
      [['--against', scratch('base.json')], '--against is for the scorecard'],
      [['--out', scratch('scores.txt')], 'expected a name that ends in .json, .csv or .html'],
      [['--scores', scratch('base.json')], '--data is for an evaluation'],
      [['--climatology', 'none', '--save-climatology', 'c.nc'], '--save-climatology is for a climatology'],
    ] as const) {
      const { code, stderr } = await graphcast(['evaluate', '--data', planet, ...args]);
      expect([code, stderr.includes(message)], stderr).toEqual([2, true]);
    }
    const { code, stderr } = await graphcast(['evaluate']);
    expect([code, stderr.includes('--data is missing')]).toEqual([2, true]);
  });
});
