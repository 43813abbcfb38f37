import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { type Dataset, openDataset } from './dataset';
import { asFile, content, era5File, type LayoutOptions } from './era5_layouts.fixture';
import { writeNetcdf } from './formats/netcdf_writer';
import { PLANET_START } from './small_planet.fixture';

const open = async (...layouts: [name: string, layout: LayoutOptions][]) =>
  openDataset(await Promise.all(layouts.map(([name, layout]) => asFile(era5File(layout), name))));
const hoursOf = ({ times }: Dataset) => Array.from(times, (time) => (time - PLANET_START) / 3600);

describe('frames less than 6 h apart', () => {
  test.each([
    ['hourly', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [0, 6, 12]],
    ['3-hourly', [3, 6, 9, 12, 15, 18], [6, 12, 18]],
    ['6-hourly at other hours', [3, 9, 15], [3, 9, 15]],
    ['12-hourly', [0, 12, 24], [0, 12, 24]],
    ['hourly without one of the four hours', [1, 2, 3], [1, 2, 3]],
    ['hourly with a gap', [0, 1, 6, 7, 24, 25], [0, 6, 24]],
  ])('%s', async (_, hours, expected) => {
    const dataset = await open(['x.nc', { kinds: ['surface'], hours }]);
    expect(hoursOf(dataset)).toEqual(expected);
    const direct = await open(['x.nc', { kinds: ['surface'], hours: [expected[1]] }]);
    expect(await dataset.read('2m_temperature', 1)).toEqual(await direct.read('2m_temperature', 0));
  });
});

test('closing closes every file', async () => {
  const dataset = await open(['a.nc', { kinds: ['levels'] }], ['b.nc', { kinds: ['surface'] }]);
  dataset.close();
  await expect(dataset.read('temperature', 0)).rejects.toThrow(/a\.nc: the file is closed/);
  await expect(dataset.read('2m_temperature', 0)).rejects.toThrow(/b\.nc: the file is closed/);
});

describe('levels in files of their own', () => {
  test('become one dataset, also where times are in several files, too', async () => {
    const [early, late] = [
      [0, 6],
      [12, 18],
    ];
    const dataset = await open(
      ['a.nc', { kinds: ['levels'], levels: [1000], hours: late }],
      ['b.nc', { kinds: ['levels'], levels: [500, 850] }],
      ['c.nc', { kinds: ['levels'], levels: [1000], hours: early }],
      ['d.nc', { kinds: ['surface', 'static'] }],
    );
    expect(dataset.levels).toEqual([500, 850, 1000]);
    const whole = await open(['x.nc', {}]);
    expect(await content(dataset)).toEqual(await content(whole));
    const wanted = [1000, 500];
    expect(await dataset.read('temperature', 2, wanted)).toEqual(await whole.read('temperature', 2, wanted));
  });

  test('must be given of every variable', async () => {
    const spec = era5File({ kinds: ['levels'], levels: [500] });
    spec.variables = spec.variables.filter(({ name }) => name !== 'temperature');
    const files = [await asFile(era5File({ levels: [850, 1000] }), 'a.nc'), await asFile(spec, 'b.nc')];
    await expect(openDataset(files)).rejects.toThrow(
      /^The levels differ: 'temperature' is given at 850, 1000 hPa, but other variables also at 500 hPa \(b\.nc\); give all/,
    );
  });
});

describe('a file of static fields beside', () => {
  test('may be of another time and of a finer grid, and counts before those of the data', async () => {
    const statics = era5File({
      latitudes: [90, 75, 60, 45, 30, 15, 0, -15, -30, -45, -60, -75, -90],
      longitudes: Array.from({ length: 24 }, (_, i) => i * 15 - 180),
      kinds: ['static'],
      hours: [-100_000],
      staticsInTime: true,
    });
    const spoilt = era5File();
    const mask = spoilt.variables.find(({ name }) => name === 'land_sea_mask')!;
    mask.data = new Float32Array(mask.data.length).fill(7);
    const dataset = await openDataset(await asFile(spoilt, 'x.nc'), {
      statics: await asFile(statics, 'statics.nc'),
    });
    expect(await content(dataset)).toEqual(await content(await open(['x.nc', {}])));
    expect(dataset.name).toBe('x.nc');
  });

  test('gives what it has at a single time, and nothing that varies', async () => {
    const statics = era5File({ kinds: ['surface', 'static'], hours: [5] });
    statics.variables.find(({ name }) => name === '2m_temperature')!.name = 'soil_type';
    const dataset = await openDataset(await asFile(era5File({ kinds: ['levels'] }), 'x.nc'), {
      statics: await asFile(statics, 'statics.nc'),
    });
    expect(dataset.variables.get('soil_type')).toMatchObject({ hasTime: false });
    expect([...dataset.variables.keys()]).not.toContain('mean_sea_level_pressure');
    expect(hoursOf(dataset)).toEqual([0, 6, 12, 18]);
    const months = era5File({ kinds: ['surface', 'static'] });
    const several = await openDataset(await asFile(era5File({ kinds: ['levels'] }), 'x.nc'), {
      statics: await asFile(months, 'statics.nc'),
    });
    expect([...several.variables.keys()].sort()).toEqual(
      [...(await open(['x.nc', { kinds: ['levels', 'static'] }])).variables.keys()].sort(),
    );
  });

  test('must fit', async () => {
    const statics = await asFile(
      era5File({ kinds: ['static'], longitudes: [0, 90, 180, 270] }),
      'statics.nc',
    );
    await expect(openDataset(await asFile(era5File(), 'x.nc'), { statics })).rejects.toThrow(
      /^x\.nc and statics\.nc are not on the same grid \(7 x 8 points .*; 7 x 4 points/,
    );
  });
});

describe('what does not fit together is one sentence that names both files', () => {
  const cases: [string, Record<string, LayoutOptions>, RegExp][] = [
    [
      'grids',
      { 'a.nc': {}, 'b.nc': { hours: [24], longitudes: [0, 90, 180, 270] } },
      /^a\.nc and b\.nc are not on the same grid \(7 x 8 points from -90 north, 0 east; 7 x 4 points/,
    ],
    [
      'a frame twice',
      { 'a.nc': { kinds: ['surface'] }, 'b.nc': { kinds: ['surface'], hours: [18, 24] } },
      /^a\.nc and b\.nc both hold '2m_temperature' on 2021-03-01 18:00 UTC; give every frame only once\.$/,
    ],
    [
      'times of variables',
      { 'a.nc': { kinds: ['levels'] }, 'b.nc': { kinds: ['surface'], hours: [0, 6, 18] } },
      /^'geopotential' \(a\.nc\) is given on 2021-03-01 12:00 UTC, but '2m_temperature' \(b\.nc\) is not; give all/,
    ],
    [
      'variables that only one of two months has',
      { 'a.nc': { kinds: ['levels', 'surface'] }, 'b.nc': { kinds: ['levels'], hours: [24, 30] } },
      /^'geopotential' \(a\.nc and 1 more\) is given on 2021-03-02 00:00 UTC, but '2m_temperature' \(a\.nc\) is not/,
    ],
    [
      'levels',
      { 'a.nc': { kinds: ['levels'] }, 'b.nc': { kinds: ['levels'], hours: [24], levels: [500, 850] } },
      /^The levels differ: a\.nc has 500, 850, 1000 hPa, b\.nc has 500, 850 hPa; give the same levels in all files, or/,
    ],
    [
      'times of levels',
      {
        'a.nc': { kinds: ['levels'], levels: [850, 1000] },
        'b.nc': { kinds: ['levels'], levels: [500], hours: [0, 6, 12] },
      },
      /^'geopotential' is given on 2021-03-01 18:00 UTC at 850, 1000 hPa \(a\.nc\), but not at 500 hPa \(b\.nc\); give all/,
    ],
    [
      'no time anywhere',
      { 'a.nc': { kinds: ['static'] }, 'b.nc': { kinds: ['static'] } },
      /^a\.nc and 1 more: no field has a time dimension/,
    ],
  ];
  test.each(cases)('%s', async (_, layouts, message) => {
    const attempt = open(...Object.entries(layouts));
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('units of a variable that is not known', async () => {
    const files = await Promise.all(
      ['octas', '%'].map(async (units, i) => {
        const spec = era5File({ kinds: ['surface'], hours: [6 * i] });
        const variable = spec.variables.find(({ name }) => name === '2m_temperature')!;
        Object.assign(variable, { name: 'cloudiness', attributes: { units } });
        return asFile(spec, `${i}.nc`);
      }),
    );
    await expect(openDataset(files)).rejects.toThrow(
      /^'cloudiness' is in 'octas' in 0\.nc, but in '%' in 1\.nc; convert one of them\.$/,
    );
  });
});

describe('sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a folder stands for its NetCDF files', async () => {
    mkdirSync(join(folder, 'era5/stats'), { recursive: true });
    writeFileSync(join(folder, 'era5/README.txt'), 'not data');
    writeFileSync(join(folder, 'era5/2.nc'), await writeNetcdf(era5File({ hours: [12, 18] })));
    writeFileSync(join(folder, 'era5/1.nc'), await writeNetcdf(era5File({ hours: [0, 6] })));
    const dataset = await openDataset(join(folder, 'era5/'));
    expect(dataset.name).toBe(`${join(folder, 'era5')}/1.nc and 1 more`);
    expect(await content(dataset)).toEqual(await content(await open(['x.nc', {}])));
    dataset.close();
  });

  test('a dropped folder does, too', async () => {
    const dropped = async (name: string, layout: LayoutOptions) =>
      Object.assign(await asFile(era5File(layout), name), { webkitRelativePath: `era5/${name}` });
    const readme = Object.assign(new File(['not data'], 'README.txt'), {
      webkitRelativePath: 'era5/README.txt',
    });
    const dataset = await openDataset([
      await dropped('2.nc', { hours: [12, 18] }),
      readme,
      await dropped('1.nc', { hours: [0, 6] }),
    ]);
    expect(await content(dataset)).toEqual(await content(await open(['x.nc', {}])));
  });

  test('an archive of the Climate Data Store stands for the files in it, whatever its name', async () => {
    const archive = zipSync({
      'data_stream-oper_stepType-instant.nc': await writeNetcdf(era5File({ kinds: ['levels', 'surface'] })),
      'data_stream-oper_stepType-accum.nc': [
        await writeNetcdf(era5File({ kinds: ['static'] })),
        { level: 0 },
      ],
    });
    const clean = await content(await open(['x.nc', {}]));
    expect(await content(await openDataset(new File([archive], 'download.nc')))).toEqual(clean);
    writeFileSync(join(folder, 'era5.zip'), archive);
    expect(await content(await openDataset(join(folder, 'era5.zip')))).toEqual(clean);
    const bad = zipSync({ 'instant.nc': new TextEncoder().encode('nonsense') });
    await expect(openDataset(new File([bad], 'bad.zip'))).rejects.toThrow(
      /^bad\.zip\/instant\.nc: this is not a NetCDF file/,
    );
  });

  test('nothing at all is an error', async () => {
    await expect(openDataset([])).rejects.toThrow(/^No file is given/);
  });

  test('one unreadable file among several names itself', async () => {
    const files = [await asFile(era5File(), 'good.nc'), new File(['nonsense'], 'bad.nc')];
    await expect(openDataset(files)).rejects.toThrow(/^bad\.nc: this is not a NetCDF file/);
  });
});
