import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenPath } from '../graphcast/golden.fixture';
import { type Dataset, openDataset } from '../weather/dataset';
import { VARIABLES } from '../weather/variables';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';
import type { LeadScore } from './forecast_scores';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const checkpoint = goldenPath('tiny', 'checkpoint.npz');
const data = goldenPath('tiny', 'dataset.nc');
const HOUR = 3600;

interface Report {
  out: string;
  initial_time: string;
  lead_hours: number[];
  scores: LeadScore[];
}

function forecast(name: string, ...more: string[]): Promise<Report> {
  return graphcastJson<Report>(
    ...['forecast', '--checkpoint', checkpoint, '--data', data, '--out', scratch(name), ...more],
  );
}

async function withData<T>(path: string, use: (dataset: Dataset) => Promise<T>): Promise<T> {
  const dataset = await openDataset(path);
  try {
    return await use(dataset);
  } finally {
    dataset.close();
  }
}

const times = await withData(data, async (dataset) => Array.from(dataset.times));
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
const iso = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`;

describe('graphcast forecast', () => {
  it('needs no more than two frames', async () => {
    const [data, run] = [await writePlanet(scratch('three.nc'), 3), scratch('run')];
    await graphcastJson('train', '--data', data, '--updates', '1', '--out', run);
    const report = await graphcastJson<Report>(
      ...['forecast', '--checkpoint', join(run, 'checkpoint.npz'), '--stats', join(run, 'stats')],
      ...['--data', await writePlanet(scratch('two.nc'), 2), '--steps', '2', '--out', scratch('short.nc')],
    );
    expect(report).toMatchObject({ initial_time: '2024-01-01T06:00Z', lead_hours: [6, 12], scores: [] });
    const times = await withData(scratch('short.nc'), async (written) => Array.from(written.times));
    expect(times).toEqual([12, 18].map((hour) => Date.UTC(2024, 0, 1, hour) / 1000));
  });

  it('writes a file that our reader opens, with valid times, units and levels', async () => {
    const report = await forecast('forecast.nc', '--steps', '2', '--time', iso(times[1]));
    expect(report).toMatchObject({ out: scratch('forecast.nc'), initial_time: iso(times[1]) });
    expect(report.lead_hours).toEqual([6, 12]);
    const input = await withData(data, async ({ latitudes, longitudes, levels }) => ({
      latitudes,
      longitudes,
      levels,
    }));
    await withData(scratch('forecast.nc'), async (written) => {
      expect(Array.from(written.times)).toEqual([times[1] + 6 * HOUR, times[1] + 12 * HOUR]);
      expect(written.latitudes).toEqual(input.latitudes);
      expect(written.longitudes).toEqual(input.longitudes);
      expect(written.levels).toEqual(input.levels);
      expect(written.variables.size).toBe(11);
      for (const { name, units } of written.variables.values())
        expect(units, name).toBe(VARIABLES.get(name)?.units);
      const values = await written.read('geopotential', 1);
      expect(values.length).toBe(5 * 19 * 36);
      expect(values.every(Number.isFinite)).toBe(true);
    });
  });

  it('writes the same as Zarr, in a folder or a ZIP archive', async () => {
    const from = ['--steps', '2', '--time', iso(times[1])];
    await forecast('same.nc', ...from);
    for (const name of ['same.zarr', 'same.zarr.zip']) {
      expect((await forecast(name, ...from)).lead_hours).toEqual([6, 12]);
      await withData(scratch('same.nc'), (expected) =>
        withData(scratch(name), async (written) => {
          expect(written.times).toEqual(expected.times);
          expect([...written.variables.values()].sort(byName)).toEqual(
            [...expected.variables.values()].sort(byName),
          );
          for (const variable of expected.variables.keys())
            expect(await written.read(variable, 1)).toEqual(await expected.read(variable, 1));
        }),
      );
    }
    const again = ['forecast', '--checkpoint', checkpoint, '--data', data, '--out', scratch('same.zarr')];
    expect(await graphcastFailure(...again)).toMatch(
      /same\.zarr is there already: remove it or choose another --out\./,
    );
  });

  it('scores the lead times for which the data hold the truth, beside persistence', async () => {
    const last = times.length - 1;
    const { scores } = await forecast('scored.nc', '--steps', '3', '--time', iso(times[last - 2]));
    expect(scores.map(({ lead_hours }) => lead_hours)).toEqual([6, 12]);
    for (const { rmse } of scores) {
      expect(Object.keys(rmse)).toHaveLength(5 + 6 * 5);
      expect(rmse['geopotential 500'].unit).toBe('m**2 s**-2');
      for (const { forecast: error, persistence } of Object.values(rmse)) {
        expect(error).toBeGreaterThan(0);
        expect(persistence).toBeGreaterThan(0);
      }
    }
  });

  it('starts at the end of the data and derives the forcings beyond it', async () => {
    const report = await forecast('beyond.nc', '--steps', '5');
    expect(report.initial_time).toBe(iso(times.at(-1)!));
    expect(report.scores).toEqual([]);
    await withData(scratch('beyond.nc'), async (written) => {
      expect(Array.from(written.times)).toEqual([1, 2, 3, 4, 5].map((k) => times.at(-1)! + k * 6 * HOUR));
      const values = await written.read('2m_temperature', 4);
      expect(values.every(Number.isFinite)).toBe(true);
    });
  });

  it('says what its own output lacks as an initial state', async () => {
    await forecast('first.nc', '--steps', '2');
    // Two frames alone are enough, but static fields are in no forecast.
    const message = await graphcastFailure(
      ...['forecast', '--checkpoint', checkpoint, '--data', scratch('first.nc'), '--out', scratch('no.nc')],
    );
    expect(message).toContain("'geopotential_at_surface' is missing");
  });

  it('prints a table with units', async () => {
    const { code, stdout, stderr } = await graphcast([
      ...['forecast', '--checkpoint', checkpoint, '--data', data, '--out', scratch('table.nc')],
      ...['--steps', '1', '--time', iso(times[1])],
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/table\.nc: 1 frame to \+6 h from /);
    expect(stdout).toMatch(/^ +RMSE at \+6 h +forecast +persistence$/m);
    expect(stdout).toMatch(/^ +geopotential 500 +[\d.]+ +[\d.]+ {2}m\*\*2 s\*\*-2$/m);
  });

  it('refuses a time for which the data have no two frames', async () => {
    const args = ['forecast', '--checkpoint', checkpoint, '--data', data, '--out', scratch('never.nc')];
    for (const time of [iso(times[0]), '2030-01-01']) {
      const message = await graphcastFailure(...args, '--time', time);
      expect(message).toMatch(/dataset\.nc: a forecast from .* needs frames at that time and 6 h before/);
    }
    const { code, stderr } = await graphcast([...args, '--time', 'yesterday']);
    expect([code, stderr.includes("--time is 'yesterday'")]).toEqual([2, true]);
  });
});
