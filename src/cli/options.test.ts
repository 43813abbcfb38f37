import { describe, expect, it } from 'vitest';
import { graphcast } from './command.fixture';

describe('--help', () => {
  it('lists the commands', async () => {
    for (const args of [[], ['--help']]) {
      const { code, stdout, stderr } = await graphcast(args);
      expect([code, stderr]).toEqual([0, '']);
      for (const command of ['info', 'forecast', 'loss', 'train', 'bench'])
        expect(stdout).toContain(`graphcast ${command} `);
    }
  });

  it.each([
    ['info', ['json']],
    ['loss', ['checkpoint', 'data', 'statics', 'resolution', 'stats', 'steps', 'gradients', 'json']],
    ['forecast', ['checkpoint', 'data', 'statics', 'resolution', 'stats', 'steps', 'time', 'out', 'json']],
    [
      'train',
      [
        'data',
        'statics',
        'resolution',
        'stats',
        'preset',
        'config',
        'checkpoint',
        'resume',
        'updates',
        'seed',
        'out',
        'save-every',
      ],
    ],
    ['bench', ['json']],
  ])('%s shows every option with its default', async (command, options) => {
    const { code, stdout, stderr } = await graphcast([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const option of options) expect(stdout).toMatch(new RegExp(`--${option} .*\\[.+\\]$`, 'm'));
  });
});

describe('bad arguments end with exit code 2 and a word on what is wrong', () => {
  it.each([
    ['predict', "no command 'predict'"],
    ['info', 'Expected FILE'],
    ['info a.nc b.nc', 'Expected FILE'],
    ['loss --data d.nc', '--checkpoint is missing'],
    ['loss --checkpoint c.npz --data d.nc --bogus', "'--bogus'"],
    ['loss --checkpoint c.npz --data d.nc --steps 0', "--steps is '0'"],
    ['loss --checkpoint c.npz --data d.nc --steps two', "--steps is 'two'"],
    ['forecast --checkpoint c.npz --data d.nc --out f.txt', "--out is 'f.txt'"],
    ['train', '--data is missing'],
    ['train --data d.nc --updates', '--updates has no value, expected N: updates in all'],
    ['train --data d.nc --preset huge', "--preset is 'huge', expected one of tiny"],
    ['train --data d.nc --preset tiny --resume run', '--preset and --resume exclude'],
    ['train --data d.nc --updates 5 --resume run', '--updates is for a new run'],
    ['train --data d.nc --task TASK_13 --resume run', '--task is for a new run'],
    ['train --data d.nc --save-every 0', "--save-every is '0'"],
  ])('graphcast %s', async (line, message) => {
    const { code, stdout, stderr } = await graphcast(line.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    [['--updates', '-4'], "--updates is '-4', expected a whole number from 1."],
    [['--updates', '--seed', '3'], '--updates has no value, expected N: updates in all'],
  ])('graphcast train --data d.nc %s: what the option expects, and no more', async (args, message) => {
    const { code, stderr } = await graphcast(['train', '--data', 'd.nc', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(`graphcast: ${message}`);
  });
});
