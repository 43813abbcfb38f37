import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LINEAR_VARIANTS } from '../../shaders/linear/variant';
import { goldenPath } from '../graphcast/golden.fixture';
import { type NpyArray, readNpz } from '../graphcast/npz';
import { randomStream } from '../weather/random';
import { graphcast, graphcastJson, readMetrics, scratchFolder } from './command.fixture';
import { writePlanet } from './planet_file.fixture';

const scratch = scratchFolder();
const values = (array: NpyArray | undefined) => Float64Array.from(array!.data as Float32Array);
const norm = (x: Float64Array) => Math.hypot(...x);

function writeConfig(name: string, config: object): string {
  writeFileSync(scratch(name), JSON.stringify(config));
  return scratch(name);
}

describe('graphcast train on the golden window', () => {
  // The file holds one window, so the mean over any batch of it is its own.
  it.each([
    ['one window at a time', 'single', {}],
    ['a batch of four, one window after the other', 'added', { batch_size: 4, windows_at_once: 1 }],
    ['a batch of four, two side by side', 'paired', { batch_size: 4, windows_at_once: 2 }],
  ])('follows the reference through 40 AdamW updates: %s', async (_, name, batches) => {
    const expected = readNpz(readFileSync(goldenPath('tiny', 'expected.npz')), 'expected.npz');
    const config = writeConfig(`${name}.json`, {
      ...batches,
      phases: [
        { updates: 8, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
        { updates: 32, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
      ],
    });
    const [data, out] = [goldenPath('tiny', 'one_window.nc'), scratch(name)];
    await graphcastJson(
      ...['train', '--data', data, '--checkpoint', goldenPath('tiny', 'checkpoint.npz')],
      ...['--config', config, '--out', out],
    );
    expect(readdirSync(out).sort()).toEqual(
      ['checkpoint.npz', 'config.json', 'data.json', 'metrics.jsonl', 'optimizer.npz', 'stats'].sort(),
    );

    const metrics = readMetrics(out);
    expect(metrics.map(({ update }) => update)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const losses = values(expected.get('train:loss'));
    const norms = values(expected.get('train:gradient_global_norm'));
    const rates = values(expected.get('train:learning_rate'));
    metrics.forEach(({ loss, gradient_norm, learning_rate }, i) => {
      expect(Math.abs(Number(loss) / losses[i] - 1), `loss ${i}`).toBeLessThan(1e-5);
      expect(Math.abs(Number(gradient_norm) / norms[i] - 1), `norm ${i}`).toBeLessThan(1e-3);
      expect(Math.abs(Number(learning_rate) - rates[i]), `rate ${i}`).toBeLessThan(1e-9);
    });
    const checkpoint = join(out, 'checkpoint.npz');
    const last = await graphcastJson<{ loss: number }>('loss', '--checkpoint', checkpoint, '--data', data);
    expect(Math.abs(last.loss / losses[40] - 1)).toBeLessThan(1e-3);

    const found = readNpz(readFileSync(checkpoint), checkpoint);
    const prefix = 'train:final_params:';
    const parameters = [...expected.keys()].filter((key) => key.startsWith(prefix));
    expect(parameters).toHaveLength(106);
    for (const key of parameters) {
      const want = values(expected.get(key));
      const array = `params:${key.slice(prefix.length)}`;
      const difference = values(found.get(array)).map((value, i) => value - want[i]);
      expect(norm(difference), array).toBeLessThanOrEqual(1e-3 * norm(want));
    }
  });
});

describe('a run can be repeated and continued bit for bit', async () => {
  const UPDATES = 60;
  const data = await writePlanet(scratch('planet.nc'), 6);
  const config = writeConfig('small.json', {
    model: { mesh_size: 1, latent_size: 16, gnn_msg_steps: 1 },
    phases: [{ updates: UPDATES, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 }],
    save_every: 2,
  });
  const start = (name: string, ...more: string[]) => [
    'train',
    '--data',
    data,
    '--config',
    config,
    '--out',
    scratch(name),
    ...more,
  ];
  const file = (run: string, name: string) => readFileSync(join(scratch(run), name));
  const TIMES = ['seconds', 'data_wait_seconds', 'samples_per_second', 'useful_flops_per_second'];
  const told = (run: string) =>
    readMetrics(scratch(run)).map((line) =>
      Object.fromEntries(Object.entries(line).filter(([key]) => !TIMES.includes(key))),
    );
  const updatesTold = (run: string) =>
    existsSync(join(scratch(run), 'metrics.jsonl'))
      ? file(run, 'metrics.jsonl').toString().split('\n').length - 1
      : 0;
  const expectSameRun = (run: string) => {
    for (const name of ['checkpoint.npz', 'optimizer.npz', 'config.json'])
      expect(file(run, name).equals(file('first', name)), name).toBe(true);
    expect(told(run)).toEqual(told('first'));
  };

  it('gives the same bytes with the same seed, others with another', async () => {
    for (const run of ['first', 'second']) await graphcastJson(...start(run));
    expect(told('first')).toHaveLength(UPDATES);
    expectSameRun('second');
    await graphcastJson(...start('other', '--seed', '1'));
    const { kernel_variant } = JSON.parse(file('first', 'config.json').toString());
    expect(LINEAR_VARIANTS).toContain(kernel_variant);
    expect(file('other', 'checkpoint.npz').equals(file('first', 'checkpoint.npz'))).toBe(false);
  });

  it('continues after Ctrl-C', async () => {
    const stopped = await graphcast(start('stopped'), {
      signal: 'SIGINT',
      when: () => updatesTold('stopped') >= 10,
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(
      /Stopped by SIGINT after update \d+; continue with --resume .*stopped\.\n$/,
    );
    expect(updatesTold('stopped')).toBeLessThan(UPDATES);
    const { updates } = await graphcastJson<{ updates: number }>(
      'train',
      '--data',
      data,
      '--resume',
      scratch('stopped'),
    );
    expect(updates).toBe(UPDATES);
    expectSameRun('stopped');
  });

  describe('after kills at ten random moments', () => {
    const random = randomStream(0, 'kills');
    const kills = Array.from({ length: 10 }, () => ({
      update: Math.ceil(random() * (UPDATES - 20)),
      delay: 80 * random(), // ms: anywhere in the updates and saves that follow
    })).sort((a, b) => a.update - b.update);
    const isSaved = () => existsSync(join(scratch('killed'), 'checkpoint.npz'));
    const resume = () => ['train', '--data', data, '--resume', scratch('killed')];

    it.each(kills)('goes on until it is killed at update $update', async ({ update, delay }) => {
      let reached = Number.POSITIVE_INFINITY;
      const killed = await graphcast(isSaved() ? resume() : start('killed'), {
        signal: 'SIGKILL',
        when(stderr) {
          if (stderr.includes('run folder:') && updatesTold('killed') >= update) {
            reached = Math.min(reached, performance.now());
          }
          return performance.now() >= reached + delay;
        },
      });
      expect(killed.code, killed.stderr).toBeNull();
      expect(updatesTold('killed')).toBeLessThan(UPDATES);
    });

    it('ends with the same bytes', async () => {
      expect(isSaved()).toBe(true);
      await graphcastJson(...resume());
      expectSameRun('killed');
    });
  });

  it('says so when a run has nothing left to do', async () => {
    const before = file('second', 'checkpoint.npz');
    const { code, stdout } = await graphcast(['train', '--data', data, '--resume', scratch('second')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/60 of 60 updates are done, nothing was added/);
    expect(file('second', 'checkpoint.npz').equals(before)).toBe(true);
  });
});
