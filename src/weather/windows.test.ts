import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { readNpz } from '../graphcast/npz';
import { channelLayout } from './channels';
import { type Dataset, openDataset } from './dataset';
import { deriveForcing } from './forcings';
import type { NetcdfSpec } from './formats/netcdf_writer';
import { normalisation } from './normalisation';
import { realData } from './real_data.fixture';
import { openPlanet, PLANET_START, planetValue, smallPlanet, variableOf } from './small_planet.fixture';
import { readStatistics } from './statistics';
import { TASKS, type Task, taskFromDataset } from './task';
import { WindowReader } from './windows';

function reader(dataset: Dataset, task: Task = taskFromDataset(dataset)): WindowReader {
  return new WindowReader(dataset, task, channelLayout(task));
}

test('a window that does not exist is refused', async () => {
  const windows = reader(await openPlanet(smallPlanet({ hours: [0, 6, 12, 24] })));
  await expect(windows.read(1, 1)).rejects.toThrow(DatasetError);
  await expect(windows.read(1, 1)).rejects.toThrow(
    /planet\.nc: .* cannot start at frame 1 \(2021-03-01 06:00 UTC\)/,
  );
  await expect(windows.read(-1, 1)).rejects.toThrow(/frame -1/);
});

test('a window holds state, forcings and static fields in channel order', async () => {
  const dataset = await openPlanet(smallPlanet({ levels: [850, 500] }));
  const task = taskFromDataset(dataset);
  const layout = channelLayout(task);
  const { initialTime, state, forcings, statics } = await reader(dataset, task).read(1, 1);
  const { latitudes, longitudes } = dataset;
  const points = latitudes.length * longitudes.length;
  expect(initialTime).toBe(PLANET_START + 12 * 3600);

  const field = (name: string, hour: number, level: number) =>
    Array.from(latitudes).flatMap((lat) =>
      Array.from(longitudes, (lon) => planetValue(name, hour, level, lat, lon)),
    );
  expect(layout.state.map(({ variable, level }) => [variable, level])).toEqual([
    ['2m_temperature', null],
    ['geopotential', 500],
    ['geopotential', 850],
  ]);
  const expected = [6, 12, 18].flatMap((hour) => [
    ...field('2m_temperature', hour, 0),
    ...field('geopotential', hour, 500),
    ...field('geopotential', hour, 850),
  ]);
  expect(Array.from(state)).toEqual(expected);
  expect(Array.from(statics)).toEqual(field('land_sea_mask', 0, 0));

  expect(forcings).toHaveLength(3 * layout.forcings.length * points);
  layout.forcings.forEach(({ variable }, c) => {
    const at = (2 * layout.forcings.length + c) * points;
    const derived = deriveForcing(variable, PLANET_START + 18 * 3600, latitudes, longitudes);
    expect(forcings.slice(at, at + points)).toEqual(derived);
  });
});

describe('the start of a forecast', () => {
  test('needs no more than the two input frames', async () => {
    const dataset = await openPlanet(smallPlanet({ hours: [0, 6] }));
    const task = taskFromDataset(dataset);
    const windows = reader(dataset, task);
    const { state, forcings, initialTime } = await windows.readInitial(0, 4);
    const points = dataset.latitudes.length * dataset.longitudes.length;
    expect(state).toHaveLength(2 * 4 * points);
    expect(forcings).toHaveLength(6 * 5 * points);
    expect(initialTime).toBe(PLANET_START + 6 * 3600);
    expect(await windows.truth(1)).toHaveLength(4 * points);
    expect(await windows.truth(2)).toBeUndefined();
    expect(windows.frameAtTime(initialTime)).toBe(1);
  });

  test('takes a forcing from the file as long as the file has it', async () => {
    const spec = smallPlanet({ levels: [] });
    const copy = { ...variableOf(spec, '2m_temperature'), name: 'toa_incident_solar_radiation' };
    spec.variables.push(copy);
    const dataset = await openPlanet(spec);
    const task: Task = {
      ...TASKS.TASK,
      inputVariables: ['2m_temperature'],
      targetVariables: ['2m_temperature'],
      forcingVariables: ['toa_incident_solar_radiation'],
      pressureLevels: [],
    };
    const points = dataset.latitudes.length * dataset.longitudes.length;
    const { forcings } = await reader(dataset, task).readInitial(2, 1);
    expect(forcings.slice(0, points)).toEqual(await dataset.read('toa_incident_solar_radiation', 2));
    const derived = deriveForcing(
      'toa_incident_solar_radiation',
      PLANET_START + 24 * 3600,
      dataset.latitudes,
      dataset.longitudes,
    );
    expect(forcings.slice(2 * points)).toEqual(derived);
  });

  test('says when a forcing that cannot be derived ends', async () => {
    const spec = smallPlanet();
    const sea = { ...variableOf(spec, '2m_temperature'), name: 'sea_surface_temperature' };
    spec.variables.push(sea);
    const dataset = await openPlanet(spec);
    const task = {
      ...taskFromDataset(dataset),
      targetVariables: ['2m_temperature'],
      inputVariables: ['2m_temperature'],
      forcingVariables: ['sea_surface_temperature'],
    };
    const windows = reader(dataset, task);
    await expect(windows.readInitial(1, 1)).resolves.toBeDefined();
    await expect(windows.readInitial(2, 1)).rejects.toThrow(
      /'sea_surface_temperature' is needed on 2021-03-02 00:00 UTC, when the file has none/,
    );
  });
});

describe('a dataset that does not fit the task', () => {
  const cases: [string, (spec: NetcdfSpec) => void, Partial<Task>, RegExp][] = [
    [
      'lacks a target',
      () => {},
      { targetVariables: ['vorticity'] },
      /target variable 'vorticity' is missing/,
    ],
    [
      'lacks a level',
      () => {},
      { pressureLevels: [500, 700] },
      /needed at 700 hPa, but the file has only 500, 850, 1000/,
    ],
    [
      'lacks a forcing',
      () => {},
      { forcingVariables: ['sea_ice_cover'] },
      /forcing variable 'sea_ice_cover' is missing/,
    ],
    [
      'lacks a static field',
      () => {},
      { inputVariables: ['geopotential_at_surface'] },
      /static variable 'geopotential_at_surface'/,
    ],
    [
      'has no time for a target',
      () => {},
      { targetVariables: ['land_sea_mask'] },
      /'land_sea_mask' has no time dimension/,
    ],
    [
      'lets an input vary that is neither target nor forcing',
      () => {},
      { targetVariables: ['geopotential'] },
      /'2m_temperature' varies in time, but the task has it neither as a target nor as a forcing/,
    ],
    [
      'has levels where none are known',
      (spec) => (variableOf(spec, 'geopotential').name = 'mystery'),
      { targetVariables: ['mystery'], inputVariables: [] },
      /'mystery' lies on levels, but GraphCast knows it as a surface variable/,
    ],
    [
      'has no levels where some are known',
      (spec) => (variableOf(spec, '2m_temperature').name = 'vorticity'),
      { targetVariables: ['vorticity'], inputVariables: [] },
      /'vorticity' has no level dimension/,
    ],
  ];
  test.each(cases)('%s', async (_, change, fields, message) => {
    const spec = smallPlanet();
    const task = { ...taskFromDataset(await openPlanet(spec)), ...fields };
    change(spec);
    const dataset = await openPlanet(spec);
    expect(() => reader(dataset, task)).toThrow(DatasetError);
    expect(() => reader(dataset, task)).toThrow(message);
  });
});

describe('NaN', () => {
  test('is named with variable, level, time and count', async () => {
    const spec = smallPlanet();
    const { data } = variableOf(spec, 'geopotential');
    const points = 7 * 8;
    // Frame 1, second level.
    for (const point of [0, 17, 40]) data[(1 * 3 + 1) * points + point] = Number.NaN;
    const windows = reader(await openPlanet(spec));
    const message =
      /^planet\.nc: 'geopotential' at 850 hPa on 2021-03-01 06:00 UTC is NaN or infinite at 3 of 56 grid points; leave/;
    await expect(windows.read(0, 1)).rejects.toThrow(DatasetError);
    await expect(windows.read(0, 1)).rejects.toThrow(message);
    await expect(windows.truth(1)).rejects.toThrow(message);
    await expect(windows.read(2, 0)).resolves.toBeDefined();
  });

  test('in several fields at once is one error', async () => {
    const spec = smallPlanet();
    const sun = { ...variableOf(spec, '2m_temperature'), name: 'toa_incident_solar_radiation' };
    spec.variables.push(sun);
    for (const name of ['2m_temperature', 'land_sea_mask'])
      variableOf(spec, name).data.fill(Number.NaN as never);
    await expect(reader(await openPlanet(spec)).read(0, 2)).rejects.toThrow(/NaN or infinite at 56 of 56/);
  });

  test('at a level that the task leaves out does not matter', async () => {
    const spec = smallPlanet();
    variableOf(spec, 'geopotential').data[0] = Number.NaN;
    const dataset = await openPlanet(spec);
    const task = { ...taskFromDataset(dataset), pressureLevels: [850, 1000] };
    await expect(reader(dataset, task).read(0, 1)).resolves.toBeDefined();
  });

  test('in a static field is named without a time', async () => {
    const spec = smallPlanet();
    variableOf(spec, 'land_sea_mask').data[3] = Number.NaN;
    const windows = reader(await openPlanet(spec));
    await expect(windows.read(0, 1)).rejects.toThrow(/'land_sea_mask' is NaN or infinite at 1 of 56/);
  });

  test('in real data', async () => {
    const real = realData('gfs_2p5deg_2011-10-08_f072.nc');
    // Without it: its vertical velocity, absent at 50 hPa on 73 x 144 points.
    const spec = smallPlanet({
      latitudes: Array.from({ length: 73 }, (_, i) => -90 + 2.5 * i),
      longitudes: Array.from({ length: 144 }, (_, j) => 2.5 * j),
      levels: [50],
      hours: [0],
    });
    variableOf(spec, 'geopotential').data.fill(Number.NaN as never);
    variableOf(spec, 'geopotential').name = 'vertical_velocity';
    variableOf(spec, 'datetime').attributes = {
      units: 'hours since 2011-10-11',
      calendar: 'proleptic_gregorian',
    };
    const windows = reader(real ? await openDataset(real) : await openPlanet(spec));
    await expect(windows.truth(0)).rejects.toThrow(
      /'vertical_velocity' at 50 hPa on 2011-10-11 00:00 UTC is NaN or infinite at 10512 of 10512 grid points/,
    );
  });
});

test('normalised inputs of the golden window equal the reference', async () => {
  const golden = (file: string) => fileURLToPath(new URL(`../golden/tiny/${file}`, import.meta.url));
  const dataset = await openDataset(golden('dataset.nc'));
  const task = taskFromDataset(dataset);
  const layout = channelLayout(task);
  const statistics = await readStatistics({
    mean: golden('stats/mean_by_level.nc'),
    stddev: golden('stats/stddev_by_level.nc'),
    diffsStddev: golden('stats/diffs_stddev_by_level.nc'),
  });
  const { inputMean, inputScale, missing } = normalisation(layout, statistics);
  expect(missing).toEqual([]);
  const window = await reader(dataset, task).read(dataset.times.length - 3, 1);
  const expected = readNpz(readFileSync(golden('expected.npz')), 'expected.npz').get(
    'internals:grid_node_features',
  );
  expect(expected?.shape).toEqual([684, 1, layout.inputs.length]);
  const features = expected?.data as Float32Array;

  const gridNodes = 684;
  const sources = { state: window.state, forcing: window.forcings, static: window.statics };
  const channels = { state: layout.state.length, forcing: layout.forcings.length, static: 0 };
  layout.inputs.forEach(({ source, frame, plane, variable }, c) => {
    const first = ((frame + 1) * channels[source] + plane) * gridNodes;
    let worst = 0;
    for (let node = 0; node < gridNodes; node++) {
      const value = (sources[source][first + node] - inputMean[c]) / inputScale[c];
      worst = Math.max(worst, Math.abs(value - features[node * layout.inputs.length + c]));
    }
    expect(worst, `${variable} at frame ${frame}`).toBeLessThan(2e-6);
  });
});
