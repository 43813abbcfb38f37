/** Training on little data, as a first-time user does it: the model must come to know its own windows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootMeanSquareError, SpatialMeans } from '../forecast/spatial_means';
import { type Dataset, openDataset } from '../weather/dataset';
import { realData } from '../weather/real_data.fixture';
import { graphcastJson, readMetrics, scratchFolder } from './command.fixture';
import type { LeadScore } from './forecast_scores';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const FRAMES = 8;
const SCORED = {
  'geopotential 500': ['geopotential', 500],
  'temperature 850': ['temperature', 850],
} as const;
const ifs = realData('ifs_hres_10deg_2024-06-03.nc');

/** Four times the paper's peak learning rate, which suits so small a network: warm-up, then half a cosine to 0. */
function writeSchedule(path: string, updates: number): string {
  const warmUp = updates / 20;
  const phases = [
    { updates: warmUp, learning_rate: { shape: 'linear', from: 0, to: 4e-3 }, ar_steps: 1 },
    { updates: updates - warmUp, learning_rate: { shape: 'cosine', from: 4e-3, to: 0 }, ar_steps: 1 },
  ];
  writeFileSync(path, JSON.stringify({ phases }));
  return path;
}

/** RMSE of "no change" over 6 h, per pair of neighbouring frames. */
async function persistence(dataset: Dataset, variable: string, level: number): Promise<number[]> {
  const means = new SpatialMeans(dataset);
  const read = (frame: number) => dataset.read(variable, frame, [level]);
  const errors: number[] = [];
  for (let frame = 1; frame < dataset.times.length; frame++)
    errors.push(rootMeanSquareError(means, await read(frame), await read(frame - 1)));
  return errors;
}

const rootMeanSquare = (x: number[]) =>
  Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length);

describe('graphcast train, tiny preset', () => {
  it('overfits eight frames: 6 h errors of z500 and t850 below half of persistence', async () => {
    const data = ifs ?? (await writePlanet(scratch('planet.nc'), FRAMES));
    const dataset = await openDataset(data);
    const run = scratch('overfit');
    const config = writeSchedule(scratch('overfit.json'), 1400);
    await graphcastJson('train', '--data', data, '--config', config, '--out', run);

    const found: Record<string, { forecast: number[]; persistence: number[] }> = {};
    for (const name of Object.keys(SCORED)) found[name] = { forecast: [], persistence: [] };
    for (let frame = 1; frame < FRAMES - 1; frame++) {
      const time = new Date(dataset.times[frame] * 1000).toISOString();
      const { scores } = await graphcastJson<{ scores: LeadScore[] }>(
        ...['forecast', '--checkpoint', join(run, 'checkpoint.npz'), '--data', data],
        ...['--stats', join(run, 'stats'), '--steps', '1', '--time', time, '--out', scratch('one_step.nc')],
      );
      for (const [name, errors] of Object.entries(found)) {
        errors.forecast.push(scores[0].rmse[name].forecast);
        errors.persistence.push(scores[0].rmse[name].persistence);
      }
    }
    for (const [name, [variable, level]] of Object.entries(SCORED)) {
      const all = await persistence(dataset, variable, level);
      all.slice(1).forEach((error, i) => {
        expect(found[name].persistence[i] / error).toBeCloseTo(1, 6);
      });
      const published = { 'geopotential 500': 161.08, 'temperature 850': 0.7952 }[name]!;
      if (ifs) expect(rootMeanSquare(all) / published).toBeCloseTo(1, 4);
      const ratio = rootMeanSquare(found[name].forecast) / rootMeanSquare(all);
      console.log(`${name}: 6 h RMSE is ${ratio.toFixed(3)} of persistence's`);
      expect(ratio, name).toBeLessThan(0.5);
    }
    dataset.close();
  }, 600_000);

  it('trains on data without levels', async () => {
    const wind = realData('gfs_10m_wind_2p5deg_2018-09.nc');
    const data =
      wind ??
      (await writePlanet(scratch('surface.nc'), FRAMES, (spec) => {
        spec.variables = spec.variables.filter(({ dimensions }) => !dimensions.includes('level'));
        delete spec.dimensions.level;
      }));
    const run = scratch('wind');
    await graphcastJson('train', '--data', data, '--updates', '30', '--out', run);
    const losses = readMetrics(run).map(({ loss }) => Number(loss));
    expect(losses).toHaveLength(30);
    const mean = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.8 * mean(losses.slice(0, 3)));
  });

  it('uses statistics that are given', async () => {
    const published = ifs && realData('graphcast_stats');
    const data = ifs ?? (await writePlanet(scratch('planet.nc'), FRAMES));
    const own = scratch('own');
    await graphcastJson('train', '--data', data, '--updates', '2', '--out', own);
    const stats = published || join(own, 'stats');
    const run = scratch('given');
    await graphcastJson('train', '--data', data, '--stats', stats, '--updates', '2', '--out', run);
    const [first] = readMetrics(run);
    const [expected] = readMetrics(own);
    if (published) expect(first.loss).not.toBe(expected.loss);
    else expect(first.loss).toBe(expected.loss);
    expect(Number.isFinite(first.loss)).toBe(true);
  });
});
