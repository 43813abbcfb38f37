import { expect, test } from 'vitest';
import { channelLayout } from './channels';
import { openDataset } from './dataset';
import { writeForecast } from './forecast_file';
import { readAll } from './formats/array_store';
import { openNetcdf } from './formats/netcdf';
import { openPlanet, PLANET_START, smallPlanet } from './small_planet.fixture';
import { taskFromDataset } from './task';
import { WindowReader } from './windows';

test.each([
  ['with levels', [500, 850]],
  ['without levels', []],
])('a forecast %s, written and opened again, is the same', async (_, levels) => {
  const truth = await openPlanet(smallPlanet({ levels }));
  const task = taskFromDataset(truth);
  const layout = channelLayout(task);
  const reader = new WindowReader(truth, task, layout);
  const bytes = await writeForecast({
    latitudes: truth.latitudes,
    longitudes: truth.longitudes,
    levels: task.pressureLevels,
    initialTime: PLANET_START + 6 * 3600,
    leadHours: [6, 12],
    layout,
    states: [await reader.state(2), await reader.state(3)],
  });
  const forecast = await openDataset(new File([bytes], 'forecast.nc'));
  expect(forecast.latitudes).toEqual(truth.latitudes);
  expect(forecast.longitudes).toEqual(truth.longitudes);
  expect(forecast.levels).toEqual(levels);
  expect(Array.from(forecast.times)).toEqual([12, 18].map((hour) => PLANET_START + hour * 3600));
  expect([...forecast.variables.keys()].sort()).toEqual([...task.targetVariables].sort());
  expect(forecast.variables.get('2m_temperature')).toMatchObject({
    units: 'K',
    longName: '2 metre temperature',
  });
  for (const variable of task.targetVariables) {
    for (const lead of [0, 1]) {
      expect(await forecast.read(variable, lead)).toEqual(await truth.read(variable, 2 + lead));
    }
  }
});

test('coordinates are GraphCast’s', async () => {
  const layout = channelLayout({
    inputVariables: [],
    targetVariables: ['geopotential'],
    forcingVariables: [],
    pressureLevels: [500],
    inputDuration: '12h',
  });
  const bytes = await writeForecast({
    latitudes: [-45, 45],
    longitudes: [0, 90, 180, 270],
    levels: [500],
    initialTime: PLANET_START,
    leadHours: [6, 12, 18],
    layout,
    states: [1, 2, 3].map((value) => new Float32Array(8).fill(value)),
  });
  const store = await openNetcdf(new File([bytes], 'forecast.nc'));
  const read = async (name: string) => {
    const variable = store.variables.get(name);
    return { ...variable, values: variable ? Array.from(await readAll(store, variable), Number) : [] };
  };
  expect(await read('time')).toMatchObject({
    dimensions: ['time'],
    values: [6, 12, 18],
    attributes: { units: 'hours' },
  });
  expect(await read('datetime')).toMatchObject({
    dimensions: ['batch', 'time'],
    values: [6, 12, 18].map((hours) => PLANET_START + hours * 3600),
    attributes: { units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' },
  });
  expect(await read('init_time')).toMatchObject({ dimensions: [], values: [PLANET_START] });
  expect(await read('level')).toMatchObject({ values: [500], attributes: { units: 'hPa' } });
  expect(await read('lat')).toMatchObject({ values: [-45, 45], attributes: { units: 'degrees_north' } });
  expect(await read('lon')).toMatchObject({
    values: [0, 90, 180, 270],
    attributes: { units: 'degrees_east' },
  });
  expect(await read('geopotential')).toMatchObject({
    dimensions: ['batch', 'time', 'level', 'lat', 'lon'],
    shape: [1, 3, 1, 2, 4],
    attributes: { units: 'm**2 s**-2', long_name: 'Geopotential' },
  });
});
