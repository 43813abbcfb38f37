import { describe, expect, it } from 'vitest';
import { type Phase, warmUpCosine } from './run_config';
import {
  activationsAt,
  batchSizeAt,
  mostArSteps,
  scheduled,
  totalUpdates,
  updateOfWindow,
  weightsAt,
  windowsAtOnceAt,
  windowsBefore,
} from './schedule';

/** The paper's three phases (spec 11). */
const GRAPHCAST: Phase[] = [
  { updates: 1000, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
  { updates: 299000, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
  { updates: 11000, learning_rate: { shape: 'constant', value: 3e-7 }, ar_steps: { from: 2, to: 12 } },
];

describe('schedule', () => {
  it('follows the three phases of the paper', () => {
    expect(totalUpdates(GRAPHCAST)).toBe(311000);
    expect(mostArSteps(GRAPHCAST)).toBe(12);
    expect(scheduled(GRAPHCAST, 0)).toEqual({ learningRate: 0, arSteps: 1 });
    expect(scheduled(GRAPHCAST, 500).learningRate).toBeCloseTo(5e-4, 12);
    expect(scheduled(GRAPHCAST, 1000).learningRate).toBe(1e-3);
    expect(scheduled(GRAPHCAST, 1000 + 149500).learningRate).toBeCloseTo(5e-4, 12);
    expect(scheduled(GRAPHCAST, 300000)).toEqual({ learningRate: 3e-7, arSteps: 2 });
    expect(scheduled(GRAPHCAST, 300999).arSteps).toBe(2);
    expect(scheduled(GRAPHCAST, 301000).arSteps).toBe(3);
    expect(scheduled(GRAPHCAST, 310999)).toEqual({ learningRate: 3e-7, arSteps: 12 });
  });

  it('keeps the last word past the end', () => {
    expect(scheduled(GRAPHCAST, 400000)).toEqual({ learningRate: 3e-7, arSteps: 12 });
  });

  it.each([1, 7, 40, 1000, 100000])('spreads %i updates over warm-up and cosine', (updates) => {
    const phases = warmUpCosine(updates);
    expect(totalUpdates(phases)).toBe(updates);
    const rates = Array.from({ length: updates }, (_, k) => scheduled(phases, k).learningRate);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-3);
    expect(rates[0]).toBe(0);
  });

  it('takes as many windows at once as divide the batch, or the share of it that a process has', () => {
    const [first, second] = GRAPHCAST;
    const phases = [
      { ...first, updates: 1, batch_size: 6 },
      { ...second, updates: 1, batch_size: 32 },
      { ...second, updates: 1, batch_size: 7 },
    ];
    const atOnce = (most: number | undefined, processes?: number) =>
      [0, 1, 2].map((update) =>
        windowsAtOnceAt({ phases, batch_size: 1, windows_at_once: most }, update, processes),
      );
    expect(atOnce(undefined)).toEqual([1, 1, 1]);
    expect(atOnce(5)).toEqual([3, 4, 1]);
    expect(atOnce(100)).toEqual([6, 32, 7]);
    expect(atOnce(5, 2).slice(0, 2)).toEqual([3, 4]);
  });

  it("gives phases their own batch size and precision, else the run's", () => {
    const [first, second, third] = GRAPHCAST;
    const config = {
      phases: [{ ...first, updates: 3 }, { ...second, updates: 2, batch_size: 5 }, third],
      batch_size: 2,
      activations: 'float32' as const,
    };
    const sizes = [2, 2, 2, 5, 5, 2, 2];
    let windows = 0;
    for (const [update, size] of sizes.entries()) {
      expect(batchSizeAt(config, update)).toBe(size);
      expect(windowsBefore(config, update)).toBe(windows);
      for (let i = 0; i < size; i++) expect(updateOfWindow(config, windows++)).toBe(update);
    }
    expect(windowsBefore(config, 20000)).toBe(6 + 10 + 2 * 19995); // past the end
    expect(updateOfWindow(config, 6 + 10 + 2 * 19995)).toBe(20000);
    config.phases[1] = { ...config.phases[1], activations: 'bfloat16' };
    expect([2, 3, 4, 5].map((update) => activationsAt(config, update))).toEqual([
      'float32',
      'bfloat16',
      'bfloat16',
      'float32',
    ]);
    const [weights, own] = [{ temperature: 2 }, { temperature: 3 }];
    config.phases[1] = { ...config.phases[1], variable_weights: own };
    expect([2, 3, 5].map((update) => weightsAt(config, update))).toEqual([undefined, own, undefined]);
    const weighted = { ...config, variable_weights: weights };
    expect([2, 3, 5].map((update) => weightsAt(weighted, update))).toEqual([weights, own, weights]);
  });
});
