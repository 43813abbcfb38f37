import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LINEAR_VARIANTS } from '../../shaders/linear/variant';
import type { Comparison } from './bench_compare';
import type { EnduranceResult } from './bench_endurance';
import type { BenchResult, StepTiming } from './bench_result';
import { graphcast, graphcastJson, scratchFolder } from './command.fixture';

const scratch = scratchFolder();

describe('graphcast bench', () => {
  it('measures the variants at a shape, and compares results', async () => {
    const args = ['--shape', '70x12x20', '--runs', '1', '--seconds', '1'];
    const result = await graphcastJson<BenchResult>('bench', ...args);
    expect(result.limits.flopsPerSecond).toBeGreaterThan(0);
    expect(result.limits.bytesPerSecond).toBeGreaterThan(0);
    expect(result.shapes.map(({ kernel }) => kernel)).toEqual(['linear', 'linear_backward_weights']);
    for (const shape of result.shapes) {
      expect(shape).toMatchObject({ rows: 70, inner: 12, columns: 20, flops: 2 * 70 * 12 * 20 });
      expect(Object.keys(shape.variants)).toEqual(expect.arrayContaining(['register', 'tiled']));
      for (const { seconds } of Object.values(shape.variants)) expect(seconds).toBeGreaterThan(0);
    }
    expect(Date.parse(result.date)).toBeGreaterThan(0);
    expect(result.adapter.description).not.toBe('');

    const path = scratch('result.json');
    writeFileSync(path, JSON.stringify(result));
    const { code, stdout } = await graphcast(['bench', '--compare', path, path, '--json']);
    expect(code).toBe(0);
    const rows: Comparison[] = JSON.parse(stdout);
    expect(rows.length).toBeGreaterThan(6);
    for (const { ratio } of rows) expect(ratio).toBe(1);
  });

  it('trains for long and looks at memory and step times', async () => {
    const result = await graphcastJson<EnduranceResult>('bench', '--endurance', '--updates', '20');
    expect(result).toMatchObject({ preset: 'tiny', updates: 20, compared: 2 });
    expect(result.looks.map(({ update }) => update)).toEqual([20]);
    for (const bytes of Object.values(result.looks[0])) expect(bytes).toBeGreaterThan(0);
    expect(result.growth.gpu_bytes).toBe(0);
    expect(result.first_median_seconds).toBeGreaterThan(0);
    expect(result.last_median_seconds).toBeGreaterThan(0);
  });

  it('measures whole steps kernel by kernel', async () => {
    const args = ['--preset', 'tiny', '--runs', '1'];
    const { tiny } = (await graphcastJson<BenchResult>('bench', ...args)).steps;
    expect(LINEAR_VARIANTS).toContain(tiny.kernel_variant);
    const [forecast, forward, training] = [tiny.forecast, tiny.forward, tiny.training] as StepTiming[];
    expect(training.useful_flops).toBe(3 * forward.useful_flops);
    expect(forecast.useful_flops).toBeLessThan(forward.useful_flops);
    for (const { share_of_limit, gpu_bytes } of [forecast, forward, training]) {
      expect(share_of_limit).toBeGreaterThan(0);
      expect(gpu_bytes).toBeGreaterThan(0);
    }
    const dispatches = tiny.kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0);
    expect(dispatches).toBe(tiny.dispatches);
    expect(tiny.kernels.some(({ kernel }) => kernel.startsWith('adamw'))).toBe(true);
  });

  it.each([
    [['--preset', 'huge'], /--preset is 'huge', expected one of tiny/],
    [['--shape', '8x8'], /--shape is '8x8', expected rows x inner x columns/],
    [['--shape', '8x8x8', '--preset', 'tiny'], /exclude each other/],
    [['--compare', 'none.json', 'none.json'], /none.json cannot be read: there is no such file/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await graphcast(['bench', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
