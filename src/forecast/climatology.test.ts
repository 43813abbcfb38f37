import { describe, expect, it } from 'vitest';
import type { ChannelLayout } from '../weather/channels';
import { type ArrayStore, readAll } from '../weather/formats/array_store';
import { type NetcdfSpec, writeNetcdf } from '../weather/formats/netcdf_writer';
import { openStore } from '../weather/formats/open_store';
import { type ClimatologyData, dayOfYear, hourOfDay, RunningClimatology } from './climatology';
import { isClimatology, openClimatology, writeClimatology } from './climatology_file';
import { gridOf, noise } from './fields.fixture';

const DAY = 86_400;
const CHANNELS = 2;
const NODES = 3;

/** Twelve-hourly random states from one date to another, in seconds. */
function dataOf(from: number, to: number, hours = 12): ClimatologyData & { reads: number } {
  const times = Float64Array.from(
    { length: (to - from) / (hours * 3600) },
    (_, i) => from + i * hours * 3600,
  );
  const data = {
    name: 'years.nc',
    times,
    frames: [...times.keys()],
    channels: CHANNELS,
    gridNodes: NODES,
    reads: 0,
    async read(frame: number) {
      data.reads++;
      return noise(CHANNELS * NODES, frame + 1).map((x) => 280 + 20 * x);
    },
  };
  return data;
}

/**
 * WeatherBench 2's `explicit` method in its plainest form: the samples of all years at one hour on a ring of 366 days,
 * those of 31 December of a common year twice; weights from 0 at ±30 days to 1.
 */
async function plainMean(data: ClimatologyData, day: number, hour: number): Promise<number[] | undefined> {
  const sum = new Array(CHANNELS * NODES).fill(0);
  let total = 0;
  for (const frame of data.frames) {
    const time = data.times[frame];
    if (hourOfDay(time) !== hour) continue;
    const date = new Date(time * 1000);
    const isLast = date.getUTCMonth() === 11 && date.getUTCDate() === 31;
    const days = isLast && dayOfYear(time) === 365 ? [365, 366] : [dayOfYear(time)];
    for (const sample of days) {
      const apart = Math.abs(sample - day);
      const weight = Math.max(0, 1 - Math.min(apart, 366 - apart) / 30);
      if (weight === 0) continue;
      const state = await data.read(frame);
      total += weight;
      for (let i = 0; i < sum.length; i++) sum[i] += weight * state[i];
    }
  }
  return total === 0 ? undefined : sum.map((value) => value / total);
}

async function meanOf(
  climatology: RunningClimatology,
  day: number,
  hour: number,
): Promise<number[] | undefined> {
  const planes = await climatology.mean(day, hour);
  return planes[0] && planes.flatMap((plane) => Array.from(plane!));
}

function expectClose(found: number[] | undefined, expected: number[] | undefined, where: string): void {
  expect(found?.length, where).toBe(expected?.length);
  expected?.forEach((value, i) => {
    expect(found![i] / value, `${where}, ${i}`).toBeCloseTo(1, 11);
  });
}

describe('days and hours', () => {
  it('count from 1 January, through leap days', () => {
    const at = (text: string) => dayOfYear(Date.parse(text) / 1000);
    expect(at('2024-01-01T00:00Z')).toBe(1);
    expect(at('2024-02-29T23:00Z')).toBe(60);
    expect(at('2024-12-31T18:00Z')).toBe(366);
    expect(at('2023-12-31T18:00Z')).toBe(365);
    expect(at('1959-01-02T00:00Z')).toBe(2);
    expect(hourOfDay(Date.parse('1959-01-02T18:30Z') / 1000)).toBe(18.5);
  });
});

describe('a climatology of whole years', () => {
  // 2023 is a common year, 2024 a leap year.
  const data = dataOf(Date.UTC(2023, 0, 1) / 1000, Date.UTC(2025, 0, 1) / 1000);

  it('is the weighted mean over years and 61 days, the year closed to a ring', async () => {
    const climatology = new RunningClimatology(data, false);
    expect(climatology.hours).toEqual([0, 12]);
    expect(climatology.origin.note).toMatch(
      /^years\.nc, 1462 frames from 2023-01-01 to 2024-12-31: means by day/,
    );
    for (const day of [1, 2, 20, 60, 200, 201, 202, 365, 366, 1, 59])
      for (const hour of [0, 12])
        expectClose(
          await meanOf(climatology, day, hour),
          await plainMean(data, day, hour),
          `${day}, ${hour}`,
        );
  });

  it('is the same after a year of steps from day to day', async () => {
    const climatology = new RunningClimatology(data, false);
    for (let day = 1; day <= 366; day++) await climatology.mean(day, 0);
    expectClose(await meanOf(climatology, 366, 0), await plainMean(data, 366, 0), 'day 366');
    // Three reads of each frame, and the first window.
    expect(data.reads).toBeGreaterThan(0);
    data.reads = 0;
    const again = new RunningClimatology(data, false);
    for (let day = 100; day < 200; day++) await again.mean(day, 0);
    expect(data.reads).toBeLessThanOrEqual(2 * (2 * 60 + 4 * 100));
  });

  it('keeps few means, and computes the others again', async () => {
    const tight = new RunningClimatology(data, false, 3 * CHANNELS * NODES * 8);
    for (const day of [1, 2, 3, 4, 5, 2, 1])
      expectClose(await meanOf(tight, day, 12), await plainMean(data, day, 12), `day ${day}`);
  });
});

describe('a climatology of less than a year', () => {
  const start = Date.UTC(2024, 5, 3) / 1000;
  const data = dataOf(start, start + 2 * DAY, 6);

  it('is the mean over the days there are, and nothing where there are none', async () => {
    const climatology = new RunningClimatology(data, true);
    expect(climatology.origin.note).toMatch(
      /the data cover 2 of 366 days of the year in full, so .*; the scored times are among them, which flatters/,
    );
    for (const [day, hour] of [
      [155, 0],
      [156, 6],
      [184, 18],
      [127, 12],
    ])
      expectClose(await meanOf(climatology, day, hour), await plainMean(data, day, hour), `${day}, ${hour}`);
    expect(await meanOf(climatology, 186, 0)).toBeUndefined();
    expect(await meanOf(climatology, 155, 3)).toBeUndefined();
    expect(await climatology.at(start + 300 * DAY)).toEqual([undefined, undefined]);
  });

  it('needs a frame', () => {
    expect(() => new RunningClimatology({ ...data, frames: [] }, false)).toThrow(
      /years\.nc: no frame lies in the period of the climatology; /,
    );
  });
});

describe('as a file', () => {
  const grid = { name: 'data.nc', ...gridOf(3, 4, true) };
  const layout = {
    state: [
      { variable: '2m_temperature', level: null },
      { variable: 'geopotential', level: 500 },
      { variable: 'geopotential', level: 850 },
    ],
  } as ChannelLayout;
  const start = Date.UTC(2024, 0, 1) / 1000;
  const data: ClimatologyData = {
    name: 'data.nc',
    times: [0, 6, 12, 18, 24].map((hour) => start + hour * 3600),
    frames: [0, 1, 2, 3, 4],
    channels: 3,
    gridNodes: 12,
    read: async (frame) => noise(36, frame + 1),
  };
  const open = async (bytes: Uint8Array<ArrayBuffer>) => openStore(new File([bytes], 'climatology.nc'));

  it('is the same when it is read again, and NaN where nothing is known', async () => {
    const climatology = new RunningClimatology(data, false);
    const store = await open(await writeClimatology(climatology, layout, [500, 850], grid));
    expect(isClimatology(store)).toBe(true);
    const { dimensions, shape } = store.variables.get('geopotential')!;
    expect(dimensions).toEqual(['hour', 'dayofyear', 'level', 'latitude', 'longitude']);
    expect(shape).toEqual([4, 366, 2, 3, 4]);
    const read = await openClimatology(store, layout, grid);
    expect(read.origin).toMatchObject({ name: 'climatology.nc', computed: false });
    expect(read.hours).toEqual([0, 6, 12, 18]);
    for (const time of [start, start + 6 * 3600, start + 20 * DAY, start - 29 * DAY, start + 100 * DAY])
      expect(await read.at(time), `${time}`).toEqual(
        (await climatology.at(time)).map((plane) => plane && Float32Array.from(plane)),
      );
    expect(await read.at(start + 100 * DAY)).toEqual([undefined, undefined, undefined]);
    store.close();
  });

  /** WeatherBench 2's other spellings: longitude before latitude, north to south, `_mean`, other units. */
  function foreign(): NetcdfSpec {
    const latitudes = [90, 0, -90];
    const values: number[] = [];
    for (let day = 1; day <= 366; day++)
      for (let x = 0; x < 4; x++) for (const y of latitudes) values.push(day + x / 8 + y / 1024 - 273.15);
    return {
      dimensions: { dayofyear: 366, longitude: 4, latitude: 3 },
      variables: [
        {
          name: 'dayofyear',
          dimensions: ['dayofyear'],
          data: Int32Array.from({ length: 366 }, (_, i) => i + 1),
        },
        { name: 'longitude', dimensions: ['longitude'], data: Float32Array.of(0, 90, 180, 270) },
        { name: 'latitude', dimensions: ['latitude'], data: Float32Array.from(latitudes) },
        {
          name: '2m_temperature_mean',
          dimensions: ['dayofyear', 'longitude', 'latitude'],
          data: Float64Array.from(values),
          attributes: { units: 'degC' },
        },
      ],
    };
  }

  it('may be daily, turned around, in other units, and without some fields', async () => {
    const store = await open(await writeNetcdf(foreign()));
    const read = await openClimatology(store, layout, grid);
    const [temperature, ...others] = await read.at(start + 9 * DAY + 6 * 3600);
    expect(others).toEqual([undefined, undefined]);
    const at = (row: number, column: number) => temperature![row * 4 + column];
    expect(at(0, 3)).toBeCloseTo(10 + 3 / 8 - 90 / 1024, 4);
    expect(at(2, 1)).toBeCloseTo(10 + 1 / 8 + 90 / 1024, 4);
    store.close();
  });

  it('must share the grid and have a day of the year', async () => {
    const store = await open(await writeNetcdf(foreign()));
    await expect(openClimatology(store, layout, { name: 'fine.nc', ...gridOf(5, 4, true) })).rejects.toThrow(
      /climatology's grid \(3 x 4\) is not that of fine\.nc \(5 x 4\)/,
    );
    const bare: ArrayStore = { ...store, variables: new Map(store.variables) };
    bare.variables.delete('dayofyear');
    await expect(openClimatology(bare, layout, grid)).rejects.toThrow(/has no coordinate 'dayofyear'/);
    expect((await readAll(store, store.variables.get('latitude')!)).length).toBe(3);
    store.close();
  });
});
