/** Fine-tuning a checkpoint on other variables and levels than it was trained on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../graphcast/checkpoint';
import { goldenPath } from '../graphcast/golden.fixture';
import { channelLayout } from '../weather/channels';
import { readStatistics, STATISTICS_FILES } from '../weather/statistics';
import { graphcast, graphcastFailure, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
// The reference's own checkpoint knows five levels and precipitation; the planet has three of the levels and sunspots.
const planet = await writePlanet(scratch('planet.nc'), 4, ({ variables }) => {
  variables.find(({ name }) => name === '2m_temperature')!.name = 'sunspots';
});
const checkpoint = goldenPath('tiny', 'checkpoint.npz');
const start = ['train', '--data', planet, '--checkpoint', checkpoint, '--stats', goldenPath('tiny', 'stats')];

it('says that the data do not hold what the checkpoint needs, and what can be done', async () => {
  expect(await graphcastFailure(...start, '--out', scratch('refused'))).toMatch(
    /checkpoint\.npz does not fit the data: .*; or give --task data, to fine-tune on what the data hold\.$/,
  );
});

it('carries over the channels that match, and learns from where they were', async () => {
  const out = scratch('adapted');
  writeFileSync(
    scratch('run.json'),
    JSON.stringify({
      phases: [{ updates: 1, learning_rate: { shape: 'constant', value: 0 }, ar_steps: 1 }],
    }),
  );
  const { code, stderr } = await graphcast([
    ...[...start, '--task', 'data', '--config', scratch('run.json'), '--out', out],
  ]);
  expect(code, stderr).toBe(0);
  const before = readCheckpoint(readFileSync(checkpoint), 'before');
  const after = readCheckpoint(readFileSync(`${out}/checkpoint.npz`), 'after');
  expect(after.task.pressureLevels).toEqual([300, 500, 850]);
  expect(after.task.targetVariables).toContain('sunspots');
  const [old, now] = [before, after].map(({ task }) => channelLayout(task).state);
  expect(stderr).toContain(
    `${now.length - 1} of ${now.length} output channels carried over; new: sunspots; dropped: `,
  );

  // The learning rate was 0: every carried column of the output layer is the checkpoint's.
  const name = 'mesh2grid_gnn/~_networks_builder/decoder_nodes_grid_nodes_mlp/~/linear_1:w';
  const [from, to] = [before, after].map(({ parameters }) => parameters.get(name)!.data);
  for (const [c, { variable, level }] of now.entries()) {
    const place = old.findIndex((channel) => channel.variable === variable && channel.level === level);
    if (variable === 'sunspots') expect(place).toBe(-1);
    else
      for (let row = 0; row < 32; row++)
        expect(to[row * now.length + c]).toBe(from[row * old.length + place]);
  }

  // What the statistics did not know comes from the data.
  expect(stderr).toMatch(/Not in .*stats, computed from the data: .*sunspots/);
  const at = (file: string) => `${out}/stats/${file}`;
  const { mean, stddev, diffsStddev } = STATISTICS_FILES;
  const statistics = await readStatistics({
    mean: at(mean),
    stddev: at(stddev),
    diffsStddev: at(diffsStddev),
  });
  expect(statistics.stddev('sunspots', null)).toBeGreaterThan(0);
  expect(statistics.diffsStddev('sunspots', null)).toBeGreaterThan(0);
});

it('refuses a task that is none, is not there, or is named twice', async () => {
  const refused = (...more: string[]) => graphcastFailure(...start, '--out', scratch('none'), ...more);
  expect(await refused('--task', 'TASK_99')).toMatch(
    /There is no task 'TASK_99'; the tasks are TASK, TASK_13/,
  );
  expect(await refused('--task', 'TASK_13')).toMatch(/planet\.nc: .* is (missing|needed at)/);
  writeFileSync(scratch('named.json'), '{"task": "TASK_13"}');
  expect(await refused('--config', scratch('named.json'), '--task', 'data')).toMatch(/leave out --task/);
  expect(await graphcastFailure('train', '--data', planet, '--task', 'checkpoint')).toMatch(
    /--task checkpoint is for --checkpoint/,
  );
});
