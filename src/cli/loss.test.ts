import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenPath } from '../graphcast/golden.fixture';
import { type NpyArray, readNpz } from '../graphcast/npz';
import { graphcast, graphcastJson, scratchFolder } from './command.fixture';

const scratch = scratchFolder();
const values = (array: NpyArray | undefined) => Float64Array.from(array!.data as Float32Array);
const norm = (x: Float64Array) => Math.hypot(...x);

interface Report {
  loss: number;
  gradient_global_norm: number;
  loss_by_variable: Record<string, number>;
}

describe.each([
  ['tiny', 1],
  ['tiny', 3],
  ['task13', 1],
  ['task13', 2],
] as const)('graphcast loss on %s, %i steps', (set, steps) => {
  it('gives the loss and the gradients of the reference', async () => {
    const expected = readNpz(readFileSync(goldenPath(set, 'expected.npz')), 'expected.npz');
    const checkpoint = readNpz(readFileSync(goldenPath(set, 'checkpoint.npz')), 'checkpoint.npz');
    const gradients = scratch(`${set}-${steps}.npz`);
    const report = await graphcastJson<Report>(
      ...['loss', '--checkpoint', goldenPath(set, 'checkpoint.npz'), '--data', goldenPath(set, 'dataset.nc')],
      ...['--steps', String(steps), '--gradients', gradients],
    );

    const [loss] = values(expected.get(`steps${steps}:loss`));
    expect(Math.abs(report.loss / loss - 1)).toBeLessThan(1e-4);
    const prefix = `steps${steps}:loss_by_variable:`;
    const variables = [...expected.keys()].filter((key) => key.startsWith(prefix));
    expect(Object.keys(report.loss_by_variable).sort()).toEqual(
      variables.map((key) => key.slice(prefix.length)).sort(),
    );
    for (const key of variables) {
      const found = report.loss_by_variable[key.slice(prefix.length)];
      expect(Math.abs(found / values(expected.get(key))[0] - 1), key).toBeLessThan(1e-4);
    }

    const found = readNpz(readFileSync(gradients), gradients);
    const parameters = [...checkpoint.keys()].filter((key) => key.startsWith('params:'));
    expect([...found.keys()].sort()).toEqual(parameters.map((key) => key.slice('params:'.length)).sort());
    for (const [name, array] of found) {
      const want = expected.get(`steps${steps}:gradient:${name}`)!;
      expect(array.shape, name).toEqual(want.shape);
      const reference = values(want);
      const difference = values(array).map((value, i) => value - reference[i]);
      expect(norm(difference), name).toBeLessThanOrEqual(1e-3 * norm(reference));
    }
    const [globalNorm] = values(expected.get(`steps${steps}:gradient_global_norm`));
    expect(Math.abs(report.gradient_global_norm / globalNorm - 1)).toBeLessThan(1e-3);
  });
});

describe('graphcast loss for people', () => {
  it('prints five digits, and progress only on stderr', async () => {
    const set = [
      '--checkpoint',
      goldenPath('tiny', 'checkpoint.npz'),
      '--data',
      goldenPath('tiny', 'dataset.nc'),
    ];
    const { code, stdout, stderr } = await graphcast(['loss', ...set]);
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^loss \d+\.\d+ over 1 step from 2021-07-01T\d\d:00Z$/);
    expect(lines[0].match(/[\d.]+/)![0].replace('.', '')).toHaveLength(5);
    expect(lines).toHaveLength(2 + 11);
    expect(stdout).not.toContain('GPU');
    expect(stderr).toMatch(/^GPU: /m);
  });
});
