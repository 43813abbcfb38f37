import { describe, expect, it } from 'vitest';
import type { MemoryPlan } from '../training/memory_plan';
import { graphcast, graphcastJson } from './command.fixture';

type Plans = Record<string, { forecast: MemoryPlan; training: MemoryPlan | { refused: string } }>;

describe('graphcast plan', () => {
  it('says what GraphCast_small takes', async () => {
    const plans = await graphcastJson<Plans>('plan', '--preset', 'graphcast_small');
    const { forecast, training } = plans.graphcast_small;
    expect(forecast.parts.parameters / 4).toBeGreaterThanOrEqual(35_979_347);
    expect(forecast.forwardFlops / 2.69e12).toBeCloseTo(1, 1); // spec 5.4
    expect(forecast.total).toBeLessThan(1.5e9);
    expect(forecast.widestBinding).toBeLessThanOrEqual(128 * 2 ** 20);
    expect((training as MemoryPlan).total).toBeLessThan(5e9);
  });

  it('says how much is missing', async () => {
    const plans = await graphcastJson<Plans>('plan', '--preset', 'graphcast_small', '--memory', '2GB');
    expect(plans.graphcast_small.training).toEqual({
      refused: expect.stringMatching(/needs .* GiB, .* GiB are allowed/),
    });
  });

  it('prints units, and refuses what is no size', async () => {
    const { stdout } = await graphcast(['plan', '--preset', 'tiny', '--ar-steps', '2']);
    expect(stdout).toMatch(/training, 2 autoregressive steps: [\d.]+ MB, forward [\d.]+ GFLOP/);
    const refused = await graphcast(['plan', '--memory', 'much']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/--memory is 'much', expected a size such as 8GB/);
  });
});
