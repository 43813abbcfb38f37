/** What `graphcast train --resume` keeps of a run, and what it refuses to continue. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { graphcastFailure, graphcastJson, readMetrics, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const UPDATES = 4;
let data: string;

/** A configuration of so many updates on a network that takes no time. */
const settings = (updates = UPDATES) => ({
  model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 },
  phases: [{ updates, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }],
});

/** Trains a new run to its end. */
async function train(name: string, config: object, on = data, ...more: string[]): Promise<string> {
  writeFileSync(scratch(`${name}.json`), JSON.stringify(config));
  const from = ['--config', scratch(`${name}.json`), '--out', scratch(name)];
  await graphcastJson('train', '--data', on, ...from, ...more);
  return scratch(name);
}

/** The finished run once more, under another name. */
function copyOfRun(name: string): string {
  cpSync(scratch('finished'), scratch(name), { recursive: true });
  return scratch(name);
}

/** Edits a run's `config.json` by hand. */
function alter(run: string, change: (config: ReturnType<typeof settings> & Record<string, unknown>) => void) {
  const file = join(run, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  change(config);
  writeFileSync(file, JSON.stringify(config));
}

const refused = (run: string) => graphcastFailure('train', '--data', data, '--resume', run);

beforeAll(async () => {
  data = await writePlanet(scratch('planet.nc'), 6);
  await train('finished', settings());
});

it.each([
  ['latent_size', 32, 16],
  ['mesh_size', 2, 1],
  ['gnn_msg_steps', 2, 1],
  ['hidden_layers', 2, 1],
])(
  'refuses a run whose %s was made %i, and leaves its checkpoint as it is',
  async (field, value, trained) => {
    const run = copyOfRun(`other-${field}`);
    alter(run, ({ model, phases: [phase] }) => {
      Object.assign(model, { [field]: value });
      phase.updates += 4;
    });
    expect(await refused(run)).toContain(
      `${join(run, 'config.json')}: model.${field} is ${value}, but the run's checkpoint was trained with ${trained}: put ${trained} back`,
    );
    const checkpoint = (of: string) => readFileSync(join(of, 'checkpoint.npz'));
    expect(checkpoint(run).equals(checkpoint(scratch('finished')))).toBe(true);
  },
);

it('names the file whose values are wrong', async () => {
  const run = copyOfRun('negative');
  alter(run, (config) => {
    config.batch_size = -4;
  });
  expect(await refused(run)).toMatch(/^graphcast: .*negative.config\.json: batch_size is -4, expected/);
});

it('validates and saves as often as the run began, unless an option says otherwise', async () => {
  const days = await writePlanet(scratch('three_days.nc'), 12);
  const periods = { train: ['2024-01-01', '2024-01-02'], validation: ['2024-01-03', '2024-01-03'] };
  const run = await train('validated', { ...settings(), periods }, days, '--validate-every', '2');
  const goOn = async (updates: number, ...more: string[]) => {
    alter(run, ({ phases: [phase] }) => {
      phase.updates = updates;
    });
    await graphcastJson('train', '--data', days, '--resume', run, ...more);
    return readMetrics(run).flatMap(({ update, validation }) => (validation ? [update] : []));
  };
  const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
  expect(config).toMatchObject({ validate_every: 2, save_every: 200 });
  expect(await goOn(7)).toEqual([2, 4, 6, 7]);
  expect(await goOn(10, '--validate-every', '3')).toEqual([2, 4, 6, 7, 9, 10]);
});

it('says that the statistics of a run are missing, and what to do', async () => {
  const run = copyOfRun('no-statistics');
  const remedy = `put them back; or start a new run with --checkpoint ${join(run, 'checkpoint.npz')}.`;
  rmSync(join(run, 'stats', 'stddev_by_level.nc'));
  expect(await refused(run)).toContain(
    `${join(run, 'stats')} has no stddev_by_level.nc: the run's statistics belong there, ${remedy}`,
  );
  rmSync(join(run, 'stats'), { recursive: true });
  expect(await refused(run)).toContain(`There is no folder ${join(run, 'stats')}: `);
});

it('writes the average that a kill has left out, though no update is left to do', async () => {
  const run = await train('averaged', { ...settings(), ema_decay: 0.9 });
  const file = join(run, 'checkpoint_average.npz');
  const whole = readFileSync(file);
  rmSync(file);
  await graphcastJson('train', '--data', data, '--resume', run);
  expect(readFileSync(file).equals(whole)).toBe(true);
});
