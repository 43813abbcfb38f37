/** Commands with activations stored as bfloat16, against what the reference computes in float32 and in bfloat16. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reducedOfEachShader } from '../../shaders/linear/variant';
import { goldenPath } from '../graphcast/golden.fixture';
import { type NpyArray, readNpz } from '../graphcast/npz';
import { withDevice } from '../webgpu/testing';
import { graphcast, graphcastJson, readMetrics, scratchFolder } from './command.fixture';

const scratch = scratchFolder();
const values = (array: NpyArray | undefined) => Float64Array.from(array!.data as Float32Array);
const expected = readNpz(readFileSync(goldenPath('tiny', 'expected.npz')), 'expected.npz');
const checkpoint = ['--checkpoint', goldenPath('tiny', 'checkpoint.npz')];
const window = ['--data', goldenPath('tiny', 'one_window.nc')];
const packed = ['--activations', 'bfloat16'];

describe('graphcast train --activations bfloat16', () => {
  const config = scratch('golden.json');
  const phases = [
    { updates: 8, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
    { updates: 32, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
  ];
  writeFileSync(config, JSON.stringify({ phases }));
  const train = (out: string, ...options: string[]) =>
    graphcastJson('train', ...window, ...checkpoint, '--config', config, '--out', out, ...packed, ...options);

  /** Losses and gradient norms of 40 updates within 2 % of the reference's in float32. */
  function expectCurve(run: string): void {
    const losses = values(expected.get('train:loss'));
    const norms = values(expected.get('train:gradient_global_norm'));
    const metrics = readMetrics(run);
    expect(metrics).toHaveLength(40);
    metrics.forEach(({ loss, gradient_norm }, i) => {
      expect(Math.abs(Number(loss) / losses[i] - 1), `loss ${i}`).toBeLessThan(0.02);
      expect(Math.abs(Number(gradient_norm) / norms[i] - 1), `norm ${i}`).toBeLessThan(0.02);
    });
  }

  it("stays within 2 % of the reference's float32 losses over 40 updates, and is the run's choice for good", async () => {
    const [first, second] = [scratch('first'), scratch('second')];
    await train(first);
    await train(second);
    expectCurve(first);
    for (const name of ['checkpoint.npz', 'optimizer.npz', 'config.json']) {
      const [a, b] = [first, second].map((run) => readFileSync(join(run, name)));
      expect(a.equals(b), name).toBe(true);
    }

    expect(JSON.parse(readFileSync(join(first, 'config.json'), 'utf8')).activations).toBe('bfloat16');
    const refused = await graphcast(['train', ...window, '--resume', first, '--activations', 'float32']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/--activations is for a new run; --resume takes it from the run's folder/);

    // What was learnt with bfloat16 serves float32 as well.
    const last = await graphcastJson<{ loss: number }>(
      ...['loss', '--checkpoint', join(first, 'checkpoint.npz'), ...window],
    );
    expect(Math.abs(last.loss / values(expected.get('train:loss'))[40] - 1)).toBeLessThan(0.02);
  });

  it('stays there with kernel variants that round weights, which the run keeps', () =>
    withDevice(async ({ gpu }) => {
      for (const variant of reducedOfEachShader(gpu.adapter)) {
        const run = scratch(variant);
        await train(run, '--variant', variant);
        expectCurve(run);
        expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).kernel_variant).toBe(variant);
      }
    }));
});

describe('a run whose phases differ in precision', () => {
  const train = async (name: string, ...precisions: ('float32' | 'bfloat16' | undefined)[]) => {
    const learning_rate = { shape: 'constant', value: 5e-4 };
    const phases = precisions.map((activations) => ({ updates: 3, learning_rate, ar_steps: 1, activations }));
    writeFileSync(scratch(`${name}.json`), JSON.stringify({ phases }));
    const run = [...window, ...checkpoint, '--config', scratch(`${name}.json`), '--out', scratch(name)];
    await graphcastJson('train', ...run);
    return readMetrics(scratch(name)).map(({ loss }) => Number(loss));
  };

  it('changes it where the phase begins, and goes on from the same parameters and moments', async () => {
    const exact = await train('exact', undefined, undefined, undefined);
    const mixed = await train('mixed', undefined, 'bfloat16', 'float32');
    expect(mixed).toHaveLength(9);
    expect(mixed.slice(0, 3)).toEqual(exact.slice(0, 3));
    for (const [i, loss] of mixed.slice(3).entries()) {
      expect(loss).not.toBe(exact[3 + i]);
      expect(Math.abs(loss / exact[3 + i] - 1), `loss ${3 + i}`).toBeLessThan(0.01);
    }
  });
});

describe('graphcast loss --activations bfloat16', () => {
  it("has the reference's bfloat16 loss within 1 %", async () => {
    const data = ['--data', goldenPath('tiny', 'dataset.nc'), '--steps', '3'];
    const { loss } = await graphcastJson<{ loss: number }>('loss', ...checkpoint, ...data, ...packed);
    const [want] = values(expected.get('steps3:loss_bf16'));
    expect(Math.abs(loss / want - 1)).toBeLessThan(0.01);
  });

  it('refuses what is no element type', async () => {
    const { code, stderr } = await graphcast(['loss', ...checkpoint, ...window, '--activations', 'half']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--activations is 'half', expected one of float32, bfloat16/);
  });
});
