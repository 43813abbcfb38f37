import { expect, test } from 'vitest';
import { completeRunConfig, presetModel } from '../../training/run_config';
import { TASKS } from '../../weather/task';
import { differences } from './run_differences';

const defaults = { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 100 };
const base = completeRunConfig({}, defaults);

test('only what differs is named', () => {
  const wide = completeRunConfig({ model: { latent_size: 64 }, seed: 3 }, defaults);
  expect(differences([base, wide])).toEqual([
    [
      ['latent_size', '32'],
      ['seed', '0'],
    ],
    [
      ['latent_size', '64'],
      ['seed', '3'],
    ],
  ]);
});

test('runs of one configuration, and a single one, differ in nothing', () => {
  expect(differences([base, base])).toEqual([[], []]);
  expect(differences([base])).toEqual([[]]);
});

test('what only one run has is named there', () => {
  const held = completeRunConfig(
    { periods: { train: ['2000', '2001'], validation: ['2002', '2002'], test: ['2003', '2003'] } },
    defaults,
  );
  expect(differences([base, held])[1]).toEqual([
    ['train', '2000 to 2001'],
    ['validation', '2002 to 2002'],
    ['test', '2003 to 2003'],
  ]);
});
