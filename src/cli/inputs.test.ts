import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { era5File } from '../weather/era5_layouts.fixture';
import { writeNetcdf } from '../weather/formats/netcdf_writer';
import { scratchFolder } from './command.fixture';
import { DATA_OPTIONS, dataPaths, openArguments, openData } from './inputs';
import { parseOptions, UsageError } from './options';

const COMMAND = { usage: '', summary: '', options: DATA_OPTIONS };
const scratch = scratchFolder();
const parsed = (...args: string[]) => parseOptions(COMMAND, args)!;

describe('--data', () => {
  it('takes one path, several with commas between, or is given several times', () => {
    expect(dataPaths(parsed('--data', 'a.nc'))).toEqual(['a.nc']);
    expect(dataPaths(parsed('--data', 'a.nc,b.nc', '--data', 'c.nc'))).toEqual(['a.nc', 'b.nc', 'c.nc']);
    expect(openArguments(parsed('--data', 'a.nc'))).toEqual(['a.nc', {}]);
    expect(openArguments(parsed('--data', 'a.nc', '--data', 'b.nc'))[0]).toEqual(['a.nc', 'b.nc']);
  });

  it('takes a name with a comma for one file where there is such a file', () => {
    const path = scratch('a,b.nc');
    writeFileSync(path, '');
    expect(dataPaths(parsed('--data', path))).toEqual([path]);
  });

  it('opens a folder, thinned, with static fields from elsewhere', async () => {
    const grid = { latitudes: [90, 60, 30, 0, -30, -60, -90], longitudes: [0, 60, 120, 180, 240, 300] };
    mkdirSync(scratch('months'));
    writeFileSync(scratch('months/1.nc'), await writeNetcdf(era5File({ ...grid, kinds: ['surface'] })));
    const next = era5File({ ...grid, kinds: ['surface'], hours: [24, 30] });
    writeFileSync(scratch('months/2.nc'), await writeNetcdf(next));
    const statics = era5File({ ...grid, kinds: ['static'], hours: [-5] });
    writeFileSync(scratch('statics.nc'), await writeNetcdf(statics));
    const options = parsed(
      '--data',
      scratch('months'),
      '--resolution',
      '60',
      '--statics',
      scratch('statics.nc'),
    );
    const dataset = await openData(options);
    expect(dataset.times).toHaveLength(6);
    expect(Array.from(dataset.latitudes)).toEqual([-90, -30, 30, 90]);
    expect([...dataset.variables.keys()]).toContain('land_sea_mask');
    dataset.close();
  });
});

describe('--resolution', () => {
  it.each(['0', '-1', 'fine', '180'])('refuses %s', (text) => {
    expect(() => openArguments(parsed('--data', 'a.nc', '--resolution', text))).toThrow(UsageError);
  });

  it('takes degrees', () => {
    expect(openArguments(parsed('--data', 'a.nc', '--resolution', '0.25'))[1]).toMatchObject({
      resolution: 0.25,
    });
  });
});
