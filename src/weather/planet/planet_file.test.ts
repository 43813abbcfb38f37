import { expect, test } from 'vitest';
import { ConfigError } from '../../errors';
import { type Dataset, openDataset } from '../dataset';
import { VARIABLES } from '../variables';
import { zipSink } from '../zarr/zarr_sink';
import { createPlanet } from './planet';
import { PLANET_PACKING, PLANET_VARIABLES, planetNetcdf, planetZarr } from './planet_file';

const planet = createPlanet({
  truncation: 10,
  layers: 5,
  gridDegrees: 22.5,
  days: 0.5,
  spinUpDays: 0.5,
  pressureLevels: [250, 500, 850],
});

const netcdf = async (options = {}) =>
  openDataset(new File([await planetNetcdf(planet, options)], 'planet.nc'));

async function zarr(): Promise<Dataset> {
  const sink = zipSink();
  await planetZarr(planet, sink);
  return openDataset(new File([sink.bytes()], 'planet.zarr.zip'));
}

test('a packed file holds what the simulation gave, to half a step of its packing', async () => {
  const dataset = await netcdf();
  expect(Array.from(dataset.latitudes)).toEqual([-78.75, -56.25, -33.75, -11.25, 11.25, 33.75, 56.25, 78.75]);
  expect(dataset.longitudes[1]).toBe(22.5);
  expect(dataset.levels).toEqual([250, 500, 850]);
  expect(dataset.times).toEqual(planet.times);
  let index = 0;
  for await (const { fields } of planet.frames()) {
    for (const name of PLANET_VARIABLES) {
      const stored = await dataset.read(name, index);
      const { scale } = PLANET_PACKING[name];
      fields.get(name)!.forEach((value, i) => {
        expect(Math.abs(stored[i] - value), name).toBeLessThan(0.5 * scale + 1e-6 * Math.abs(value));
      });
      expect(dataset.variables.get(name)?.units).toBe(VARIABLES.get(name)?.units);
    }
    index++;
  }
  for (const [name, values] of planet.statics) expect(await dataset.read(name, 0)).toEqual(values);
  dataset.close();
});

test('float32 keeps every bit', async () => {
  const dataset = await netcdf({ float32: true });
  const { value: frame } = await planet.frames().next();
  for (const name of PLANET_VARIABLES) expect(await dataset.read(name, 0)).toEqual(frame!.fields.get(name));
  dataset.close();
});

test('Zarr and NetCDF hold the same', async () => {
  const [one, other] = [await netcdf(), await zarr()];
  expect(other.times).toEqual(one.times);
  expect([...other.variables.keys()].sort()).toEqual([...one.variables.keys()].sort());
  for (const name of one.variables.keys()) expect(await other.read(name, 1)).toEqual(await one.read(name, 1));
  one.close();
  other.close();
});

test('only the chosen variables are written, and unknown ones refused', async () => {
  const dataset = await netcdf({ variables: ['temperature', '2m_temperature'] });
  expect([...dataset.variables.keys()].sort()).toEqual([
    '2m_temperature',
    'geopotential_at_surface',
    'land_sea_mask',
    'temperature',
  ]);
  dataset.close();
  await expect(planetNetcdf(planet, { variables: ['salinity'] })).rejects.toThrow(ConfigError);
});
