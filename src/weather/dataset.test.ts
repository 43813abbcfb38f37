import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import { openDataset } from './dataset';
import { content } from './era5_layouts.fixture';
import { type NetcdfSpec, writeNetcdf } from './formats/netcdf_writer';
import { writeNetcdf3 } from './formats/netcdf3_writer';
import {
  openPlanet,
  PLANET_START,
  type PlanetOptions,
  planetValue,
  smallPlanet,
  variableOf,
} from './small_planet.fixture';

describe('one clean grid, whatever the file has', async () => {
  const clean = await content(await openPlanet(smallPlanet()));

  test('the values are those of their place and time', () => {
    const { levels, latitudes, longitudes } = clean;
    const expected = levels.flatMap((level) =>
      latitudes.flatMap((latitude) =>
        longitudes.map((longitude) => planetValue('geopotential', 12, level, latitude, longitude)),
      ),
    );
    expect(clean['geopotential 2']).toEqual(expected);
    expect(clean.times[2]).toBe(PLANET_START + 12 * 3600);
    expect(clean['land_sea_mask 0']).toEqual(clean['land_sea_mask 3']);
  });

  const reordered: [string, PlanetOptions][] = [
    ['latitudes from the north', { latitudes: [90, 60, 30, 0, -30, -60, -90] }],
    ['longitudes from -180', { longitudes: [-180, -135, -90, -45, 0, 45, 90, 135] }],
    ['longitudes westwards', { longitudes: [315, 270, 225, 180, 135, 90, 45, 0] }],
    ['levels from the ground', { levels: [1000, 850, 500] }],
    ['levels in no order', { levels: [850, 1000, 500] }],
    ['no batch dimension', { order: ['time', 'level', 'lat', 'lon'] }],
    ['longitude before latitude', { order: ['batch', 'time', 'level', 'lon', 'lat'] }],
    ['level last', { order: ['time', 'lat', 'lon', 'level'] }],
  ];
  test.each(reordered)('%s', async (_, options) => {
    expect(await content(await openPlanet(smallPlanet(options)))).toEqual(clean);
  });

  const formats: [string, (spec: NetcdfSpec) => Uint8Array<ArrayBuffer>][] = [
    ['NetCDF-3 classic', (spec) => writeNetcdf3(spec, { version: 1 })],
    ['NetCDF-3 with 64-bit offsets', (spec) => writeNetcdf3(spec, { version: 2 })],
  ];
  test.each(formats)('%s', async (_, write) => {
    expect(await content(await openDataset(new File([write(smallPlanet())], 'x.nc')))).toEqual(clean);
  });

  test('NetCDF-3 with time as the record dimension', async () => {
    const spec = smallPlanet({ order: ['time', 'level', 'lat', 'lon'] });
    const bytes = writeNetcdf3(spec, { recordDimension: 'time' });
    expect(await content(await openDataset(new File([bytes], 'x.nc')))).toEqual(clean);
  });

  test('a path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dataset-'));
    writeFileSync(join(folder, 'x.nc'), await writeNetcdf(smallPlanet()));
    const dataset = await openDataset(join(folder, 'x.nc'));
    expect(await content(dataset)).toEqual(clean);
    dataset.close();
    rmSync(folder, { recursive: true });
  });

  test('dimensions called latitude and longitude', async () => {
    const text = JSON.stringify(smallPlanet(), (_, value) => (ArrayBuffer.isView(value) ? undefined : value));
    const renamed = JSON.parse(text.replaceAll('"lat"', '"latitude"').replaceAll('"lon"', '"longitude"'));
    smallPlanet().variables.forEach(({ data }, v) => {
      renamed.variables[v].data = data;
    });
    expect(await content(await openPlanet(renamed))).toEqual(clean);
  });

  test('16-bit packing, within its quantisation', async () => {
    const spec = smallPlanet();
    const variable = variableOf(spec, 'geopotential');
    variable.data = Int16Array.from(variable.data as Float32Array, (value) =>
      Math.round((value - 100) / 0.01),
    );
    variable.attributes = { scale_factor: Float64Array.of(0.01), add_offset: Float64Array.of(100) };
    const values = await (await openPlanet(spec)).read('geopotential', 1);
    values.forEach((value, i) => {
      expect(Math.abs(value - clean['geopotential 1'][i])).toBeLessThan(0.00501);
    });
  });

  test('any choice of levels in any order', async () => {
    const dataset = await openPlanet(smallPlanet({ levels: [1000, 500, 850] }));
    const points = dataset.latitudes.length * dataset.longitudes.length;
    const [high, , low] = [0, 1, 2].map((l) => clean['geopotential 0'].slice(l * points, (l + 1) * points));
    expect(Array.from(await dataset.read('geopotential', 0, [1000, 500]))).toEqual([...low, ...high]);
    await expect(dataset.read('geopotential', 0, [700])).rejects.toThrow(
      /not given at 700 hPa, only at 500, 850, 1000/,
    );
  });
});

test('describes its variables', async () => {
  const spec = smallPlanet();
  variableOf(spec, 'geopotential').attributes = { units: 'm**2 s**-2', long_name: 'Geopotential' };
  const { variables } = await openPlanet(spec);
  expect([...variables.keys()]).toEqual(['2m_temperature', 'geopotential', 'land_sea_mask']);
  expect(variables.get('geopotential')).toEqual({
    name: 'geopotential',
    hasTime: true,
    hasLevel: true,
    units: 'm**2 s**-2',
    longName: 'Geopotential',
  });
  expect(variables.get('land_sea_mask')).toMatchObject({ hasTime: false, hasLevel: false, units: '' });
});

describe('units', () => {
  const given = (name: string, units: string, data?: (value: number) => number) => {
    const spec = smallPlanet();
    const variable = variableOf(spec, name);
    variable.attributes = { units };
    if (data) variable.data = Float64Array.from(variable.data as Float32Array, data);
    return openPlanet(spec);
  };

  test.each([
    ['2m_temperature', 'degC', (kelvin: number) => kelvin - 273.15, 'K'],
    ['2m_temperature', 'kelvin', (kelvin: number) => kelvin, 'K'],
    ['geopotential', 'm^2/s^2', (value: number) => value, 'm**2 s**-2'],
    ['land_sea_mask', '%', (fraction: number) => fraction * 100, '(0 - 1)'],
  ])('%s in %s', async (name, units, stored, expected) => {
    const clean = await openPlanet(smallPlanet());
    const dataset = await given(name, units, stored);
    const values = await dataset.read(name, 1);
    (await clean.read(name, 1)).forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 4);
    });
    expect(dataset.variables.get(name)?.units).toBe(expected);
  });

  test('that cannot be converted are refused when the variable is read, and not before', async () => {
    const dataset = await given('geopotential', 'degC');
    expect(dataset.variables.get('geopotential')?.units).toBe('degC');
    await dataset.read('2m_temperature', 0);
    const attempt = dataset.read('geopotential', 0);
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(
      /planet\.nc: 'geopotential' is in 'degC', but 'm\*\*2 s\*\*-2' is expected/,
    );
  });

  test('of a variable that is not known are left as they are', async () => {
    const spec = smallPlanet();
    Object.assign(variableOf(spec, '2m_temperature'), { name: 'mystery', attributes: { units: 'octas' } });
    const dataset = await openPlanet(spec);
    expect((await dataset.read('mystery', 0))[0]).toBeLessThan(100);
    expect(dataset.variables.get('mystery')?.units).toBe('octas');
  });

  test('of levels', async () => {
    const spec = smallPlanet();
    const level = variableOf(spec, 'level');
    Object.assign(level, { data: Float32Array.of(5500, 85000, 100_000), attributes: { units: 'Pa' } });
    expect((await openPlanet(spec)).levels).toEqual([55, 850, 1000]);
    level.attributes = { units: 'm' };
    await expect(openPlanet(spec)).rejects.toThrow(
      /planet\.nc: the coordinate 'level' is in 'm', but .* in 'hPa' are expected/,
    );
  });
});

test('coordinates may be packed', async () => {
  const spec = smallPlanet();
  const packed = (name: string, data: Int16Array, scale: number, offset: number) => {
    const attributes = { ...variableOf(spec, name).attributes };
    attributes.scale_factor = Float64Array.of(scale);
    attributes.add_offset = Float64Array.of(offset);
    Object.assign(variableOf(spec, name), { data, attributes });
  };
  packed('lat', Int16Array.of(0, 60, 120, 180, 240, 300, 360), 0.5, -90);
  packed('level', Int16Array.of(50, 85, 100), 10, 0);
  packed('datetime', Int16Array.of(0, 1, 2, 3), 6, 0);
  const { latitudes, levels, times } = await openPlanet(spec);
  expect(Array.from(latitudes)).toEqual([-90, -60, -30, 0, 30, 60, 90]);
  expect(levels).toEqual([500, 850, 1000]);
  expect(Array.from(times, (time) => (time - PLANET_START) / 3600)).toEqual([0, 6, 12, 18]);
});

test('a closed dataset says so', async () => {
  const dataset = await openPlanet(smallPlanet());
  dataset.close();
  const attempt = dataset.read('geopotential', 0);
  await expect(attempt).rejects.toThrow(DatasetError);
  await expect(attempt).rejects.toThrow(/planet\.nc: the file is closed/);
});

test('time may itself be in UTC, and before 1970', async () => {
  const spec = smallPlanet();
  spec.variables = spec.variables.filter(({ name }) => name !== 'datetime');
  variableOf(spec, 'time').attributes = { units: 'hours since 1959-01-02' };
  const { times } = await openPlanet(spec);
  expect(formatUtc(times[1])).toBe('1959-01-02 06:00 UTC');
  expect(times[0]).toBeLessThan(0);
});

describe('bad input is one sentence with file and remedy', () => {
  const cases: [string, (spec: NetcdfSpec) => void, RegExp][] = [
    ['no latitudes', (spec) => (variableOf(spec, 'lat').name = 'other'), /no latitude coordinate/],
    [
      'times that are only relative',
      (spec) => (variableOf(spec, 'datetime').name = 'other'),
      /cannot be placed in UTC; give 'datetime\(batch, time\)'/,
    ],
    [
      'a frame twice',
      (spec) => (variableOf(spec, 'datetime').data[2] = 6),
      /the time 2021-03-01 06:00 UTC occurs twice, in frames 1 and 2; remove one/,
    ],
    [
      'a longitude twice',
      (spec) => (variableOf(spec, 'lon').data[7] = 360),
      /meridian at 0 degrees occurs twice/,
    ],
    ['a level twice', (spec) => (variableOf(spec, 'level').data[0] = 850), /850 hPa occurs twice/],
  ];
  test.each(cases)('%s', async (_, change, message) => {
    const spec = smallPlanet();
    change(spec);
    const attempt = openPlanet(spec, 'bad.nc');
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(/^bad\.nc: /);
  });

  test('a region', async () => {
    await expect(openPlanet(smallPlanet({ longitudes: [0, 10, 20, 30] }))).rejects.toThrow(
      /planet\.nc: the grid is not global/,
    );
    await expect(openPlanet(smallPlanet({ latitudes: [30, 35, 40] }))).rejects.toThrow(
      /planet\.nc: the grid is not global/,
    );
  });

  test('no time', async () => {
    const spec = smallPlanet({ order: ['batch', 'level', 'lat', 'lon'], hours: [0] });
    spec.variables = spec.variables.filter(({ name }) => name !== 'time' && name !== 'datetime');
    await expect(openPlanet(spec)).rejects.toThrow(/no field has a time dimension/);
  });

  test('no frame', async () => {
    const bytes = writeNetcdf3(smallPlanet({ hours: [] }));
    const attempt = openDataset(new File([bytes], 'empty.nc'));
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(/empty\.nc: the time dimension is empty/);
  });

  test('an axis longer than any real one', async () => {
    const bytes = await writeNetcdf({
      dimensions: { lat: 2 ** 21 + 1, lon: 1 },
      variables: [
        { name: 'lat', dimensions: ['lat'], data: new Int8Array(2 ** 21 + 1) },
        { name: 'lon', dimensions: ['lon'], data: new Int8Array(1) },
        { name: 'land_sea_mask', dimensions: ['lat', 'lon'], data: new Int8Array(2 ** 21 + 1) },
      ],
    });
    await expect(openDataset(new File([bytes], 'long.nc'))).rejects.toThrow(
      /long\.nc: the coordinate 'lat' has 2097153 values/,
    );
  });

  test('several samples in a batch', async () => {
    const spec = smallPlanet({ hours: [0] });
    spec.dimensions.batch = 2;
    for (const variable of spec.variables.filter(({ dimensions }) => dimensions.includes('batch'))) {
      const doubled = new Float32Array(variable.data.length * 2);
      variable.data = variable.name === 'datetime' ? Int32Array.of(0, 0) : doubled;
    }
    await expect(openPlanet(spec)).rejects.toThrow(
      /'2m_temperature' has 2 values along the dimension 'batch', .*; write each to its own file/,
    );
  });

  test('a variable or frame that is not there', async () => {
    const dataset = await openPlanet(smallPlanet());
    await expect(dataset.read('vorticity', 0)).rejects.toThrow(
      /planet\.nc: there is no variable 'vorticity' \(the file holds 2m_temperature, geopotential, land_sea_mask\)/,
    );
    await expect(dataset.read('geopotential', 4)).rejects.toThrow(
      /no frame 4; the frames are numbered 0 to 3/,
    );
  });
});
