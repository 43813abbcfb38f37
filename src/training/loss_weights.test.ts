import { describe, expect, test } from 'vitest';
import { ConfigError, DatasetError } from '../errors';
import reference from '../golden/reference_values.json';
import { formatUtc } from '../weather/cf_time';
import { channelLayout } from '../weather/channels';
import { openDataset } from '../weather/dataset';
import { realData } from '../weather/real_data.fixture';
import { openPlanet, smallPlanet, variableOf } from '../weather/small_planet.fixture';
import { TASKS, type Task } from '../weather/task';
import { channelWeights, latitudeWeights, levelWeights, variableWeights } from './loss_weights';

const { geometry } = reference;
const degrees = (first: number, step: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => first + i * step);

describe('latitude weights', () => {
  test.each([
    ['1 degree with poles', degrees(-90, 1, 181), geometry.lat_weights_1deg_poles],
    ['6 degrees with poles', degrees(-90, 6, 31), geometry.lat_weights_6deg_poles],
    ['5.625 degrees without poles', degrees(-87.1875, 5.625, 32), geometry['lat_weights_5.625_nopoles']],
  ])('%s equal the reference', (_, latitudes, expected) => {
    const weights = latitudeWeights(latitudes);
    let compared = 0;
    for (const [row, weight] of Object.entries(expected)) {
      if (!/^\d+$/.test(row)) continue;
      expect(weights[Number(row)]).toBeCloseTo(Number(weight), 6);
      compared++;
    }
    expect(compared).toBeGreaterThan(4);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(latitudes.length, 3);
  });

  test('do not depend on the direction', () => {
    const north = latitudeWeights(degrees(-90, 10, 19));
    expect(latitudeWeights(degrees(90, -10, 19))).toEqual(north);
  });

  test('float32 quarter and third degrees are uniform', () => {
    expect(latitudeWeights(degrees(-90, 0.25, 721))).toHaveLength(721);
    expect(latitudeWeights(Float32Array.from({ length: 541 }, (_, i) => -90 + i / 3))).toHaveLength(541);
  });

  test.each([
    ['a Gaussian grid', [-73.799, -52.813, -31.704, -10.57, 10.57, 31.704, 52.813, 73.799]],
    ['neither poles nor half a spacing off them', [-80, -40, 0, 40, 80]],
    ['one pole only', [-90, -60, -30, 0, 30, 60]],
    ['one row', [0]],
  ])('refuse %s', (_, latitudes) => {
    expect(() => latitudeWeights(latitudes)).toThrow(DatasetError);
    expect(() => latitudeWeights(latitudes)).toThrow(/not equally spaced from pole to pole/);
  });
});

test('level weights equal the reference', () => {
  const weights = levelWeights(TASKS.TASK_13.pressureLevels);
  geometry.level_weights_13.forEach((weight, l) => {
    expect(weights[l]).toBeCloseTo(weight, 6);
  });
  const [first] = levelWeights(TASKS.TASK.pressureLevels);
  expect(1 / first).toBeCloseTo(geometry.level_weights_37_mean_hPa, 4);
});

describe('variable weights', () => {
  test('are the reference’s, and 1 where it names none', () => {
    expect(
      variableWeights(['2m_temperature', '10m_u_component_of_wind', 'geopotential', 'sea_ice_cover']),
    ).toEqual({
      '2m_temperature': 1,
      '10m_u_component_of_wind': 0.1,
      geopotential: 1,
      sea_ice_cover: 1,
    });
    expect(
      variableWeights(['total_precipitation_6hr', 'mean_sea_level_pressure', '10m_v_component_of_wind']),
    ).toEqual({
      total_precipitation_6hr: 0.1,
      mean_sea_level_pressure: 0.1,
      '10m_v_component_of_wind': 0.1,
    });
  });

  test('can be replaced', () => {
    expect(variableWeights(['2m_temperature', 'geopotential'], { geopotential: 0 })).toEqual({
      '2m_temperature': 1,
      geopotential: 0,
    });
  });

  test('of absent variables or below 0 or all 0 are refused', () => {
    expect(() => variableWeights(['geopotential'], { temperature: 1 })).toThrow(ConfigError);
    expect(() => variableWeights(['geopotential'], { temperature: 1 })).toThrow(
      /'temperature', which the task does not predict/,
    );
    expect(() => variableWeights(['geopotential'], { geopotential: -1 })).toThrow(/is -1/);
    expect(() => variableWeights(['geopotential'], { geopotential: 0 })).toThrow(/nothing can be learnt/);
    expect(() => variableWeights(['geopotential'], { geopotential: Number.NaN })).toThrow(ConfigError);
  });
});

describe('channel weights', () => {
  const layout = channelLayout(TASKS.TASK_13);
  const sum = (values: Float32Array, variable: string) =>
    values.reduce((total, value, c) => (layout.state[c].variable === variable ? total + value : total), 0);

  test('of a variable on levels add up to its weight', () => {
    const { weighted, unweighted } = channelWeights(layout);
    expect(sum(unweighted, 'geopotential')).toBeCloseTo(1, 6);
    expect(sum(weighted, 'geopotential')).toBeCloseTo(1, 6);
    expect(sum(unweighted, 'mean_sea_level_pressure')).toBe(1);
    expect(sum(weighted, 'mean_sea_level_pressure')).toBeCloseTo(0.1, 7);
    const z = layout.state.findIndex(({ variable }) => variable === 'geopotential');
    geometry.level_weights_13.forEach((weight, l) => {
      expect(unweighted[z + l]).toBeCloseTo(weight / 13, 7);
    });
  });

  test('follow overrides', () => {
    const { weighted } = channelWeights(layout, { geopotential: 3 });
    expect(sum(weighted, 'geopotential')).toBeCloseTo(3, 5);
    expect(sum(weighted, 'temperature')).toBeCloseTo(1, 5);
  });

  test('without levels', () => {
    const task: Task = {
      inputVariables: ['10m_u_component_of_wind', 'sea_surface_temperature'],
      targetVariables: ['10m_u_component_of_wind', 'sea_surface_temperature'],
      forcingVariables: [],
      pressureLevels: [],
      inputDuration: '12h',
    };
    const { weighted, unweighted } = channelWeights(channelLayout(task));
    expect(Array.from(weighted)).toEqual([Math.fround(0.1), 1]);
    expect(Array.from(unweighted)).toEqual([1, 1]);
  });
});

describe('real data', () => {
  test('persistence of the IFS forecast of z500', async () => {
    const real = realData('ifs_hres_10deg_2024-06-03.nc');
    // Without it: a field that rises by the expected difference every 6 h.
    const spec = smallPlanet({ hours: [0, 6, 12] });
    const { data } = variableOf(spec, 'geopotential');
    (data as Float32Array).forEach((_, k) => {
      data[k] = 161.08 * Math.floor(k / (data.length / 3));
    });
    const dataset = real ? await openDataset(real) : await openPlanet(spec);
    const weights = latitudeWeights(dataset.latitudes);
    const columns = dataset.longitudes.length;
    let squares = 0;
    for (let frame = 1; frame < dataset.times.length; frame++) {
      const before = await dataset.read('geopotential', frame - 1, [500]);
      const after = await dataset.read('geopotential', frame, [500]);
      after.forEach((value, i) => {
        squares += (weights[Math.floor(i / columns)] * (value - before[i]) ** 2) / after.length;
      });
    }
    expect(Math.sqrt(squares / (dataset.times.length - 1))).toBeCloseTo(161.08, 1);
  });

  test('a Gaussian grid before 1970 opens, but has no latitude weights', async () => {
    const real = realData('era5_5p6deg_1959-01-02.nc');
    const spec = smallPlanet({ latitudes: [-73.8, -52.8, -31.7, -10.6, 10.6, 31.7, 52.8, 73.8] });
    variableOf(spec, 'datetime').attributes = {
      units: 'hours since 1959-01-02',
      calendar: 'proleptic_gregorian',
    };
    const dataset = real ? await openDataset(real) : await openPlanet(spec);
    expect(formatUtc(dataset.times[0])).toBe('1959-01-02 00:00 UTC');
    expect((await dataset.read('geopotential', 0, [500])).every(Number.isFinite)).toBe(true);
    expect(() => latitudeWeights(dataset.latitudes)).toThrow(DatasetError);
  });
});
