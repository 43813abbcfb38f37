import { expect, test } from 'vitest';
import { ConfigError } from '../../errors';
import { GAS_CONSTANT } from './constants';
import { createPlanet, type Planet, type PlanetFrame } from './planet';

const SMALL = { truncation: 10, layers: 5, gridDegrees: 11.25, days: 0.5, spinUpDays: 0 };

async function framesOf(planet: Planet): Promise<PlanetFrame[]> {
  const frames: PlanetFrame[] = [];
  for await (const frame of planet.frames()) frames.push(frame);
  return frames;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('the same seed gives the same bytes, another seed another planet', async () => {
  const planet = createPlanet({ ...SMALL, seed: 7 });
  const [once, again] = [await framesOf(planet), await framesOf(createPlanet({ ...SMALL, seed: 7 }))];
  expect(once).toHaveLength(2);
  expect(again).toEqual(once);
  expect(await framesOf(planet)).toEqual(once);
  const other = createPlanet({ ...SMALL, seed: 8 });
  expect((await framesOf(other))[1]).not.toEqual(once[1]);
  expect(other.statics).not.toEqual(planet.statics);
});

test('frames are 6 h apart from the start, after the spin-up, which progress counts too', async () => {
  const start = Date.UTC(2001, 5, 1) / 1000;
  const planet = createPlanet({ ...SMALL, spinUpDays: 1, start });
  const progress: [number, number][] = [];
  const times: number[] = [];
  for await (const { time } of planet.frames({ onProgress: (done, total) => progress.push([done, total]) })) {
    times.push(time);
  }
  expect(times).toEqual([start, start + 6 * 3600]);
  expect(Array.from(planet.times)).toEqual(times);
  expect(progress.at(0)).toEqual([1, 6]);
  expect(progress.at(-1)).toEqual([6, 6]);
});

test('fields have the order and the size of weather', async () => {
  const planet = createPlanet({ ...SMALL, spinUpDays: 5, pressureLevels: [850, 250, 500] });
  expect(planet.levels).toEqual([250, 500, 850]);
  const [{ fields }] = await framesOf(planet);
  const [rows, columns] = [planet.latitudes.length, planet.longitudes.length];
  expect([rows, columns]).toEqual([16, 32]);
  const level = (name: string, l: number) =>
    fields.get(name)!.subarray(l * rows * columns, (l + 1) * rows * columns);
  const row = (field: Float32Array, j: number) => mean(field.subarray(j * columns, (j + 1) * columns));
  // Colder with height, warm at the equator, and in January colder in the north, which is the last row.
  expect(mean(level('temperature', 2))).toBeGreaterThan(mean(level('temperature', 1)));
  expect(row(level('temperature', 2), 8)).toBeGreaterThan(row(level('temperature', 2), 0) + 15);
  expect(planet.latitudes[15]).toBeGreaterThan(80);
  expect(row(level('temperature', 2), 15)).toBeLessThan(row(level('temperature', 2), 0));
  // Westerlies aloft in the middle latitudes.
  expect(row(level('u_component_of_wind', 0), 12)).toBeGreaterThan(10);
  expect(mean(level('geopotential', 1))).toBeGreaterThan(50_000);
  expect(mean(level('geopotential', 1))).toBeLessThan(60_000);
  expect(mean(fields.get('mean_sea_level_pressure')!)).toBeGreaterThan(99_000);
  expect(mean(fields.get('mean_sea_level_pressure')!)).toBeLessThan(103_000);
  expect(Math.min(...fields.get('specific_humidity')!)).toBeGreaterThan(0);
  expect(Math.max(...fields.get('specific_humidity')!)).toBeLessThan(0.04);
  for (const [name, values] of fields) expect(values.every(Number.isFinite), name).toBe(true);
});

test('geopotential and temperature are in hydrostatic balance', async () => {
  const levels = Array.from({ length: 16 }, (_, l) => 980 - 10 * l);
  const planet = createPlanet({ ...SMALL, spinUpDays: 1, pressureLevels: levels });
  const [{ fields }] = await framesOf(planet);
  const size = planet.latitudes.length * planet.longitudes.length;
  const [geopotential, temperature] = [fields.get('geopotential')!, fields.get('temperature')!];
  for (let i = 0; i < geopotential.length - size; i++) {
    const l = Math.floor(i / size);
    const thickness = geopotential[i] - geopotential[i + size];
    const air = (temperature[i] + temperature[i + size]) / 2;
    const expected = GAS_CONSTANT * air * Math.log(planet.levels[l + 1] / planet.levels[l]);
    expect(Math.abs(thickness - expected)).toBeLessThan(2); // of some 800; lapse rates change within a step
  }
});

test('land is warmer by day than by night, the sea is not', async () => {
  const planet = createPlanet({ ...SMALL, gridDegrees: 22.5, days: 1, perpetualEquinox: true });
  const frames = await framesOf(planet);
  const land = planet.statics.get('land_sea_mask')!;
  const columns = planet.longitudes.length;
  const range = (i: number) => {
    const values = frames.map(({ fields }) => fields.get('2m_temperature')![i]);
    return Math.max(...values) - Math.min(...values);
  };
  const tropics = Array.from({ length: 2 * columns }, (_, i) => i + 3 * columns);
  const ranges = (test: (fraction: number) => boolean) => tropics.filter((i) => test(land[i])).map(range);
  expect(Math.min(...ranges((fraction) => fraction > 0.9))).toBeGreaterThan(3);
  expect(Math.max(...ranges((fraction) => fraction === 0))).toBeLessThan(2);
});

test('a perpetual equinox has no seasons', async () => {
  const winter = { ...SMALL, days: 0.25, spinUpDays: 3, perpetualEquinox: true };
  const summer = { ...winter, start: Date.UTC(2001, 6, 2) / 1000 };
  const fields = async (options: typeof winter) => (await framesOf(createPlanet(options)))[0].fields;
  expect((await fields(summer)).get('temperature')).toEqual((await fields(winter)).get('temperature'));
  const seasons = { perpetualEquinox: false };
  expect((await fields({ ...summer, ...seasons })).get('temperature')).not.toEqual(
    (await fields({ ...winter, ...seasons })).get('temperature'),
  );
});

test('an ocean planet is flat', () => {
  const { statics } = createPlanet({ ...SMALL, ocean: true });
  for (const values of statics.values()) expect(values.every((value) => value === 0)).toBe(true);
});

test('an aborted simulation ends with the reason of its signal', async () => {
  const abort = new AbortController();
  const frames = createPlanet({ ...SMALL, days: 100 }).frames({
    signal: abort.signal,
    onProgress: (done) => done === 2 && abort.abort(new Error('enough')),
  });
  const seen: PlanetFrame[] = [];
  await expect(async () => {
    for await (const frame of frames) seen.push(frame);
  }).rejects.toThrow('enough');
  expect(seen).toHaveLength(2);
});

test.each([
  [{ days: 0.1 }, 'multiple of 6 h'],
  [{ days: 0 }, 'length is 0 days'],
  [{ truncation: 2 }, 'truncation is 2'],
  [{ layers: 3 }, 'from 4 to 100'],
  [{ pressureLevels: [500, 500] }, 'different levels'],
  [{ pressureLevels: [] }, 'different levels'],
  [{ gridDegrees: 7 }, 'divides 180'],
  [{ seed: 0.5 }, 'seed is 0.5'],
])('%j are refused', (options, message) => {
  expect(() => createPlanet(options)).toThrow(ConfigError);
  expect(() => createPlanet(options)).toThrow(message);
});
