import { describe, expect, it } from 'vitest';
import { GUARANTEED_WORKGROUP } from '../webgpu/paper_gpu';
import type { Timing } from '../webgpu/timing';
import { compareResults, comparisonText } from './bench_compare';
import type { BenchResult, StepTiming } from './bench_result';

const timing = (seconds: number, spread = 0.01): Timing => ({ seconds, spread, least: seconds, samples: 5 });
const step = (seconds: number): StepTiming => ({
  ...timing(seconds),
  useful_flops: 1,
  useful_flops_per_second: 1 / seconds,
  share_of_limit: 0.5,
  gpu_bytes: 1,
});

function result(o: { register: number; tiled?: number; training: number; flops?: number }): BenchResult {
  const refused = { refused: 'too large' };
  return {
    graphcast_bench: 1,
    date: '2026-11-22T12:00:00.000Z',
    versions: { graphcast: '0.1.0', webgpu: '0.6.2', node: 'v20' },
    adapter: {
      vendor: '',
      architecture: '',
      description: 'Some GPU',
      isSoftware: false,
      subgroupSize: 32,
      ...GUARANTEED_WORKGROUP,
    },
    features: [],
    max_binding: 1,
    limits: { flopsPerSecond: o.flops ?? 100, bytesPerSecond: 10 },
    shapes: [
      {
        kernel: 'linear',
        rows: 8,
        inner: 4,
        columns: 4,
        element: 'float32',
        flops: 256,
        bytes: 1,
        variants: {
          register: timing(o.register),
          ...(o.tiled !== undefined && { tiled: timing(o.tiled, 0.2) }),
        },
        faults: {},
      },
    ],
    steps: {
      mini: {
        kernel_variant: 'tiled',
        activations: 'float32',
        forecast: step(1),
        forward: refused,
        training: step(o.training),
        dispatches: 1,
        linear_flops_per_second: 1,
        kernels: [
          { kernel: 'linear 8 x 4 x 4', variant: 'tiled', dispatches: 1, seconds: 1, flops: 1, bytes: 1 },
          {
            kernel: 'linear 8 x 4 x 4',
            variant: 'register',
            dispatches: 1,
            seconds: o.training,
            flops: 1,
            bytes: 1,
          },
        ],
      },
    },
  };
}

const a = result({ register: 2, tiled: 1, training: 4 });
const b = result({ register: 2, tiled: 1.1, training: 1, flops: 200 });
const find = (what: string) => compareResults(a, b).find((row) => row.what === what);

describe('comparison of two results', () => {
  it('gives the second’s time by the first’s', () => {
    expect(find('mini float32, training')?.ratio).toBe(0.25);
    expect(find('multiply-adds')?.ratio).toBe(0.5);
    expect(find('linear 8 x 4 x 4, register')?.ratio).toBe(1);
    expect(find('linear 8 x 4 x 4, fastest')?.ratio).toBeCloseTo(1.1);
    // Both variants' time of one kernel and size: 1 + 4 s, then 1 + 1 s.
    expect(find('mini float32, linear 8 x 4 x 4')?.ratio).toBeCloseTo(0.4);
  });

  it('puts the largest change first, whichever way it goes, and last what was measured once', () => {
    const rows = compareResults(a, b);
    const often = rows.filter(({ noise }) => noise !== undefined);
    expect(rows.slice(0, often.length)).toEqual(often);
    const changes = often.map(({ ratio }) => Math.abs(Math.log(ratio)));
    expect(changes).toEqual([...changes].sort((x, y) => y - x));
    expect(rows[0].what).toBe('mini float32, training');
    expect(rows.at(-1)?.noise).toBeUndefined();
  });

  it('says so when steps store their activations differently', () => {
    const packed = { ...a, steps: { mini: { ...a.steps.mini, activations: 'bfloat16' } } };
    const found = compareResults(a, packed).map(({ what }) => what);
    expect(found).toContain('mini float32 to bfloat16, training');
  });

  it('says so when steps take another number of windows at once', () => {
    const four = { ...a, steps: { mini: { ...a.steps.mini, windows: 4 } } };
    const found = compareResults(a, four).map(({ what }) => what);
    expect(found).toContain('mini float32 to float32, 4 windows, training');
  });

  it('leaves out what only one of them has', () => {
    const fewer = result({ register: 2, training: 1 });
    const found = compareResults(a, fewer).map(({ what }) => what);
    expect(found).not.toContain('linear 8 x 4 x 4, tiled');
    expect(found).not.toContain('mini float32, forward');
  });

  it('says which changes are noise', () => {
    const lines = comparisonText(a, b, compareResults(a, b)).split('\n');
    const line = (what: string) => lines.find((text) => text.includes(what));
    expect(line('linear 8 x 4 x 4, tiled')).toMatch(/1\.100 .* within the noise$/);
    expect(line('mini float32, training')).toMatch(/0\.250 .*training$/);
    expect(line('multiply-adds')).toMatch(/measured once$/);
    expect(lines[0]).toContain('Some GPU');
  });
});
