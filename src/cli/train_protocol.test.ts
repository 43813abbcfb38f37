/** Which schedule a new run gets, by what the command line says. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presetProtocol } from '../training/protocols';
import { warmUpCosine } from '../training/run_config';
import { graphcast, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();

/** The configuration that a run is written with, which is stopped as soon as it has begun. */
async function configOf(name: string, data: string, ...options: string[]) {
  const run = scratch(name);
  const args = ['train', '--data', data, '--out', run, ...options];
  const { stderr } = await graphcast(args, {
    signal: 'SIGINT',
    when: () => existsSync(join(run, 'metrics.jsonl')),
  });
  return { config: JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')), stderr };
}

it("is the preset's protocol, another's where one is given, or so many updates", async () => {
  const data = await writePlanet(scratch('planet.nc'), 8);
  const { config, stderr } = await configOf('whole', data);
  expect(config).toMatchObject(presetProtocol('tiny'));
  expect(stderr).not.toContain('The data hold no window');
  const updates = await configOf('updates', data, '--updates', '40');
  expect(updates.config).toMatchObject({ phases: warmUpCosine(40), batch_size: 1, activations: 'float32' });
  const phases = [
    { updates: 30, learning_rate: { shape: 'constant', value: 0 }, ar_steps: 1, batch_size: 2 },
  ];
  writeFileSync(scratch('own.json'), JSON.stringify({ phases }));
  const own = await configOf('own', data, '--config', scratch('own.json'));
  expect(own.config).toMatchObject({ phases, batch_size: 1 });
});

it('goes no further than the data, and says so', async () => {
  const { config, stderr } = await configOf('short', await writePlanet(scratch('short.nc'), 3));
  expect(stderr).toMatch(
    /no window of 4 autoregressive steps as the schedule of tiny has at its end: it goes to 1\./,
  );
  expect(config.phases).toEqual(presetProtocol('tiny').phases.slice(0, 2));
});
