import { expect, it } from 'vitest';
import { completeStatistics } from './missing_statistics';
import { openPlanet, smallPlanet } from './small_planet.fixture';
import {
  computeStatistics,
  readStatistics,
  STATISTICS_FILES,
  TabulatedStatistics,
  writeStatistics,
} from './statistics';
import { taskFromDataset } from './task';

const dataset = await openPlanet(smallPlanet());
const task = taskFromDataset(dataset);
const all = await computeStatistics(dataset, task);
/** Statistics of other data, so that what is kept can be told from what is computed. */
const elsewhere = await openPlanet(
  smallPlanet({ hours: [0, 6, 12], levels: [850], latitudes: [-60, 0, 60] }),
);

it('computes what statistics lack, and keeps what they have', async () => {
  const given = await computeStatistics(elsewhere, taskFromDataset(elsewhere));
  given.tables.mean.delete('land_sea_mask');
  const { statistics, computed } = await completeStatistics(given, dataset, task);
  expect(computed).toEqual([
    { variable: 'geopotential', level: 500 },
    { variable: 'geopotential', level: 1000 },
    { variable: 'land_sea_mask', level: null },
  ]);
  for (const measure of ['mean', 'stddev', 'diffsStddev'] as const) {
    for (const level of [500, 1000])
      expect(statistics[measure]('geopotential', level)).toBe(all[measure]('geopotential', level));
    for (const [variable, level] of [
      ['geopotential', 850],
      ['2m_temperature', null],
    ] as const) {
      expect(statistics[measure](variable, level)).toBe(given[measure](variable, level));
    }
  }
  expect(given.mean('geopotential', 850)).not.toBe(all.mean('geopotential', 850));
  expect(statistics.mean('land_sea_mask', null)).toBe(all.mean('land_sea_mask', null));
  expect(statistics.stddev('land_sea_mask', null)).toBe(given.stddev('land_sea_mask', null));
});

it('gives back complete statistics as they are', async () => {
  expect(await completeStatistics(all, dataset, task)).toEqual({ statistics: all, computed: [] });
});

it('survives being written when variables have different levels', async () => {
  const gap = { levels: [500, 850, 1000], values: Float64Array.of(1, Number.NaN, 3) };
  const mean = new Map(all.tables.mean).set('geopotential', gap);
  mean.set('ozone_mass_mixing_ratio', { levels: [300, 850], values: Float64Array.of(7, 8) });
  const { statistics } = await completeStatistics(
    new TabulatedStatistics({ ...all.tables, mean }),
    dataset,
    task,
  );
  const files = writeStatistics(statistics);
  const file = (name: string) => new File([files.get(name)!], name);
  const again = await readStatistics({
    mean: file(STATISTICS_FILES.mean),
    stddev: file(STATISTICS_FILES.stddev),
    diffsStddev: file(STATISTICS_FILES.diffsStddev),
  });
  const means = (variable: string) => [300, 500, 850, 1000].map((level) => again.mean(variable, level));
  expect(means('geopotential')).toEqual([Number.NaN, 1, all.mean('geopotential', 850), 3]);
  expect(means('ozone_mass_mixing_ratio')).toEqual([7, Number.NaN, 8, Number.NaN]);
});
