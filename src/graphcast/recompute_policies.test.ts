import { describe, expect, it } from 'vitest';
import { firstThatFits, recomputePolicies } from './recompute_policies';

describe('recomputePolicies', () => {
  it('goes from keeping everything to keeping a state every √steps', () => {
    const policies = recomputePolicies(16);
    expect(policies[0]).toEqual({ keepMessages: true, keepNodes: true, keepSteps: true, segment: 16 });
    expect(policies.at(-1)).toEqual({
      keepMessages: false,
      keepNodes: false,
      keepSteps: false,
      segment: 4,
    });
  });

  it.each([1, 2, 3, 4, 9, 16])('has segments between one step and all %i', (steps) => {
    for (const { segment } of recomputePolicies(steps)) {
      expect(segment).toBeGreaterThanOrEqual(1);
      expect(segment).toBeLessThanOrEqual(steps);
    }
  });
});

describe('firstThatFits', () => {
  it('finds the first of falling sizes with few trials', () => {
    const sizes = Array.from({ length: 40 }, (_, i) => 100 - 2 * i);
    for (const budget of [1000, 100, 99, 60, 23, 22]) {
      let trials = 0;
      const trial = (size: number) => {
        trials++;
        return size;
      };
      const found = firstThatFits(sizes, trial, (size) => size <= budget);
      expect(found).toBe(sizes.find((size) => size <= budget));
      expect(trials).toBeLessThanOrEqual(7);
    }
  });

  it('gives the smallest when none fits', () => {
    const itself = (size: number) => size;
    for (const sizes of [[9], [9, 8], [9, 8, 7], [9, 8, 7, 6]]) {
      expect(firstThatFits(sizes, itself, () => false)).toBe(sizes.at(-1));
    }
  });
});
