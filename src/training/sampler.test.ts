import { describe, expect, it } from 'vitest';
import { WindowSampler } from './sampler';

const draw = (sampler: WindowSampler, count: number) =>
  Array.from({ length: count }, () => sampler.next([3, 4, 5, 9]));

describe('WindowSampler', () => {
  it('draws every window about equally often', () => {
    const draws = draw(new WindowSampler(1), 4000);
    for (const frame of [3, 4, 5, 9]) {
      expect(Math.abs(draws.filter((d) => d === frame).length - 1000)).toBeLessThan(120);
    }
  });

  it('continues where another left off, and depends on the seed', () => {
    const whole = draw(new WindowSampler(7), 50);
    const first = new WindowSampler(7);
    draw(first, 20);
    expect(draw(new WindowSampler(7, first.drawn), 30)).toEqual(whole.slice(20));
    expect(draw(new WindowSampler(8), 50)).not.toEqual(whole);
  });
});
