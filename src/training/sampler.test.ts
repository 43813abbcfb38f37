import { describe, expect, it } from 'vitest';
import { drawWindow } from './sampler';

const draws = (seed: number, count: number) =>
  Array.from({ length: count }, (_, k) => drawWindow(seed, k, [3, 4, 5, 9]));

describe('drawWindow', () => {
  it('draws every window about equally often', () => {
    const found = draws(1, 4000);
    for (const frame of [3, 4, 5, 9]) {
      expect(Math.abs(found.filter((d) => d === frame).length - 1000)).toBeLessThan(120);
    }
  });

  it('repeats itself for one seed, and for no other', () => {
    expect(draws(7, 50)).toEqual(draws(7, 50));
    expect(draws(8, 50)).not.toEqual(draws(7, 50));
  });
});
