/** Which part of the data a run is trained on, in which order, and what happens when they are not what they were. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStatistics, STATISTICS_FILES } from '../weather/statistics';
import { graphcast, graphcastFailure, graphcastJson, readMetrics, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
// Two days, 6 h apart, from 2024-01-01 00 UTC.
const data = await writePlanet(scratch('planet.nc'), 8);

function writeConfig(name: string, config: object): string {
  const model = { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 };
  const phases = [{ updates: 12, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }];
  writeFileSync(scratch(name), JSON.stringify({ model, phases, ...config }));
  return scratch(name);
}
const train = (config: string, out: string, ...more: string[]) => [
  ...['train', '--data', data, '--config', config, '--out', scratch(out)],
  ...more,
];
const bytes = (run: string, file: string) => readFileSync(join(scratch(run), file));

it('trains on the training period in epochs, through a cache, and goes on exactly where it stopped', async () => {
  const phases = [
    { updates: 8, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: { from: 1, to: 2 } },
  ];
  const config = writeConfig('epochs.json', { phases, batch_size: 2, sampling: 'epochs' });
  const periods = [
    '--train-period',
    '2024-01-01/2024-01-02T06',
    '--test-period',
    '2024-01-02T12/2024-01-02T23',
  ];
  // The test period has two frames, too few for a window.
  expect(await graphcastFailure(...train(config, 'few', ...periods))).toMatch(
    /the test period 2024-01-02T12 to 2024-01-02T23 holds 2, at most 2 of them in such a row/,
  );
  const given = [...periods.slice(0, 2), '--cache', scratch('frames')];
  await graphcastJson(...train(config, 'whole', ...given));
  const { periods: written, sampling } = JSON.parse(bytes('whole', 'config.json').toString());
  expect(written).toEqual({ train: ['2024-01-01', '2024-01-02T06'] });
  expect(sampling).toBe('epochs');
  expect(JSON.parse(bytes('whole', 'data.json').toString())).toMatchObject({
    frames: 6,
    first: '2024-01-01 00:00 UTC',
    last: '2024-01-02 06:00 UTC',
    grid: [19, 36],
  });
  const metrics = readMetrics(scratch('whole'));
  expect(metrics.map(({ ar_steps }) => ar_steps)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  for (const { seconds, data_wait_seconds } of metrics) {
    expect(data_wait_seconds).toBeGreaterThanOrEqual(0);
    expect(data_wait_seconds).toBeLessThanOrEqual(seconds as number);
  }

  // The statistics are those of the period's frames alone.
  const alone = await writePlanet(scratch('alone.nc'), 6);
  await graphcastJson('train', '--data', alone, '--config', config, '--out', scratch('alone'));
  const [of, ofAlone] = await Promise.all(
    ['whole', 'alone'].map((run) => {
      const { mean, stddev, diffsStddev } = STATISTICS_FILES;
      const at = (file: string) => join(scratch(run), 'stats', file);
      return readStatistics({ mean: at(mean), stddev: at(stddev), diffsStddev: at(diffsStddev) });
    }),
  );
  expect(of.tables).toEqual(ofAlone.tables);
  const losses = (run: string) => readMetrics(scratch(run)).map(({ loss }) => loss);
  expect(losses('alone')).toEqual(losses('whole'));

  // Killed and continued, now with frames from the cache.
  expect(readdirSync(scratch('frames'))).toHaveLength(1);
  const lines = () =>
    existsSync(scratch('killed/metrics.jsonl')) ? readMetrics(scratch('killed')).length : 0;
  await graphcast(train(config, 'killed', ...given, '--save-every', '1'), {
    signal: 'SIGKILL',
    when: () => lines() >= 3,
  });
  await graphcastJson('train', '--data', data, '--resume', scratch('killed'), '--cache', scratch('frames'));
  for (const file of ['checkpoint.npz', 'optimizer.npz'])
    expect(bytes('killed', file).equals(bytes('whole', file)), file).toBe(true);
});

it('is not continued on other data', async () => {
  const config = writeConfig('short.json', {
    phases: [{ updates: 2, learning_rate: { shape: 'constant', value: 0 }, ar_steps: 1 }],
  });
  await graphcastJson(...train(config, 'kept'));
  const longer = await writePlanet(scratch('longer.nc'), 9);
  expect(await graphcastFailure('train', '--data', longer, '--resume', scratch('kept'))).toMatch(
    /kept was trained on 8 frames from 2024-01-01 00:00 UTC .*, but .*longer\.nc gives it 9 frames .*; continue it with the data it began with, or start a new run from its checkpoint with --checkpoint\./,
  );
});

it('says before any other work that the data are too few', async () => {
  const phases = [
    { updates: 2, learning_rate: { shape: 'constant', value: 0 }, ar_steps: { from: 1, to: 12 } },
  ];
  const { code, stderr } = await graphcast(train(writeConfig('long.json', { phases }), 'run'));
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^graphcast: .*planet\.nc: a window with 12 target steps needs 14 consecutive frames 6 h apart, but the data hold 8, at most 8 of them in such a row; [^\n]*\n$/,
  );
  const config = writeConfig('plain.json', {});
  expect(await graphcastFailure(...train(config, 'run', '--train-period', '1979/2015'))).toMatch(
    /the train period 1979 to 2015 holds no frame, for the data run from 2024-01-01 00:00 UTC to 2024-01-02 18:00 UTC/,
  );
  expect(existsSync(scratch('run'))).toBe(false);
});

it('refuses options that are wrong or would have no effect', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await graphcast(['train', '--data', data, ...args]);
    expect(code, stderr).toBe(2);
    return stderr;
  };
  expect(await refused('--train-period', '1979')).toMatch(/--train-period is '1979', expected the first and/);
  expect(await refused('--train-period', '1979/never')).toMatch(/--train-period has the date 'never'/);
  expect(await refused('--sampling', 'random')).toMatch(
    /--sampling is 'random', expected one of uniform, epochs/,
  );
  expect(await refused('--on-bad-update', 'pray')).toMatch(/--on-bad-update is 'pray', expected one of stop/);
  expect(await refused('--cache-size', '5GB')).toMatch(/--cache-size is for --cache/);
  expect(await refused('--cache', scratch('frames'), '--cache-size', 'huge')).toMatch(
    /--cache-size is 'huge', expected a size/,
  );
  expect(await refused('--resume', scratch('kept'), '--sampling', 'epochs')).toMatch(
    /--sampling is for a new run/,
  );
});

it('validates on held-out days, keeps the best parameters, and leaves the run as it would be without', async () => {
  const three = await writePlanet(scratch('three_days.nc'), 12);
  const config = writeConfig('validated.json', {
    periods: { train: ['2024-01-01', '2024-01-02'], validation: ['2024-01-03', '2024-01-03'] },
  });
  const run = (out: string, ...more: string[]) =>
    graphcastJson('train', '--data', three, '--config', config, '--out', scratch(out), ...more);
  await run('validated', '--validate-every', '5');
  const lines = readMetrics(scratch('validated'));
  const validations = lines.flatMap(({ update, validation }) =>
    validation ? [{ update, ...(validation as { loss: number; lead_hours: number[]; rmse: object }) }] : [],
  );
  expect(validations.map(({ update }) => update)).toEqual([5, 10, 12]);
  expect(validations[2].lead_hours).toEqual([6]);
  expect(Object.keys(validations[2].rmse)).toEqual(['forecast', 'persistence', 'climatology']);
  expect(validations[2].loss).toBeLessThan(validations[0].loss);
  // The last was the best.
  expect(bytes('validated', 'checkpoint_best.npz')).toEqual(bytes('validated', 'checkpoint.npz'));

  writeFileSync(config, readFileSync(config, 'utf8').replace(/,"validation":\[[^\]]*\]/, ''));
  await run('unwatched');
  expect(bytes('unwatched', 'checkpoint.npz')).toEqual(bytes('validated', 'checkpoint.npz'));
});

it('says what it leaves out and what it does not know', async () => {
  const strange = await writePlanet(scratch('strange.nc'), 4, ({ variables }) => {
    variables.find(({ name }) => name === '2m_temperature')!.name = 'sunspots';
    variables.find(({ name }) => name === 'temperature')!.name = 'cloud_ice';
  });
  const { code, stderr } = await graphcast([
    ...['train', '--data', strange, '--out', scratch('strange'), '--config'],
    writeConfig('strange.json', {
      phases: [{ updates: 1, learning_rate: { shape: 'constant', value: 0 }, ar_steps: 1 }],
    }),
  ]);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('Left out, not part of the task: cloud_ice\n');
  expect(stderr).toContain("Unknown, used as surface variables in the file's own units: sunspots\n");
});
