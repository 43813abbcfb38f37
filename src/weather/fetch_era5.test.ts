import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Dataset, openDataset } from './dataset';
import { type FetchOptions, fetchEra5 } from './fetch_era5';
import type { FetchRequest } from './fetch_era5_plan';
import type { NetcdfSpec } from './formats/netcdf_writer';
import { openPlanet, PLANET_START, smallPlanet } from './small_planet.fixture';
import { type ZarrVariant, zarrTree } from './zarr/zarr.fixture';
import { type Misbehaviour, serveFiles, under } from './zarr/zarr_server.fixture';

const scratch = mkdtempSync(join(tmpdir(), 'fetch-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const newFolder = () => join(mkdtempSync(join(scratch, 'f-')), 'x.zarr');

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const HOURS = Array.from({ length: 10 }, (_, k) => 6 * k);

/** As WeatherBench 2 has it: longitude first, blosc, several frames in a chunk, times in hours. */
function weatherBench(levels = [500, 850, 1000]): NetcdfSpec {
  const spec = smallPlanet({ hours: HOURS, levels, order: ['time', 'level', 'lon', 'lat'] });
  const variables = spec.variables.filter(({ name }) => name !== 'datetime');
  const time = variables.find(({ name }) => name === 'time')!;
  time.attributes = { units: 'hours since 2021-03-01' };
  return { ...spec, variables };
}
const VARIANT: ZarrVariant = { codec: 'blosc-lz4', chunks: { time: 4 } };

async function serve(misbehave?: Misbehaviour, variant = VARIANT) {
  const server = await serveFiles(under('era5.zarr', await zarrTree(weatherBench(), variant)), misbehave);
  cleanUps.push(server.close);
  return server;
}

function requestFor(address: string, more: Partial<FetchRequest> = {}): FetchRequest {
  const from = PLANET_START + 6 * 3600;
  return { source: `${address}/era5.zarr`, from, to: from + 7 * 6 * 3600, stepHours: 6, ...more };
}

/** Every file of a folder, but for the plan's address. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(folder.length),
      readFileSync(path)
        .toString('latin1')
        .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS'),
    ]),
  );
}

async function expectCopied(folder: string, frames: number[]): Promise<void> {
  const truth = await openPlanet(smallPlanet({ hours: HOURS }));
  const copy = await openDataset(folder);
  expect(Array.from(copy.times)).toEqual(frames.map((frame) => truth.times[frame]));
  for (const [k, frame] of frames.entries()) await expectEqual(copy, k, truth, frame);
}

async function expectEqual(copy: Dataset, k: number, truth: Dataset, frame: number): Promise<void> {
  for (const name of copy.variables.keys()) {
    expect(await copy.read(name, k)).toEqual(await truth.read(name, frame, copy.levels));
  }
}

const whole = await (async () => {
  const folder = newFolder();
  const { address, close } = await serveFiles(under('era5.zarr', await zarrTree(weatherBench(), VARIANT)));
  await fetchEra5(requestFor(address), folder);
  close();
  return contentOf(folder);
})();

describe('a copy', () => {
  test('holds what was asked for, and fetches each chunk of the source once', async () => {
    const { address, requests } = await serve();
    const folder = newFolder();
    const result = await fetchEra5(requestFor(address), folder);
    expect(result).toMatchObject({ before: 0, written: 8 + 8 + 1 });
    await expectCopied(folder, [1, 2, 3, 4, 5, 6, 7, 8]);
    const fields = requests.filter((path) => /geopotential|temperature|mask/.test(path));
    expect(fields).toHaveLength(3 + 3 + 1);
    expect(new Set(fields).size).toBe(fields.length);
  });

  test('of some variables, levels and times', async () => {
    const { address } = await serve();
    const folder = newFolder();
    const more = { variables: ['geopotential'], levels: [1000, 500], stepHours: 12 };
    await fetchEra5(requestFor(address, more), folder, { parallel: 2 });
    await expectCopied(folder, [1, 3, 5, 7]);
    const copy = await openDataset(folder);
    expect([copy.levels, [...copy.variables.keys()]]).toEqual([[500, 1000], ['geopotential']]);
  });

  test('that is finished says so, without asking the source', async () => {
    const { address, requests, close } = await serve();
    const folder = newFolder();
    await fetchEra5(requestFor(address), folder);
    const asked = requests.length;
    close();
    expect(await fetchEra5(requestFor(address), folder)).toMatchObject({ before: 17, written: 0, bytes: 0 });
    expect(requests).toHaveLength(asked);
    expect(contentOf(folder)).toEqual(whole);
  });
});

describe('an interrupted copy goes on and ends the same', () => {
  const quick: FetchOptions = { transfer: { timeout: 200, retries: 0 }, parallel: 2 };

  const failures: [string, Misbehaviour, RegExp][] = [
    ['a server that breaks off', (_, response) => Boolean(response.destroy()), /no answer|connection broke/],
    ['a server that is overloaded', (_, response) => Boolean(response.writeHead(503).end()), /answered 503/],
    ['a server that hangs', () => true, /nothing came for 0\.2 s/],
  ];
  test.each(failures)('%s', async (_, fail, message) => {
    let chunks = 0;
    const { address } = await serve((path, ...rest) => {
      if (!/(geopotential|temperature)\/\d/.test(path) || chunks++ < 3) return false;
      return chunks < 8 && fail(path, ...rest);
    });
    const folder = newFolder();
    await expect(fetchEra5(requestFor(address), folder, quick)).rejects.toThrow(message);
    expect(existsSync(join(folder, '.zmetadata'))).toBe(false);
    await expect(openDataset(folder)).rejects.toThrow(/this is not a Zarr group .* write it again/);
    chunks = 100;
    const { before, written } = await fetchEra5(requestFor(address), folder, quick);
    expect(before).toBeGreaterThan(0);
    expect(before + written).toBe(17);
    expect(contentOf(folder)).toEqual(whole);
  });

  test('a signal', async () => {
    const { address } = await serve();
    const folder = newFolder();
    const stop = new AbortController();
    const reason = new Error('enough');
    const attempt = fetchEra5(requestFor(address), folder, {
      parallel: 1,
      signal: stop.signal,
      onProgress: ({ done }) => done === 5 && stop.abort(reason),
    });
    await expect(attempt).rejects.toBe(reason);
    expect(await fetchEra5(requestFor(address), folder)).toMatchObject({ before: 5, written: 12 });
    expect(contentOf(folder)).toEqual(whole);
  });

  test('chunks that were cut short or lost since, and what a killed process left', async () => {
    const { address } = await serve();
    const folder = newFolder();
    await fetchEra5(requestFor(address), folder);
    truncateSync(join(folder, 'geopotential/0.3.0.0.0'), 50);
    truncateSync(join(folder, '2m_temperature/0.0.0.0'), 0);
    rmSync(join(folder, 'land_sea_mask/0.0'));
    writeFileSync(join(folder, 'geopotential/0.5.0.0.0.99.partial'), 'half');
    expect(await fetchEra5(requestFor(address), folder)).toMatchObject({ before: 14, written: 3 });
    expect(contentOf(folder)).toEqual(whole);
  });
});

describe('what cannot be copied', () => {
  const sentences: [string, Partial<FetchRequest>, RegExp][] = [
    [
      'times that the source lacks',
      { to: PLANET_START + 90 * 3600 },
      /no frame at 2021-03-03 12:00 UTC; it has 10 frames from 2021-03-01 00:00 UTC to 2021-03-03 06:00 UTC/,
    ],
    ['a variable', { variables: ['ozone'] }, /there is no variable 'ozone'; it has 2m_temperature, /],
    ['a level', { levels: [500, 700] }, /there is no level 700 hPa, only 500, 850, 1000 hPa/],
    ['a step of one hour', { stepHours: 1 }, /the step is 1 h, expected a multiple of 6 h/i],
    ['an end before the beginning', { to: PLANET_START }, /ends \(2021-03-01 00:00 UTC\) before it begins/],
    [
      'a beginning between frames',
      { from: PLANET_START + 3600 },
      /begins at 2021-03-01 01:00 UTC, expected 00, 06, 12 or 18/,
    ],
  ];
  test.each(sentences)('%s', async (_, more, message) => {
    const { address } = await serve();
    const folder = newFolder();
    await expect(fetchEra5(requestFor(address, more), folder)).rejects.toThrow(message);
    expect(existsSync(folder)).toBe(false);
  });

  test('into a folder that holds something else', async () => {
    const { address } = await serve();
    const folder = newFolder();
    await fetchEra5(requestFor(address), folder);
    const other = requestFor(address, { levels: [500] });
    await expect(fetchEra5(other, folder)).rejects.toThrow(
      /it holds another copy \(http.*every 6 h\); choose another --out/,
    );
    await expect(fetchEra5(requestFor(address), scratch)).rejects.toThrow(/it holds something else already/);
  });

  test('from a source that has changed', async () => {
    const files = under('era5.zarr', await zarrTree(weatherBench(), VARIANT));
    const { address, close } = await serveFiles(files);
    cleanUps.push(close);
    const folder = newFolder();
    await fetchEra5(requestFor(address), folder);
    rmSync(join(folder, 'land_sea_mask/0.0'));
    for (const [path, bytes] of under('era5.zarr', await zarrTree(weatherBench([300, 500, 850]), VARIANT)))
      files.set(path, bytes);
    await expect(fetchEra5(requestFor(address), folder)).rejects.toThrow(
      /the source has changed since this copy began/,
    );
  });
});
