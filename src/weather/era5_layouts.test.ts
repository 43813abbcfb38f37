/** The same fields in every layout in which ERA5 is handed out give the same frames, bit for bit. */
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { channelLayout } from './channels';
import { openDataset } from './dataset';
import { asFile, content, era5File, type LayoutOptions, NEW_STORE, OLD_STORE } from './era5_layouts.fixture';
import type { NetcdfSpec, NetcdfVariableSpec } from './formats/netcdf_writer';
import { writeNetcdf3 } from './formats/netcdf3_writer';
import { realData } from './real_data.fixture';
import { TASKS } from './task';
import { checkTaskFits } from './task_fit';
import { fileList, type ZarrVariant, zarrTree } from './zarr/zarr.fixture';

const open = async (...specs: NetcdfSpec[]) =>
  openDataset(await Promise.all(specs.map((spec, i) => asFile(spec, `part${i}.nc`))));
/** As the Climate Data Store delivers: what lies on levels in one file, the rest in another. */
const delivered = (options: LayoutOptions) => [
  era5File({ ...options, kinds: ['levels'] }),
  era5File({ ...options, kinds: ['surface', 'static'] }),
];
const add = (spec: NetcdfSpec, ...variables: NetcdfVariableSpec[]): NetcdfSpec => ({
  ...spec,
  variables: [...spec.variables, ...variables],
});

const clean = await content(await open(era5File()));

describe('bit for bit the same', () => {
  const layouts: [string, NetcdfSpec[]][] = [
    ['Climate Data Store since 2024', delivered(NEW_STORE)],
    [
      'with its leftovers',
      delivered({ ...NEW_STORE, order: ['time', 'number', 'level', 'lat', 'lon'], staticsInTime: true }).map(
        (spec) =>
          add(
            spec,
            { name: 'number', dimensions: ['number'], data: Int32Array.of(0) },
            { name: 'surface', dimensions: [], data: Float64Array.of(0) },
            { name: 'expver', dimensions: ['valid_time'], data: Int32Array.of(1, 1, 5, 5) },
          ),
      ),
    ],
    ['its seconds since 1970', delivered({ ...NEW_STORE, hours: [0, 6, 12, 18] }).map(inSeconds)],
    [
      'unpacked before 2024',
      delivered({ ...OLD_STORE, packed: false, timeUnits: 'hours since 2021-03-01 00:00:00.0' }),
    ],
    ['levels in Pa', delivered({ ...NEW_STORE, levelUnits: 'Pa', dimensions: { level: 'plev' } })],
    ['longitudes from -180', [era5File({ longitudes: [-180, -135, -90, -45, 0, 45, 90, 135] })]],
    [
      'WeatherBench 2',
      [
        era5File({
          order: ['time', 'level', 'lon', 'lat'],
          dimensions: { lat: 'latitude', lon: 'longitude' },
        }),
      ],
    ],
    ['frames in no order', [era5File({ hours: [12, 0, 18, 6] })]],
    ['one file for each moment', [0, 6, 12, 18].map((hour) => era5File({ hours: [hour] }))],
    [
      'files in no order',
      [[6, 12], [18], [0]].map((hours) => era5File({ hours, latitudes: [90, 60, 30, 0, -30, -60, -90] })),
    ],
    ['static fields apart', [era5File({ kinds: ['levels', 'surface'] }), era5File({ kinds: ['static'] })]],
    [
      'static fields of another time',
      [
        era5File({ kinds: ['levels', 'surface'] }),
        era5File({ kinds: ['static'], hours: [-999], staticsInTime: true }),
      ],
    ],
  ];
  test.each(layouts)('%s', async (_, specs) => {
    expect(await content(await open(...specs))).toEqual(clean);
  });

  test('a file for each moment that tells it beside the fields', async () => {
    const specs = [0, 6, 12, 18].map((hour) =>
      add(era5File({ hours: [hour], order: ['level', 'lat', 'lon'] }), {
        name: 'valid_time',
        dimensions: [],
        data: Int32Array.of(hour),
        attributes: { units: 'hours since 2021-03-01' },
      }),
    );
    expect(await content(await open(...specs))).toEqual(clean);
  });
});

test.each<[string, ZarrVariant]>([
  ['WeatherBench 2', { version: 2, codec: 'blosc-lz4', chunks: { time: 2 } }],
  ['ARCO-ERA5', { version: 3, codec: 'blosc-zstd', chunks: { time: 1 } }],
])('the Zarr of %s', async (_, variant) => {
  const names = { lat: 'latitude', lon: 'longitude' };
  const spec = era5File({ order: ['time', 'level', 'lon', 'lat'], dimensions: names });
  expect(await content(await openDataset(fileList(await zarrTree(spec, variant))))).toEqual(clean);
});

test('two versions of ERA5 side by side are merged, the final one first', async () => {
  const spec = era5File({ ...NEW_STORE, kinds: ['surface'] });
  const versions = {
    ...spec,
    dimensions: { ...spec.dimensions, expver: 2 },
    variables: spec.variables.map((variable): NetcdfVariableSpec => {
      if (!variable.dimensions.includes('latitude') || variable.dimensions.length < 3) return variable;
      const half = variable.data.length / 2;
      const final = Float32Array.from(variable.data as Float32Array).fill(Number.NaN, half);
      const preliminary = Float32Array.from(variable.data as Float32Array).fill(Number.NaN, 0, half - 1);
      preliminary[half - 1] = -1;
      const data = new Float32Array(2 * variable.data.length);
      data.set(preliminary);
      data.set(final, variable.data.length);
      return { ...variable, dimensions: ['expver', ...variable.dimensions], data };
    }),
  };
  const merged = add(versions, { name: 'expver', dimensions: ['expver'], data: Int32Array.of(5, 1) });
  expect(await content(await open(merged))).toEqual(await content(await open(spec)));
});

test('16-bit packing before 2024 is within its quantisation', async () => {
  const found = await content(await open(...delivered(OLD_STORE)));
  expect(Object.keys(found).sort()).toEqual(Object.keys(clean).sort());
  for (const [key, expected] of Object.entries(clean)) {
    const range = Math.max(...expected) - Math.min(...expected);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[key][i])));
    // Half a step of the whole file's range, which is at most four times that of a frame here.
    expect(worst, key).toBeLessThanOrEqual((4 * range) / 65_000);
  }
});

test('a single level may be a number beside the fields', async () => {
  const spec = era5File({
    kinds: ['levels'],
    levels: [850],
    order: ['time', 'lat', 'lon'],
    shortNames: true,
  });
  const whole = era5File({ kinds: ['levels'], levels: [850] });
  const level = {
    name: 'isobaricInhPa',
    dimensions: [],
    data: Float64Array.of(850),
    attributes: { units: 'hPa' },
  };
  expect(await content(await open(add(spec, level)))).toEqual(await content(await open(whole)));
});

describe('other quantities', () => {
  const altered = async (name: string, change: Partial<NetcdfVariableSpec>) => {
    const spec = era5File();
    Object.assign(spec.variables.find((variable) => variable.name === name)!, change);
    return open(spec);
  };

  test.each([
    ['gh', 'gpm'],
    ['z', 'm'],
    ['geopotential', 'gpm'],
    ['zg', ''],
  ])('geopotential height %s in "%s" becomes geopotential', async (name, units) => {
    const dataset = await altered('geopotential', { name, attributes: { units } });
    const values = await dataset.read('geopotential', 2);
    expect(dataset.variables.get('geopotential')?.hasLevel).toBe(true);
    values.forEach((value, i) => {
      expect(value).toBe(Math.fround(clean['geopotential 2'][i] * 9.80665));
    });
  });

  test('relative humidity is never taken for specific humidity', async () => {
    const named = await altered('specific_humidity', { name: 'r', attributes: { units: '%' } });
    expect([...named.variables.keys()]).toContain('relative_humidity');
    const needed = {
      ...TASKS.TASK_13,
      targetVariables: ['specific_humidity'],
      inputVariables: [],
      forcingVariables: [],
    };
    expect(() => checkTaskFits(named, channelLayout(needed))).toThrow(
      /^part0\.nc: the target variable 'specific_humidity' is missing \(.*\); relative humidity was found, but must be converted/,
    );
    const standard = { units: '1', standard_name: 'relative_humidity' };
    const disguised = await altered('specific_humidity', { name: 'q', attributes: standard });
    expect([...disguised.variables.keys()]).not.toContain('specific_humidity');
    const percent = await altered('specific_humidity', { name: 'q', attributes: { units: '%' } });
    const attempt = percent.read('specific_humidity', 0);
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(
      /^part0\.nc: 'specific_humidity' \('q' in the file\) is in '%', but 'kg kg\*\*-1' is expected .*\(relative humidity needs/,
    );
  });

  test('a geopotential without its level is not taken for the surface', async () => {
    const spec = era5File({ ...NEW_STORE, kinds: ['levels'], levels: [500], order: ['time', 'lat', 'lon'] });
    const z = spec.variables.find(({ name }) => name === 'z')!;
    const points = 7 * 8;
    z.data = Float32Array.from(z.data as Float32Array, (value, i) => value + 40 * Math.floor(i / points));
    const dataset = await open(spec);
    await expect(dataset.read('geopotential_at_surface', 0)).rejects.toThrow(
      /^part0\.nc: the geopotential has no level .* but it changes in time; give its level/,
    );
  });

  test('the second variable of a name keeps its own', async () => {
    const spec = era5File();
    const height = spec.variables.find(({ name }) => name === 'geopotential')!;
    const { variables } = await open(add(spec, { ...height, name: 'gh' }));
    expect([...variables.keys()].filter((name) => name === 'gh' || name === 'geopotential')).toEqual([
      'geopotential',
      'gh',
    ]);
  });
});

describe('real data', () => {
  const files = [
    'era5_5p6deg_1959-01-02.nc',
    'gfs_10m_wind_2p5deg_2018-09.nc',
    'gfs_2p5deg_2011-10-08_f072.nc',
    'ifs_hres_10deg_2024-06-03.nc',
  ];
  test.each(files)('%s', async (file) => {
    const path = realData(file);
    const dataset = path ? await openDataset(path) : await open(era5File());
    const [variable] = dataset.variables.keys();
    const planes = dataset.variables.get(variable)!.hasLevel ? dataset.levels.length : 1;
    expect(await dataset.read(variable, dataset.times.length - 1)).toHaveLength(
      planes * dataset.latitudes.length * dataset.longitudes.length,
    );
    dataset.close();
  });
});

test('NetCDF-3 of the Climate Data Store', async () => {
  const files = delivered({ ...NEW_STORE, levelUnits: 'millibars' }).map(
    (spec, i) => new File([writeNetcdf3(spec)], `part${i}.nc`),
  );
  expect(await content(await openDataset(files))).toEqual(clean);
});

function inSeconds(spec: NetcdfSpec): NetcdfSpec {
  return {
    ...spec,
    variables: spec.variables.map((variable) =>
      variable.name === 'valid_time'
        ? {
            ...variable,
            data: BigInt64Array.from([0, 6, 12, 18], (hour) => BigInt(1_614_556_800 + hour * 3600)),
            attributes: { units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' },
          }
        : variable,
    ),
  };
}
