import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goldenPath } from '../graphcast/golden.fixture';
import { type NpyArray, readNpz } from '../graphcast/npz';
import { type Finished, graphcast, readMetrics, scratchFolder } from './command.fixture';

const scratch = scratchFolder();
const values = (array: NpyArray | undefined) => Float64Array.from(array!.data as Float32Array);

/** As root, as in a container, Open MPI wants to be told so; its binding to cores would starve a software adapter. */
const LAUNCHERS = {
  'Open MPI': ['mpirun.openmpi', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '-n'],
  MPICH: ['mpirun.mpich', '-n'],
};

function writeConfig(name: string, config: object): string {
  writeFileSync(scratch(name), JSON.stringify(config));
  return scratch(name);
}

async function train(args: string[], launcher?: string[]): Promise<Finished> {
  const finished = await graphcast(['train', ...args], undefined, launcher);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

test('two processes of Open MPI, each with half the batch, follow the reference through 40 updates', async () => {
  const expected = readNpz(readFileSync(goldenPath('tiny', 'expected.npz')), 'expected.npz');
  // Both halves of the batch are the one window that the file holds, and so is their mean.
  const config = writeConfig('golden.json', {
    batch_size: 2,
    phases: [
      { updates: 8, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
      { updates: 32, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
    ],
  });
  const out = scratch('golden');
  const { stdout } = await train(
    [
      ...['--data', goldenPath('tiny', 'one_window.nc'), '--config', config],
      ...['--checkpoint', goldenPath('tiny', 'checkpoint.npz'), '--out', out, '--json'],
    ],
    [...LAUNCHERS['Open MPI'], '2'],
  );
  expect(JSON.parse(stdout)).toMatchObject({ updates: 40 });
  const losses = values(expected.get('train:loss'));
  readMetrics(out).forEach(({ loss }, i) => {
    expect(Math.abs(Number(loss) / losses[i] - 1), `loss ${i}`).toBeLessThan(1e-5);
  });
});

test('three processes of MPICH train as one does with the whole batch', async () => {
  const config = writeConfig('shared.json', {
    model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 },
    batch_size: 6,
    ema_decay: 0.5,
    phases: [{ updates: 5, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }],
  });
  const run = (name: string) => [
    ...['--data', goldenPath('tiny', 'dataset.nc'), '--config', config, '--out', scratch(name)],
  ];
  await train(run('one'));
  await train(run('three'), [...LAUNCHERS.MPICH, '3']);
  const atOnce = (name: string) =>
    JSON.parse(readFileSync(join(scratch(name), 'config.json'), 'utf8')).windows_at_once;
  expect([atOnce('one'), atOnce('three')]).toEqual([6, 2]);
  const [one, three] = ['one', 'three'].map((name) => readMetrics(scratch(name)));
  expect(three).toHaveLength(5);
  three.forEach(({ loss, gradient_norm }, i) => {
    expect(Math.abs(Number(loss) / Number(one[i].loss) - 1), `loss ${i}`).toBeLessThan(1e-5);
    expect(Math.abs(Number(gradient_norm) / Number(one[i].gradient_norm) - 1)).toBeLessThan(1e-5);
  });
  const average = (name: string) => {
    const path = join(scratch(name), 'checkpoint_average.npz');
    return readNpz(readFileSync(path), path);
  };
  const [whole, shared] = [average('one'), average('three')];
  for (const [key, array] of whole) {
    if (!key.startsWith('params:')) continue;
    const want = values(array);
    const difference = values(shared.get(key)).map((value, i) => value - want[i]);
    expect(Math.hypot(...difference), key).toBeLessThanOrEqual(1e-4 * Math.hypot(...want) + 1e-7);
  }
});

test('two processes continue a run, of whose files one alone writes', async () => {
  const out = scratch('continued');
  const data = ['--data', goldenPath('tiny', 'dataset.nc')];
  const config = {
    model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 },
    batch_size: 2,
    phases: [{ updates: 2, learning_rate: { shape: 'constant', value: 1e-3 }, ar_steps: 1 }],
  };
  const pair = [...LAUNCHERS.MPICH, '2'];
  await train([...data, '--config', writeConfig('continued.json', config), '--out', out], pair);
  const written = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  written.phases[0].updates = 4;
  writeFileSync(join(out, 'config.json'), JSON.stringify(written));
  // So many lines that processes which all cut them back would get into each other's way.
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8');
  writeFileSync(join(out, 'metrics.jsonl'), lines.repeat(20_000));
  const { stderr } = await train([...data, '--resume', out], pair);
  for (const rank of [0, 1])
    expect(stderr).toMatch(new RegExp(`^Process ${rank}: .+ on ${hostname()}$`, 'm'));
  const updates = readMetrics(out).map(({ update }) => update);
  expect(updates).toHaveLength(40_002);
  expect(updates.slice(-3)).toEqual([2, 3, 4]);
});

test('a batch that cannot be shared equally ends all processes with one sentence', async () => {
  const config = writeConfig('odd.json', { batch_size: 3 });
  const { code, stderr } = await graphcast(
    ['train', '--data', goldenPath('tiny', 'dataset.nc'), '--config', config, '--out', scratch('odd')],
    undefined,
    [...LAUNCHERS.MPICH, '2'],
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain('batch_size is 3, which 2 processes cannot share equally');
});
