/** What a user does wrong, command by command: one sentence that names file, place and remedy; nothing left behind. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { goldenPath } from '../graphcast/golden.fixture';
import type { NetcdfSpec, NetcdfVariableSpec } from '../weather/formats/netcdf_writer';
import { realData } from '../weather/real_data.fixture';
import { graphcast, graphcastFailure, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const checkpoint = goldenPath('tiny', 'checkpoint.npz');
const golden = goldenPath('tiny', 'dataset.nc');
const planet = await writePlanet(scratch('planet.nc'), 4);

const train = (data: string, ...more: string[]) =>
  graphcastFailure('train', '--data', data, '--out', scratch('run'), '--updates', '3', ...more);
const forecast = (from: string, data: string) =>
  graphcastFailure('forecast', '--checkpoint', from, '--data', data, '--out', scratch('forecast.nc'));
const loss = (from: string, data: string) =>
  graphcastFailure('loss', '--checkpoint', from, '--data', data, '--gradients', scratch('gradients.npz'));

const variable = (spec: NetcdfSpec, name: string) =>
  spec.variables.find((found) => found.name === name) as NetcdfVariableSpec;

function write(name: string, bytes: Uint8Array | string): string {
  writeFileSync(scratch(name), bytes);
  return scratch(name);
}

const cutShort = (name: string, path: string) => {
  const bytes = readFileSync(path);
  return write(name, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
};

afterEach(() => {
  for (const output of ['run', 'forecast.nc', 'gradients.npz'])
    expect(existsSync(scratch(output)), output).toBe(false);
});

describe('data', () => {
  it('that is cut short', async () => {
    const cut = cutShort('cut.nc', realData('ifs_hres_10deg_2024-06-03.nc') ?? golden);
    const wanted = /cut\.nc: the file is cut short \(\d+ of \d+ bytes\); download or copy it again\./;
    expect(await train(cut)).toMatch(wanted);
    expect(await forecast(checkpoint, cut)).toMatch(wanted);
    expect(await loss(checkpoint, cut)).toMatch(wanted);
    expect(await graphcastFailure('info', cut)).toMatch(wanted);
  });

  it('that is not NetCDF', async () => {
    const text = write('notes.txt', 'Not weather data.\n'.repeat(100));
    expect(await train(text)).toMatch(
      /notes\.txt: this is not a NetCDF file .*; open a NetCDF-3 or NetCDF-4/,
    );
    expect(await train(write('empty.nc', ''))).toContain('empty.nc');
  });

  it('that is not there', async () => {
    expect(await train(scratch('none.nc'))).toMatch(/none\.nc: there is no such file; check the path\./);
    expect(await graphcastFailure('info', scratch('none.nc'))).toMatch(/none\.nc.* no such file/);
  });

  it('without a variable of the task', async () => {
    const config = write('task13.json', '{"task": "TASK_13"}');
    expect(
      await graphcastFailure('train', '--data', planet, '--config', config, '--out', scratch('run')),
    ).toMatch(
      /planet\.nc: the target variable '10m_u_component_of_wind' is missing \(.*\); use a file that has it/,
    );
  });

  it('with NaN in a field', async () => {
    const holed = await writePlanet(scratch('holed.nc'), 4, (spec) => {
      (variable(spec, '2m_temperature').data as Float32Array)[2 * 684 + 5] = Number.NaN;
    });
    const wanted =
      /holed\.nc: '2m_temperature' on 2024-01-01 12:00 UTC is NaN or infinite at 1 of 684 grid points; /;
    expect(await train(holed)).toMatch(wanted);
    // With statistics given, the field is met only when a window is drawn.
    expect(await train(holed, '--stats', goldenPath('tiny', 'stats'))).toMatch(wanted);
    const levels = await writePlanet(scratch('levels.nc'), 4, (spec) => {
      (variable(spec, 'temperature').data as Float32Array).fill(Number.NaN, 684, 2 * 684);
    });
    expect(await train(levels)).toMatch(
      /'temperature' at 500 hPa on 2024-01-01 00:00 UTC is NaN .* 684 of 684/,
    );
  });

  it('on a grid that is not uniform in latitude', async () => {
    const gaussian = await writePlanet(scratch('gaussian.nc'), 4, (spec) => {
      const { data } = variable(spec, 'lat') as { data: Float32Array };
      data.forEach((_, i) => {
        data[i] = (86 * Math.sin(((i - 9) / 9) * 1.3)) / Math.sin(1.3);
      });
    });
    const wanted =
      /gaussian\.nc: the 19 latitudes .* not equally spaced .*; interpolate the data to a regular/;
    expect(await train(gaussian)).toMatch(wanted);
    expect(await loss(checkpoint, gaussian)).toMatch(wanted);
    const real = realData('era5_5p6deg_1959-01-02.nc');
    if (real) expect(await train(real)).toMatch(/era5.*\.nc: the 32 latitudes .* not equally spaced/);
  });

  it('that is not global', async () => {
    const tropics = await writePlanet(scratch('tropics.nc'), 4, (spec) => {
      const { data } = variable(spec, 'lat') as { data: Float32Array };
      data.forEach((degrees, i) => {
        data[i] = degrees / 3;
      });
    });
    expect(await train(tropics)).toMatch(
      /tropics\.nc: the grid is not global: its latitudes run from -30 to 30/,
    );
    const half = await writePlanet(scratch('half.nc'), 4, (spec) => {
      const { data } = variable(spec, 'lon') as { data: Float32Array };
      data.forEach((degrees, i) => {
        data[i] = degrees / 2;
      });
    });
    expect(await train(half)).toMatch(/half\.nc: the grid is not global: its 36 longitudes do not cover 360/);
  });

  it('with too few frames', async () => {
    const args = ['loss', '--checkpoint', checkpoint, '--data', golden, '--steps', '99'];
    expect(await graphcastFailure(...args)).toMatch(/dataset\.nc: a window with 99 target steps needs 101/);
    const one = await writePlanet(scratch('one.nc'), 1);
    expect(await train(one)).toMatch(
      /one\.nc: a window with 1 target step needs 3 consecutive frames 6 h apart/,
    );
  });
});

describe('checkpoint', () => {
  it('that does not fit the data', async () => {
    const fewer = await writePlanet(scratch('fewer.nc'), 4);
    const wanted =
      /checkpoint\.npz does not fit the data: .*fewer\.nc: .* missing .*; use a file that has it/;
    expect(await forecast(checkpoint, fewer)).toMatch(wanted);
    expect(await loss(checkpoint, fewer)).toMatch(wanted);
    expect(await train(fewer, '--checkpoint', checkpoint)).toMatch(wanted);
    const levels = goldenPath('task13', 'checkpoint.npz');
    expect(await forecast(levels, golden)).toMatch(/ needed at 50 hPa, but the file has only 300, 500, 700/);
  });

  it('that is cut short', async () => {
    const wanted = /cut\.npz is damaged or cut short \(.*\): fetch or write it again\./;
    const cut = cutShort('cut.npz', checkpoint);
    expect(await forecast(cut, golden)).toMatch(wanted);
    expect(await graphcastFailure('info', cut)).toMatch(wanted);
  });

  it('that is something else', async () => {
    expect(await forecast(goldenPath('tiny', 'expected.npz'), golden)).toMatch(
      /expected\.npz .*it is not a GraphCast checkpoint, choose one written by/,
    );
    expect(await loss(golden, golden)).toMatch(/dataset\.nc is not a NumPy archive .*: choose a checkpoint/);
    expect(await loss(scratch('none.npz'), golden)).toMatch(
      /none\.npz cannot be read: there is no such file/,
    );
  });
});

describe('run', () => {
  it('with a configuration that is wrong', async () => {
    const withConfig = (text: string, ...more: string[]) =>
      graphcastFailure(
        ...['train', '--data', golden, '--out', scratch('run'), '--config', write('run.json', text), ...more],
      );
    for (const [text, wanted] of Object.entries({
      '{"batch_size": -4}': 'batch_size is -4, expected a whole number from 1',
      '{"task": "TASK_99"}': "there is no task 'TASK_99'; the tasks are TASK, TASK_13",
      '{"model": {"latent": 5}}': 'model.latent is not a field',
      '{"periods": {"train": "1979"}}': 'periods.train is "1979", expected the first and the last date',
      '{"periods": {"train": ["1979", "never"]}}': "periods.train has the date 'never'",
      '{"model": {"radius_query_fraction_edge_length": 1e-9}}':
        'radius_query_fraction_edge_length is 1e-9, so small',
      '{"variable_weights": {"rain": 1}}': "a loss weight is given for 'rain'",
    })) {
      const begun = `graphcast: ${scratch('run.json')}: ${wanted}`;
      expect((await withConfig(text)).slice(0, begun.length)).toBe(begun);
    }
    const drawn = ['schedule', '--config', write('run.json', '{"batch_size": -4}')];
    expect(await graphcastFailure(...drawn)).toContain(`${scratch('run.json')}: batch_size is -4`);
    expect(await withConfig('{"modle": {}}')).toMatch(
      /run\.json has an unknown field 'modle'; the fields are/,
    );
    expect(await withConfig('{')).toMatch(/run\.json is not valid JSON/);
    expect(await withConfig('{"model": {}}', '--checkpoint', checkpoint)).toMatch(
      /with --checkpoint, the model comes from it/,
    );
    const phases =
      '{"phases": [{"updates": 1, "learning_rate": {"shape": "constant", "value": 0}, "ar_steps": 1}]}';
    expect(await withConfig(phases, '--updates', '3')).toMatch(/leave out --updates/);
  });

  it('to be resumed that is none', async () => {
    const resume = (path: string) => graphcastFailure('train', '--data', golden, '--resume', path);
    expect(await resume(scratch('nowhere'))).toMatch(
      /nowhere holds no run: it has no config\.json; give the folder/,
    );
    mkdirSync(scratch('unsaved'));
    writeFileSync(scratch('unsaved/config.json'), '{}');
    expect(await resume(scratch('unsaved'))).toMatch(/unsaved has no checkpoint\.npz: .*start it anew/);
  });

  it('into a folder that holds a run, or cannot', async () => {
    const args = ['train', '--data', goldenPath('tiny', 'one_window.nc'), '--out', scratch('first')];
    const first = await graphcast([...args, '--updates', '2']);
    expect(first.code, first.stderr).toBe(0);
    const bytes = readFileSync(scratch('first/checkpoint.npz'));
    expect(await graphcastFailure(...args)).toMatch(/first already holds a run: continue it with --resume/);
    expect(readFileSync(scratch('first/checkpoint.npz')).equals(bytes)).toBe(true);
    const resumed = ['train', '--data', planet, '--resume', scratch('first')];
    expect(await graphcastFailure(...resumed)).toMatch(/first does not fit the data: .*planet\.nc/);
    const onFile = ['train', '--data', golden, '--out', `${planet}/run`];
    expect(await graphcastFailure(...onFile)).toMatch(/cannot hold the run: .*planet\.nc is a file/);
  });

  it('with a statistics folder that lacks files', async () => {
    mkdirSync(scratch('no-stats'));
    const wanted =
      /no-stats has no mean_by_level\.nc: give a folder with mean_by_level\.nc, stddev_by_level\.nc/;
    expect(await train(golden, '--stats', scratch('no-stats'))).toMatch(wanted);
    expect(await train(golden, '--stats', scratch('nowhere'))).toMatch(
      /There is no folder .*nowhere: give a folder with mean_by_level\.nc/,
    );
  });

  it('that needs more memory than it may have', async () => {
    expect(await train(golden, '--memory', '1MB')).toMatch(
      /The model needs [1-9][\d.]* MB, 1\.0 MB are allowed: allow more, or/,
    );
    expect(await train(golden, '--memory', '0.002MB')).toMatch(/, 2\.0 kB are allowed/);
  });

  it('whose result cannot be written', async () => {
    const args = ['--checkpoint', checkpoint, '--data', golden];
    expect(await graphcastFailure('forecast', ...args, '--out', scratch('no/f.nc'))).toMatch(
      /f\.nc cannot be written: .*there is no such folder; make the folder or choose another --out\./,
    );
    expect(await graphcastFailure('loss', ...args, '--gradients', scratch(''))).toMatch(/it is a folder/);
  });
});
