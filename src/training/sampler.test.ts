import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sampler, type Sampling } from './sampler';

const FRAMES = [3, 4, 5, 9];
const draws = (sampling: Sampling, seed: number, count: number, from = 0) => {
  const sampler = new Sampler(sampling, seed);
  return Array.from({ length: count }, (_, k) => sampler.draw(from + k, FRAMES));
};

describe('uniform draws', () => {
  it('take every window about equally often', () => {
    const found = draws('uniform', 1, 4000);
    for (const frame of FRAMES) {
      expect(Math.abs(found.filter((d) => d === frame).length - 1000)).toBeLessThan(120);
    }
  });

  it('stay what they were, so that old runs can be repeated', () => {
    expect(draws('uniform', 0, 12)).toEqual([9, 9, 4, 3, 4, 3, 9, 5, 4, 4, 4, 9]);
  });
});

describe.each(['uniform', 'epochs'] as const)('%s', (sampling) => {
  it('repeats itself for one seed, and for no other', () => {
    expect(draws(sampling, 7, 50)).toEqual(draws(sampling, 7, 50));
    expect(draws(sampling, 8, 50)).not.toEqual(draws(sampling, 7, 50));
  });

  it('goes on anywhere as if it had never stopped', () => {
    expect(draws(sampling, 7, 20, 13)).toEqual(draws(sampling, 7, 33).slice(13));
  });
});

describe('epochs', () => {
  it('hold every window once, each epoch in another order', () => {
    const count = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(count, fc.integer(), fc.nat(1000), (n, seed, epoch) => {
        const frames = Array.from({ length: n }, (_, i) => 10 * i);
        const sampler = new Sampler('epochs', seed);
        const order = (e: number) => frames.map((_, i) => sampler.draw(e * n + i, frames));
        const first = order(epoch);
        expect([...first].sort((a, b) => a - b)).toEqual(frames);
        if (n > 20) expect(order(epoch + 1)).not.toEqual(first);
      }),
      { numRuns: 100 },
    );
  });

  it('lead to every order about equally often', () => {
    const sampler = new Sampler('epochs', 2);
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 2400; epoch++) {
      const order = [0, 1, 2, 3].map((i) => sampler.draw(4 * epoch + i, FRAMES)).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
  });
});
