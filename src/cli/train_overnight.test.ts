import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeEvents } from '../training/tensorboard.reference';
import { graphcast, graphcastFailure, readMetrics, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const UPDATES = 8;

const data = await writePlanet(scratch('planet.nc'), 8);
/** The last frame's 2 m temperatures are so large that their squares are not finite. */
const spoilt = await writePlanet(scratch('spoilt.nc'), 8, ({ variables }) => {
  const field = variables.find(({ name }) => name === '2m_temperature')!;
  field.data = (field.data as Float32Array).map((value, i, all) => (i < (all.length * 7) / 8 ? value : 1e25));
});
const config = scratch('run.json');
writeFileSync(
  config,
  JSON.stringify({
    model: { mesh_size: 0, latent_size: 8, gnn_msg_steps: 1 },
    phases: [{ updates: UPDATES, learning_rate: { shape: 'constant', value: 0.02 }, ar_steps: 1 }],
    sampling: 'epochs',
  }),
);
const file = (run: string, name: string) => readFileSync(join(scratch(run), name));
const alarms = (run: string) =>
  file(run, 'alarms.jsonl')
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('alarms and TensorBoard files are written, and a bad update ends a run or is skipped', async () => {
  const clean = await graphcast([
    ...['train', '--data', data, '--config', config, '--out', scratch('clean'), '--tensorboard'],
  ]);
  expect(clean.code, clean.stderr).toBe(0);
  const rate = /The learning rate reaches 0\.02, more than ten times/;
  expect(clean.stderr.search(rate)).toBeLessThan(clean.stderr.indexOf('updates/s'));
  expect(clean.stderr).toMatch(rate);
  expect(alarms('clean')).toMatchObject([{ kind: 'learning rate', update: 0 }]);
  const events = decodeEvents(file('clean', 'events.out.tfevents.graphcast')).slice(1);
  expect(events.map(({ step }) => step)).toEqual(Array.from({ length: UPDATES }, (_, i) => i + 1));
  readMetrics(scratch('clean')).forEach(({ loss, gradient_norm }, i) => {
    const { scalars } = events[i];
    expect(scalars.loss / Number(loss)).toBeCloseTo(1, 6);
    expect(scalars.gradient_norm / Number(gradient_norm)).toBeCloseTo(1, 6);
    expect(Object.keys(scalars)).toContain('loss_by_variable/2m_temperature');
  });

  const start = (out: string) => [
    ...['train', '--data', spoilt, '--stats', join(scratch('clean'), 'stats'), '--config', config],
    ...['--out', scratch(out)],
  ];
  const failure = await graphcastFailure(...start('stopped'), '--save-every', '1');
  expect(failure).toMatch(
    /The loss of update \d \(2m_temperature\) .*; its batch is of 2024-01-02 12:00 UTC: /,
  );
  expect(failure).toMatch(
    /lower learning_rate in .*, or change its on_bad_update, and continue with --resume/,
  );

  const skipped = await graphcast([...start('skipped'), '--on-bad-update', 'skip', '--tensorboard']);
  expect(skipped.code, skipped.stderr).toBe(0);
  expect(skipped.stderr).toMatch(/Alarm: The loss of update \d \(2m_temperature\).*: it was skipped\./);
  const bad = alarms('skipped').filter(({ kind }) => kind === 'bad update');
  expect(bad.length).toBeGreaterThanOrEqual(1);
  expect(bad[0]).toMatchObject({ initial_times: ['2024-01-02 12:00 UTC'] });
  expect(readMetrics(scratch('skipped'))[bad[0].update - 1]).toMatchObject({ gradient_norm: null });
  expect(JSON.parse(file('skipped', 'config.json').toString())).toMatchObject({ on_bad_update: 'skip' });
});
