import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Dataset, openDataset } from '../dataset';
import type { NetcdfSpec } from '../formats/netcdf_writer';
import { type DataSource, openStore } from '../formats/open_store';
import { openPlanet, smallPlanet, variableOf } from '../small_planet.fixture';
import {
  fileList,
  folderHandle,
  writeFolder,
  type ZarrTree,
  type ZarrVariant,
  zarrTree,
  zipFile,
} from './zarr.fixture';
import { serveFiles, under } from './zarr_server.fixture';

const scratch = mkdtempSync(join(tmpdir(), 'zarr-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Every frame of every variable, and where and when they are. */
async function content(dataset: Dataset): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {
    latitudes: dataset.latitudes,
    longitudes: dataset.longitudes,
    levels: dataset.levels,
    times: dataset.times,
  };
  for (const name of [...dataset.variables.keys()].sort()) {
    for (const frame of dataset.times.keys()) values[`${name} ${frame}`] = await dataset.read(name, frame);
  }
  dataset.close();
  return values;
}

const expected = await content(await openPlanet(smallPlanet()));
const perFrame = { batch: 1, time: 1 };

describe('the same content is the same, bit for bit', () => {
  const variants: [string, ZarrVariant][] = [
    ['version 2', {}],
    ['version 2, one chunk per frame, zlib', { codec: 'zlib', chunks: perFrame }],
    ['version 2, gzip, small chunks', { codec: 'gzip', chunks: { time: 3, level: 2, lat: 4, lon: 3 } }],
    ['version 2, blosc with lz4', { codec: 'blosc-lz4', chunks: perFrame }],
    ['version 2, blosc with zstd', { codec: 'blosc-zstd', chunks: { time: 2 } }],
    ['version 2, zstd', { codec: 'zstd', chunks: perFrame }],
    ['version 2, lz4', { codec: 'lz4', chunks: perFrame }],
    ['version 2, big-endian', { bigEndian: true, codec: 'zlib' }],
    ['version 2, column-major', { fortran: true, chunks: { time: 2, lon: 3 } }],
    ['version 2, chunks in folders', { separator: '/', chunks: perFrame }],
    ['version 2, not consolidated', { consolidated: false, chunks: perFrame }],
    ['version 3', { version: 3, chunks: perFrame }],
    ['version 3, blosc with zstd', { version: 3, codec: 'blosc-zstd', chunks: { time: 3, lat: 2 } }],
    ['version 3, big-endian', { version: 3, bigEndian: true, codec: 'zstd' }],
    ['version 3, chunks named with dots', { version: 3, separator: '.', codec: 'gzip', chunks: perFrame }],
    ['version 3, not consolidated', { version: 3, consolidated: false, chunks: perFrame }],
    [
      'version 3, sharded',
      { version: 3, codec: 'zstd', chunks: { time: 1, lat: 4 }, shards: { time: 3, lat: 2 } },
    ],
    ['version 3, sharded and stored', { version: 3, chunks: perFrame, shards: { time: 2 } }],
  ];
  test.each(variants)('%s', async (_, variant) => {
    const tree = await zarrTree(smallPlanet(), variant);
    expect(await content(await openDataset(fileList(tree)))).toEqual(expected);
  });

  test('longitude before latitude, as WeatherBench 2 has it, on its own names', async () => {
    const order = ['time', 'level', 'lon', 'lat'];
    const latitudes = [90, 60, 30, 0, -30, -60, -90];
    const spec = renamed(smallPlanet({ order, latitudes }), { lat: 'latitude', lon: 'longitude' });
    const tree = await zarrTree(spec, { codec: 'blosc-lz4', chunks: { time: 3 } });
    expect(await content(await openDataset(fileList(tree)))).toEqual(expected);
  });

  const sharded: ZarrVariant = { version: 3, codec: 'zstd', chunks: perFrame, shards: { time: 4 } };
  const places: [string, (tree: ZarrTree) => Promise<DataSource> | DataSource][] = [
    ['a folder', (tree) => writeFolder(tree, mkdtempSync(join(scratch, 'x-')))],
    ['a folder’s list of files', (tree) => fileList(tree, 'some/where')],
    ['a folder’s handle', (tree) => folderHandle(tree)],
    ['a ZIP archive', (tree) => zipFile(tree)],
    ['a deflated ZIP archive with a folder in it', (tree) => zipFile(tree, { level: 6, root: 'a/x.zarr/' })],
    [
      'a path to a ZIP archive',
      async (tree) => {
        const path = join(mkdtempSync(join(scratch, 'x-')), 'data.bin');
        writeFileSync(path, new Uint8Array(await zipFile(tree).arrayBuffer()));
        return path;
      },
    ],
    ['an address', async (tree) => `${(await serve(under('a/x.zarr', tree))).address}/a/x.zarr/`],
    [
      'an address of a ZIP archive',
      async (tree) => {
        const bytes = new Uint8Array(await zipFile(tree).arrayBuffer());
        return `${(await serve(new Map([['x.zip', bytes]]))).address}/x.zip`;
      },
    ],
  ];
  test.each(places)('%s', async (_, place) => {
    for (const variant of [{ codec: 'zlib', chunks: perFrame } as const, sharded]) {
      const source = await place(await zarrTree(smallPlanet(), variant));
      expect(await content(await openDataset(source))).toEqual(expected);
    }
  });
});

async function serve(...parameters: Parameters<typeof serveFiles>) {
  const server = await serveFiles(...parameters);
  cleanUps.push(server.close);
  return server;
}

function renamed(spec: NetcdfSpec, names: Record<string, string>): NetcdfSpec {
  const rename = (name: string) => names[name] ?? name;
  return {
    dimensions: Object.fromEntries(
      Object.entries(spec.dimensions).map(([name, size]) => [rename(name), size]),
    ),
    variables: spec.variables.map((variable) => ({
      ...variable,
      name: rename(variable.name),
      dimensions: variable.dimensions.map(rename),
    })),
  };
}

describe('values that are missing or packed', () => {
  const packedPlanet = () => {
    const spec = smallPlanet({ order: ['time', 'level', 'lat', 'lon'] });
    const variable = variableOf(spec, '2m_temperature');
    variable.data = Int16Array.from(variable.data as Float32Array, (_, i) => (i % 5 === 0 ? -32_768 : i));
    variable.attributes = {
      scale_factor: Float64Array.of(0.5),
      add_offset: Float64Array.of(200),
      _FillValue: Int16Array.of(-32_768),
    };
    return spec;
  };
  test.each([2, 3] as const)('16 bits with scale, offset and fill value, version %i', async (version) => {
    const tree = await zarrTree(packedPlanet(), { version, codec: 'zlib' });
    const values = await (await openDataset(fileList(tree))).read('2m_temperature', 0);
    expect(Array.from(values.subarray(0, 6))).toEqual([Number.NaN, 200.5, 201, 201.5, 202, Number.NaN]);
  });

  test('a fill value that is only Zarr’s zero does not hide zeros', async () => {
    const spec = smallPlanet();
    const variable = variableOf(spec, 'land_sea_mask');
    variable.data = new Float32Array(variable.data.length);
    variable.attributes = { _FillValue: Float32Array.of(0) };
    const values = await (await openDataset(fileList(await zarrTree(spec)))).read('land_sea_mask', 0);
    expect(values.every((value) => value === 0)).toBe(true);
  });

  test('version 3 keeps a float’s fill value as text', async () => {
    const spec = smallPlanet();
    variableOf(spec, '2m_temperature').data[0] = -9999;
    const tree = await zarrTree(spec, { version: 3 });
    edit(tree, 'zarr.json', (root) => {
      const { attributes } = root.consolidated_metadata.metadata['2m_temperature'];
      attributes._FillValue = Buffer.from(Float64Array.of(-9999).buffer).toString('base64');
    });
    expect((await (await openDataset(fileList(tree))).read('2m_temperature', 0))[0]).toBeNaN();
  });

  test('numbers for which JSON has no words, as Python writes them', async () => {
    const tree = await zarrTree(smallPlanet());
    const text = new TextDecoder()
      .decode(tree.get('.zmetadata'))
      .replace('"units":"hours"', '"valid_max": NaN, "units":"hours"');
    tree.set('.zmetadata', new TextEncoder().encode(text));
    expect(await content(await openDataset(fileList(tree)))).toEqual(expected);
  });

  test('points in time of numpy’s own type', async () => {
    const spec = smallPlanet({ order: ['time', 'level', 'lat', 'lon'] });
    spec.variables = spec.variables.filter(({ name }) => name !== 'datetime');
    const time = variableOf(spec, 'time');
    time.data = BigInt64Array.from([0, 6, 12, 18], (hour) => BigInt(Date.UTC(2021, 2, 1, hour)) * 1_000_000n);
    time.attributes = {};
    const tree = await zarrTree(spec, {});
    edit(tree, '.zmetadata', ({ metadata }) => {
      metadata['time/.zarray'].dtype = '<M8[ns]';
    });
    expect(await content(await openDataset(fileList(tree)))).toEqual(expected);
  });

  test.each([2, 3] as const)('numbers of half precision and truth values, version %i', async (version) => {
    const bits = [0x3c00, 0xc000, 0x7bff, 0x3555, 0x0001, 0xfc00, 0x7e00];
    const spec = {
      dimensions: { x: bits.length },
      variables: [
        { name: 'half', dimensions: ['x'], data: Int16Array.from(bits), attributes: {} },
        { name: 'mask', dimensions: ['x'], data: Int8Array.of(0, 1, 1, 0, 0, 1, 0), attributes: {} },
      ],
    };
    const tree = await zarrTree(spec, { version, codec: 'zstd' });
    const root = version === 2 ? '.zmetadata' : 'zarr.json';
    const types = { i2: 'f2', i1: 'b1', int16: 'float16', int8: 'bool' };
    let text = new TextDecoder().decode(tree.get(root));
    for (const [type, other] of Object.entries(types))
      text = text.replace(new RegExp(`"(<?)${type}"`), `"$1${other}"`);
    const store = await openStore(fileList(tree.set(root, new TextEncoder().encode(text))));
    expect(await store.read('half', [0], [7])).toEqual(
      Float32Array.of(1, -2, 65504, 0.333251953125, 2 ** -24, Number.NEGATIVE_INFINITY, Number.NaN),
    );
    expect(await store.read('mask', [2], [4])).toEqual(Uint8Array.of(1, 0, 0, 1));
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests change any part of the metadata
function edit(tree: ZarrTree, path: string, change: (document: any) => void): void {
  const document = JSON.parse(new TextDecoder().decode(tree.get(path)));
  change(document);
  tree.set(path, new TextEncoder().encode(JSON.stringify(document)));
}

describe('only what is in use is read', () => {
  test('a frame fetches its own chunks, once', async () => {
    const tree = await zarrTree(smallPlanet(), { codec: 'zlib', chunks: { batch: 1, time: 2, lon: 4 } });
    const server = await serve(under('x.zarr', tree));
    const dataset = await openDataset(`${server.address}/x.zarr`);
    const chunks = () => server.requests.filter((path) => /(geopotential|temperature|mask)\//.test(path));
    expect(chunks()).toEqual([]);
    await Promise.all([dataset.read('geopotential', 2), dataset.read('geopotential', 2, [500])]);
    await dataset.read('geopotential', 3);
    expect(chunks().sort()).toEqual(['x.zarr/geopotential/0.1.0.0.0', 'x.zarr/geopotential/0.1.0.0.1']);
    await dataset.read('geopotential', 1);
    expect(chunks()).toHaveLength(4);
  });

  test('chunks that are used up are not kept, and the others only in a bounded memory', async () => {
    const tree = await zarrTree(smallPlanet(), { chunks: { batch: 1, time: 2 } });
    const server = await serve(under('x.zarr', tree));
    const store = await openStore(`${server.address}/x.zarr`, { cacheBytes: 2000 });
    const read = (time: number) => store.read('geopotential', [0, time, 0, 0, 0], [1, 1, 3, 7, 8]);
    const asked = () => server.requests.filter((path) => path.includes('geopotential/')).length;
    await read(0);
    await read(1);
    expect(asked()).toBe(1);
    await read(2);
    await read(0);
    expect(asked()).toBe(3);
    await store.read('geopotential', [0, 0, 0, 0, 0], [1, 4, 3, 7, 8]);
    expect(asked()).toBe(4);
  });

  test('every so many points of a grid', async () => {
    const tree = await zarrTree(smallPlanet(), { chunks: { time: 1, lat: 3, lon: 3 } });
    const store = await openStore(fileList(tree));
    const all = await store.read('geopotential', [0, 1, 0, 0, 0], [1, 1, 3, 7, 8]);
    const some = await store.readEvery!('geopotential', [0, 1, 0, 1, 0], [1, 1, 2, 2, 3], [1, 1, 2, 4, 3]);
    const wanted = [0, 2].flatMap((l) =>
      [1, 5].flatMap((i) => [0, 3, 6].map((j) => all[(l * 7 + i) * 8 + j])),
    );
    expect(Array.from(some, Number)).toEqual(wanted.map(Number));
  });
});
