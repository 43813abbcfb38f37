import { expect, it } from 'vitest';
import { ConfigError } from '../errors';
import type { NetcdfSpec } from '../weather/formats/netcdf_writer';
import type { Periods } from '../weather/periods';
import { openPlanet, smallPlanet, variableOf } from '../weather/small_planet.fixture';
import { taskFromDataset } from '../weather/task';
import { recordData, requireSameData } from './data_record';

const HOURS = [0, 6, 12, 18, 24, 30];

async function record(spec: NetcdfSpec, periods?: Periods, name = 'planet.nc') {
  const dataset = await openPlanet(spec, name);
  return recordData(dataset, { task: taskFromDataset(dataset), periods });
}
const planet = () => smallPlanet({ hours: HOURS });

it('of the same data under another name is the same', async () => {
  const recorded = await record(planet());
  expect(recorded).toMatchObject({
    frames: 6,
    first: '2021-03-01 00:00 UTC',
    last: '2021-03-02 06:00 UTC',
    grid: [7, 8],
  });
  const order = ['lon', 'lat', 'level', 'time', 'batch'];
  const found = await record(smallPlanet({ hours: HOURS, order }), undefined, 'copy.nc');
  expect(found).toEqual(recorded);
  expect(() => requireSameData(recorded, found, 'run', 'copy.nc')).not.toThrow();
});

it('does not see what lies outside the training period', async () => {
  const periods: Periods = { train: ['2021-03-01', '2021-03-01'] };
  expect(await record(smallPlanet({ hours: [...HOURS, 36] }), periods)).toEqual(
    await record(planet(), periods),
  );
});

it.each([
  [
    'more frames',
    () => smallPlanet({ hours: [...HOURS, 36] }),
    /gives it 7 frames from .* to 2021-03-02 12:00 UTC/,
  ],
  ['a coarser grid', () => smallPlanet({ hours: HOURS, longitudes: [0, 90, 180, 270] }), /on 7 x 4 points/],
  [
    'other levels',
    () => smallPlanet({ hours: HOURS, levels: [500, 700, 1000] }),
    /other variables, units or values/,
  ],
  [
    'other values',
    () => {
      const spec = planet();
      variableOf(spec, '2m_temperature').data.reverse();
      return spec;
    },
    /but b\.nc has as many with other variables, units or values; continue it with the data it began with/,
  ],
])('%s are noticed', async (_, spec, message) => {
  const [recorded, found] = [await record(planet()), await record(spec())];
  expect(() => requireSameData(recorded, found, 'run', 'b.nc')).toThrow(ConfigError);
  expect(() => requireSameData(recorded, found, 'run', 'b.nc')).toThrow(
    /^run was trained on 6 frames from 2021-03-01 00:00 UTC to 2021-03-02 06:00 UTC on 7 x 8 points, but b\.nc/,
  );
  expect(() => requireSameData(recorded, found, 'run', 'b.nc')).toThrow(message);
});
