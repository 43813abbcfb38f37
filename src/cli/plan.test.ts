import { describe, expect, it } from 'vitest';
import type { MemoryPlan } from '../training/memory_plan';
import { graphcast, graphcastJson } from './command.fixture';

type Plans = Record<
  string,
  Record<'float32' | 'bfloat16', { forecast: MemoryPlan; training: MemoryPlan | { refused: string } }>
>;

describe('graphcast plan', () => {
  it('says what GraphCast_small takes', async () => {
    const plans = await graphcastJson<Plans>(
      ...['plan', '--preset', 'graphcast_small', '--activations', 'float32'],
    );
    const { forecast, training } = plans.graphcast_small.float32;
    expect(forecast.parts.parameters / 4).toBeGreaterThanOrEqual(35_979_347);
    expect(forecast.forwardFlops / 2.69e12).toBeCloseTo(1, 1); // spec 5.4
    expect(forecast.total).toBeLessThan(1.5e9);
    expect(forecast.widestBinding).toBeLessThanOrEqual(128 * 2 ** 20);
    expect((training as MemoryPlan).total).toBeLessThan(3e9);
  });

  it('says what GraphCast_small takes with packed activations', async () => {
    const options = ['--preset', 'graphcast_small', '--activations', 'bfloat16', '--ar-steps'];
    const [{ graphcast_small: one }, { graphcast_small: twelve }] = [
      await graphcastJson<Plans>('plan', ...options, '1'),
      await graphcastJson<Plans>('plan', ...options, '12'),
    ];
    expect(one).not.toHaveProperty('float32');
    const { total } = one.bfloat16.training as MemoryPlan;
    expect(total).toBeLessThan(2.5e9);
    // Of eleven more steps only their frames are kept; the rest are state gradients, which any number of steps needs.
    const more = twelve.bfloat16.training as MemoryPlan;
    const frame = 83 * 65_160 * 4;
    expect(more.parts['frames of lead times']).toBe(13 * frame);
    expect(more.total - total).toBeLessThan(17 * frame);
  });

  it('says what several windows at once take', async () => {
    const options = ['plan', '--preset', 'tiny', '--activations', 'float32', '--windows'];
    const [one, four] = [
      await graphcastJson<Plans>(...options, '1'),
      await graphcastJson<Plans>(...options, '4'),
    ];
    const [few, many] = [one, four].map((plans) => plans.tiny.float32.training as MemoryPlan);
    expect(many.forwardFlops).toBe(4 * few.forwardFlops);
    expect(many.parts.moments).toBe(few.parts.moments);
    expect(many.parts['activations of a step'] / few.parts['activations of a step']).toBeGreaterThan(3.5);
    expect(one.tiny.float32.forecast).toEqual(four.tiny.float32.forecast);
  });

  it('says how much is missing', async () => {
    const plans = await graphcastJson<Plans>(
      ...['plan', '--preset', 'graphcast_small', '--activations', 'float32', '--memory', '2GB'],
    );
    expect(plans.graphcast_small.float32.training).toEqual({
      refused: expect.stringMatching(/needs at least 2\.\d+ GB in all, 2\.00 GB are allowed/),
    });
  });

  it('prints units, and refuses what is no size', async () => {
    const { stdout } = await graphcast(['plan', '--preset', 'tiny', '--ar-steps', '2']);
    expect(stdout).toMatch(/training, 2 autoregressive steps, bfloat16: [\d.]+ MB, forward [\d.]+ GFLOP/);
    const halves = await graphcast(['plan', '--activations', 'float16']);
    expect(halves.stderr).toMatch(/--activations is 'float16', expected one of float32, bfloat16/);
    const refused = await graphcast(['plan', '--memory', 'much']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/--memory is 'much', expected a size such as 8GB/);
  });
});
