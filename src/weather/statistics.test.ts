import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { channelLayout } from './channels';
import { deriveForcing } from './forcings';
import { writeNetcdf } from './formats/netcdf_writer';
import { writeNetcdf3 } from './formats/netcdf3_writer';
import { normalisation } from './normalisation';
import { periodNamed } from './periods';
import { realData } from './real_data.fixture';
import { openPlanet, PLANET_START, planetValue, smallPlanet } from './small_planet.fixture';
import { computeStatistics, readStatistics, STATISTICS_FILES, writeStatistics } from './statistics';
import { TASKS, taskFromDataset } from './task';

function direct(values: number[]): { mean: number; stddev: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    stddev: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  };
}

test('equal a direct computation over the frames, differences only between frames 6 h apart', async () => {
  const hours = [0, 6, 12, 24, 30];
  const dataset = await openPlanet(smallPlanet({ hours }));
  const { latitudes, longitudes } = dataset;
  const progress: number[] = [];
  const statistics = await computeStatistics(dataset, taskFromDataset(dataset), {
    onProgress: (done, total) => progress.push(done / total),
  });
  expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);

  const field = (name: string, hour: number, level: number) =>
    Array.from(latitudes).flatMap((latitude) =>
      Array.from(longitudes, (longitude) => planetValue(name, hour, level, latitude, longitude)),
    );
  for (const [name, level] of [
    ['2m_temperature', null],
    ['geopotential', 500],
    ['geopotential', 1000],
  ] as const) {
    const { mean, stddev } = direct(hours.flatMap((hour) => field(name, hour, level ?? 0)));
    expect(statistics.mean(name, level)).toBeCloseTo(mean, 9);
    expect(statistics.stddev(name, level)).toBeCloseTo(stddev, 9);
    const pairs = [
      [0, 6],
      [6, 12],
      [24, 30],
    ];
    const differences = pairs.flatMap(([before, after]) => {
      const earlier = field(name, before, level ?? 0);
      return field(name, after, level ?? 0).map((value, i) => value - earlier[i]);
    });
    expect(statistics.diffsStddev(name, level)).toBeCloseTo(direct(differences).stddev, 9);
  }
  const noons = hours.flatMap((hour) =>
    Array.from(deriveForcing('day_progress_cos', PLANET_START + hour * 3600, latitudes, longitudes) ?? []),
  );
  expect(statistics.mean('day_progress_cos', null)).toBeCloseTo(direct(noons).mean, 9);
  expect(statistics.stddev('day_progress_cos', null)).toBeCloseTo(direct(noons).stddev, 9);
  const mask = direct(field('land_sea_mask', 0, 0));
  expect(statistics.mean('land_sea_mask', null)).toBeCloseTo(mask.mean, 9);
  expect(statistics.diffsStddev('land_sea_mask', null)).toBeUndefined();
});

test('a Worker can handle messages while they are computed', async () => {
  const dataset = await openPlanet(smallPlanet({ levels: [] }));
  const { read } = dataset;
  let messages = 0;
  const handledBefore: number[] = [];
  dataset.read = (...request) => {
    handledBefore.push(messages);
    // As long as a large frame takes, without giving way.
    for (const end = performance.now() + 60; performance.now() < end; );
    return read(...request);
  };
  const timer = setInterval(() => messages++, 1);
  await computeStatistics(dataset, taskFromDataset(dataset));
  clearInterval(timer);
  // 2 m temperature of four frames, the land-sea mask once.
  expect(handledBefore).toHaveLength(5);
  handledBefore.slice(1).forEach((handled, read) => {
    expect(handled).toBeGreaterThan(handledBefore[read]);
  });
});

test('levels in Pa are looked up in hPa', async () => {
  const bytes = await writeNetcdf({
    dimensions: { level: 2 },
    variables: [
      {
        name: 'level',
        dimensions: ['level'],
        data: Int32Array.of(5500, 85000),
        attributes: { units: 'Pa' },
      },
      { name: 'temperature', dimensions: ['level'], data: Float64Array.of(210, 275.25) },
    ],
  });
  const file = new File([bytes], 'mean.nc');
  const statistics = await readStatistics({ mean: file, stddev: file, diffsStddev: file });
  expect(statistics.mean('temperature', 55)).toBe(210);
  expect(statistics.mean('temperature', 850)).toBe(275.25);
});

test('of the training period alone', async () => {
  const dataset = await openPlanet(smallPlanet({ levels: [] }));
  const period = periodNamed({ train: ['2021-03-01T06', '2021-03-01T12'] }, 'train');
  const statistics = await computeStatistics(dataset, taskFromDataset(dataset), { period });
  const [first, last] = [await dataset.read('2m_temperature', 1), await dataset.read('2m_temperature', 2)];
  expect(statistics.mean('2m_temperature', null)).toBeCloseTo(direct([...first, ...last]).mean, 9);
  const differences = Array.from(last, (value, i) => value - first[i]);
  expect(statistics.diffsStddev('2m_temperature', null)).toBeCloseTo(direct(differences).stddev, 9);
  const empty = periodNamed({ train: ['1979', '2015'] }, 'train');
  await expect(computeStatistics(dataset, taskFromDataset(dataset), { period: empty })).rejects.toThrow(
    /planet\.nc: the train period 1979 to 2015 holds no frame/,
  );
});

test('can be cancelled', async () => {
  const dataset = await openPlanet(smallPlanet({ levels: [] }));
  const cancelling = new AbortController();
  const progress: number[] = [];
  const statistics = computeStatistics(dataset, taskFromDataset(dataset), {
    signal: cancelling.signal,
    onProgress: (done) => {
      progress.push(done);
      if (done === 2) cancelling.abort();
    },
  });
  await expect(statistics).rejects.toThrow(/aborted/);
  expect(progress).toEqual([1, 2]);
});

test('of a single frame have no differences, and what never changes is passed through', async () => {
  const dataset = await openPlanet(smallPlanet({ hours: [0] }));
  const task = taskFromDataset(dataset);
  const statistics = await computeStatistics(dataset, task);
  expect(statistics.diffsStddev('2m_temperature', null)).toBeUndefined();
  expect(statistics.stddev('year_progress_sin', null)).toBe(0);
  const { missing } = normalisation(channelLayout(task), statistics);
  expect(missing).toContain('diffs_stddev of 2m_temperature');
  expect(missing).toContain('stddev of year_progress_sin');
});

test.each([
  ['with levels', [500, 850]],
  ['without levels', []],
])('written %s and read back, they are the same', async (_, levels) => {
  const dataset = await openPlanet(smallPlanet({ levels }));
  const written = await computeStatistics(dataset, taskFromDataset(dataset));
  const folder = mkdtempSync(join(tmpdir(), 'statistics-'));
  const files = writeStatistics(written);
  expect([...files.keys()]).toEqual(['mean_by_level.nc', 'stddev_by_level.nc', 'diffs_stddev_by_level.nc']);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const read = await readStatistics({
    mean: join(folder, STATISTICS_FILES.mean),
    stddev: join(folder, STATISTICS_FILES.stddev),
    diffsStddev: join(folder, STATISTICS_FILES.diffsStddev),
  });
  expect(read.tables).toEqual(written.tables);
  rmSync(folder, { recursive: true });
});

test('are looked up by level', async () => {
  const bytes = writeNetcdf3({
    dimensions: { level: 3 },
    variables: [
      { name: 'level', dimensions: ['level'], data: Int32Array.of(500, 850, 1000) },
      { name: 'temperature', dimensions: ['level'], data: Float64Array.of(250.5, 275.25, 288) },
      { name: '2m_temperature', dimensions: [], data: Float64Array.of(278.125) },
    ],
  });
  const file = new File([bytes], 'mean.nc');
  const statistics = await readStatistics({ mean: file, stddev: file, diffsStddev: file });
  expect(statistics.mean('temperature', 850)).toBe(275.25);
  expect(statistics.mean('temperature', 700)).toBeUndefined();
  expect(statistics.mean('temperature', null)).toBeUndefined();
  expect(statistics.mean('2m_temperature', null)).toBe(278.125);
  expect(statistics.mean('vorticity', 850)).toBeUndefined();
});

test('a file without statistics is refused', async () => {
  const file = new File([await writeNetcdf({ dimensions: {}, variables: [] })], 'empty.nc');
  const attempt = readStatistics({ mean: file, stddev: file, diffsStddev: file });
  await expect(attempt).rejects.toThrow(DatasetError);
  await expect(attempt).rejects.toThrow(/empty\.nc: there are no statistics/);
});

test('published statistics cover the released tasks', async () => {
  const folder =
    realData('graphcast_stats') ?? fileURLToPath(new URL('../golden/task13/stats', import.meta.url));
  const statistics = await readStatistics({
    mean: join(folder, STATISTICS_FILES.mean),
    stddev: join(folder, STATISTICS_FILES.stddev),
    diffsStddev: join(folder, STATISTICS_FILES.diffsStddev),
  });
  expect(normalisation(channelLayout(TASKS.TASK_13), statistics).missing).toEqual([]);
  if (realData('graphcast_stats')) {
    expect(normalisation(channelLayout(TASKS.TASK), statistics).missing).toEqual([]);
    expect(statistics.mean('2m_temperature', null)).toBeCloseTo(278.4, 0);
  }
});
