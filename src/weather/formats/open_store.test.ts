import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DatasetError } from '../../errors';
import { smallPlanet } from '../small_planet.fixture';
import { fileList, zarrTree, zipFile } from '../zarr/zarr.fixture';
import { bucketAddress } from '../zarr/zarr_http';
import { serveFiles } from '../zarr/zarr_server.fixture';
import { writeNetcdf } from './netcdf_writer';
import { writeNetcdf3 } from './netcdf3_writer';
import { type DataSource, openStore } from './open_store';

const scratch = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const spec = smallPlanet();
const tree = await zarrTree(spec, { codec: 'gzip', chunks: { time: 1 } });
const bytesOf: Record<string, Uint8Array<ArrayBuffer>> = {
  'NetCDF-4': await writeNetcdf(spec),
  'NetCDF-3': writeNetcdf3(spec),
  'a Zarr as ZIP': new Uint8Array(await zipFile(tree).arrayBuffer()),
};

async function expectOpens(source: DataSource): Promise<void> {
  const store = await openStore(source);
  expect(store.variables.get('geopotential')?.shape).toEqual([1, 4, 3, 7, 8]);
  expect(await store.read('geopotential', [0, 3, 0, 0, 0], [1, 1, 3, 7, 8])).toEqual(
    (spec.variables.find(({ name }) => name === 'geopotential')!.data as Float32Array).slice(-168),
  );
  store.close();
}

test.each(Object.keys(bytesOf))('%s is known by what it holds, under any name', async (format) => {
  const bytes = bytesOf[format];
  const server = await serveFiles(new Map(['data', 'data.nc', 'data.zip'].map((name) => [name, bytes])));
  try {
    writeFileSync(join(scratch, 'data'), bytes);
    await expectOpens(join(scratch, 'data'));
    await expectOpens(new File([bytes], 'data.txt'));
    await expectOpens([new File([bytes], 'data.bin')]);
    for (const name of ['data', 'data.nc', 'data.zip'])
      await expectOpens(`${server.address}/${name}?token=1`);
  } finally {
    server.close();
  }
});

test('what a Zarr is asked for keeps the address’s query', async () => {
  const files = new Map([...tree].map(([path, bytes]) => [`a b/${path}`, bytes]));
  const queries = new Set<string>();
  const server = await serveFiles(files, (_, __, { url = '' }) => {
    queries.add(new URL(url, 'http://x').search);
    return false;
  });
  await expectOpens(`${server.address}/a%20b?token=1`);
  server.close();
  expect([...queries]).toEqual(['?token=1']);
});

test('public buckets have addresses', () => {
  expect(bucketAddress('gs://weatherbench2/era5/x.zarr')).toBe(
    'https://storage.googleapis.com/weatherbench2/era5/x.zarr',
  );
  expect(bucketAddress('s3://bucket/a/x.zarr')).toBe('https://bucket.s3.amazonaws.com/a/x.zarr');
  expect(bucketAddress('https://a.org/x.zarr')).toBe('https://a.org/x.zarr');
});

test('of an address with something else no more than its beginning is loaded', async () => {
  const server = await serveFiles(new Map([['page.nc', new Uint8Array(2 ** 20).fill(0x3c)]]));
  try {
    await expect(openStore(`${server.address}/page.nc`)).rejects.toThrow(
      /page\.nc: this is not a NetCDF file/,
    );
    expect(server.requests).toEqual(['page.nc']);
  } finally {
    server.close();
  }
});

test('what is nothing of that is said in one sentence', async () => {
  const cases: [DataSource, RegExp][] = [
    [join(scratch, 'none'), /none: there is no such file; check the path\.$/],
    [scratch, /this is not a Zarr group/],
    [new File(['hello, world'], 'a.txt'), /a\.txt: this is not a NetCDF file/],
    [[], /The folder is empty; open a NetCDF file or a Zarr\./],
    [
      [...fileList(tree, 'a/one.zarr'), ...fileList(tree, 'a/two.zarr')],
      /there are 2 Zarrs in it \(a\/one\.zarr\/, a\/two\.zarr\/\); open one/,
    ],
  ];
  for (const [source, message] of cases) {
    const attempt = openStore(source);
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(message);
  }
});
