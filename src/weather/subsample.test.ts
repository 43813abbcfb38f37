import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { openDataset } from './dataset';
import { asFile, era5File } from './era5_layouts.fixture';
import type { NetcdfSpec } from './formats/netcdf_writer';
import { writeNetcdf3 } from './formats/netcdf3_writer';
import { latitudeAxis, longitudeAxis } from './grid';
import { coarserLatitudes, coarserLongitudes } from './subsample';

const range = (first: number, step: number, count: number) =>
  Array.from({ length: count }, (_, i) => first + i * step);
const latitudes = (degrees: number[], resolution: number) =>
  Array.from(coarserLatitudes(latitudeAxis(degrees, 'x.nc'), resolution, 'x.nc').values);
const longitudes = (degrees: number[], resolution: number) =>
  Array.from(coarserLongitudes(longitudeAxis(degrees, 'x.nc'), resolution, 'x.nc').values);

describe('every k-th point', () => {
  test('0.25 degrees become 1 degree as in the reference: 181 rows with both poles, 360 columns from 0', () => {
    expect(latitudes(range(90, -0.25, 721), 1)).toEqual(range(-90, 1, 181));
    expect(longitudes(range(-180, 0.25, 1440), 1)).toEqual(range(0, 1, 360));
  });

  test('other factors, and none', () => {
    expect(latitudes(range(-90, 1, 181), 6)).toEqual(range(-90, 6, 31));
    expect(longitudes(range(0, 1.5, 240), 4.5)).toEqual(range(0, 4.5, 80));
    expect(latitudes(range(-90, 2, 91), 2)).toHaveLength(91);
    // Float32 thirds of a degree.
    expect(longitudes(Array.from(Float32Array.from(range(0, 1, 1080), (i) => i / 3)), 1)).toHaveLength(360);
  });

  test('cell centres stay symmetric about the equator', () => {
    expect(latitudes(range(-87.1875, 5.625, 32).slice(0, 32), 5.625)).toHaveLength(32);
    expect(latitudes(range(-88, 4, 45), 12)).toEqual(range(-84, 12, 15));
  });

  test.each([
    [
      range(-90, 1, 181),
      1.5,
      /resolution of 1.5 degrees is asked for, but its latitudes are 1 degrees apart/,
    ],
    [range(-90, 1, 181), 0.25, /choose a multiple/],
    [range(-90, 1, 181), 7, /every 7th of its 181 latitudes misses the north pole/],
    [
      range(-87.1875, 5.625, 32),
      11.25,
      /every second of its 32 latitudes is not symmetric about the equator/,
    ],
    [[-80, -60, -20, 20, 60, 80], 64, /not equally spaced \(a Gaussian grid\)/],
  ])('a factor that does not divide is refused: case %#', (degrees, resolution, message) => {
    expect(() => latitudes(degrees, resolution)).toThrow(DatasetError);
    expect(() => latitudes(degrees, resolution)).toThrow(message);
  });

  test('columns must go round', () => {
    expect(() => longitudes(range(0, 1, 360), 7)).toThrow(/360 longitudes cannot be thinned to every 7th/);
  });
});

test.each<[string, (spec: NetcdfSpec) => Promise<File>]>([
  ['NetCDF-4', (spec) => asFile(spec, 'fine.nc')],
  ['NetCDF-3', async (spec) => new File([writeNetcdf3(spec)], 'fine.nc')],
])('a finer file read at a coarser resolution holds the same values: %s', async (_, write) => {
  const grid = { latitudes: range(-90, 30, 7), longitudes: range(0, 30, 12) };
  const coarse = await openDataset(await asFile(era5File(grid), 'coarse.nc'));
  const fine = await write(era5File({ latitudes: range(90, -15, 13), longitudes: range(-180, 15, 24) }));
  const thinned = await openDataset(fine, { resolution: 30 });
  expect(thinned.latitudes).toEqual(coarse.latitudes);
  expect(thinned.longitudes).toEqual(coarse.longitudes);
  for (const variable of coarse.variables.keys()) {
    expect(await thinned.read(variable, 1), variable).toEqual(await coarse.read(variable, 1));
  }
  const levels = [1000, 500];
  expect(await thinned.read('temperature', 0, levels)).toEqual(await coarse.read('temperature', 0, levels));
  await expect(openDataset(fine, { resolution: 20 })).rejects.toThrow(
    /^fine\.nc: a resolution of 20 degrees/,
  );
});
