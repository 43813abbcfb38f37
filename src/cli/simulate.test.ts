import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDataset } from '../weather/dataset';
import { graphcast, graphcastFailure, graphcastJson, scratchFolder } from './command.fixture';

const path = scratchFolder();
const SMALL = [
  '--truncation',
  '10',
  '--levels',
  '5',
  '--grid',
  '22.5',
  '--spin-up',
  '1',
  '--pressure-levels',
  '850,500',
];

test('a planet is written, the same for the same options, as NetCDF and as Zarr', async () => {
  const options = ['simulate', ...SMALL, '--days', '0.5', '--start', '2003-07-01', '--seed', '4'];
  const said = await graphcastJson(...options, '--out', path('a.nc'));
  expect(said).toEqual({
    out: path('a.nc'),
    frames: 2,
    first_time: '2003-07-01T00:00Z',
    last_time: '2003-07-01T06:00Z',
    latitudes: 8,
    longitudes: 16,
    levels: [500, 850],
  });
  await graphcastJson(...options, '--out', path('a.zarr'));
  const [netcdf, zarr] = [await openDataset(path('a.nc')), await openDataset(path('a.zarr'))];
  expect(await zarr.read('geopotential', 1)).toEqual(await netcdf.read('geopotential', 1));
  netcdf.close();
  zarr.close();
  const again = await graphcastFailure(...options, '--out', path('a.zarr'));
  expect(again).toContain('exists already');
});

test('Ctrl-C leaves nothing half-written', async () => {
  const begun = () => readdirSync(path()).some((file) => file.includes('stopped'));
  const { code, stderr } = await graphcast(
    ['simulate', ...SMALL, '--days', '10000', '--out', path('stopped.zarr')],
    { signal: 'SIGINT', when: begun },
  );
  expect(code).toBe(130);
  expect(stderr).toMatch(/Stopped by SIGINT; nothing was written\.\n$/);
  expect(begun()).toBe(false);
});

test.each([
  [['--out', 'planet.grib'], "--out is 'planet.grib'"],
  [['--start', 'tomorrow'], "--start is 'tomorrow'"],
  [['--days', 'many'], "--days is 'many'"],
  [['--pressure-levels', '500,x'], "--pressure-levels is '500,x'"],
])('%j are bad arguments', async (args, message) => {
  const { code, stderr } = await graphcast(['simulate', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a planet that cannot be is refused before anything is computed', async () => {
  expect(await graphcastFailure('simulate', '--grid', '7', '--out', path('no.nc'))).toContain('divides 180');
  expect(await graphcastFailure('simulate', '--out', path('none/no.nc'))).toContain('no such folder');
  expect(existsSync(path('no.nc'))).toBe(false);
});
