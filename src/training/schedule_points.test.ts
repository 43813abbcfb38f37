import { describe, expect, it } from 'vitest';
import type { Phase } from './run_config';
import { scheduled } from './schedule';
import { phaseWidths, schedulePoints } from './schedule_points';

const GROWING: Phase[] = [
  { updates: 1000, learning_rate: { shape: 'linear', from: 0, to: 1e-3 }, ar_steps: 1 },
  { updates: 299000, learning_rate: { shape: 'cosine', from: 1e-3, to: 0 }, ar_steps: 1 },
  { updates: 11000, learning_rate: { shape: 'constant', value: 3e-7 }, ar_steps: { from: 2, to: 12 } },
];

describe('points of a schedule', () => {
  it('are what the schedule says, ascending, and no more than asked for', () => {
    const points = schedulePoints(GROWING, 100);
    expect(points.length).toBeLessThanOrEqual(100);
    expect(points.length).toBeGreaterThan(90);
    points.forEach(({ update, ...rest }, i) => {
      expect(rest).toEqual(scheduled(GROWING, update));
      if (i > 0) expect(update).toBeGreaterThan(points[i - 1].update);
    });
  });

  it('hold both sides of every jump of the rate and of the autoregressive steps', () => {
    const updates = schedulePoints(GROWING, 60).map(({ update }) => update);
    const jumps = [1000, ...Array.from({ length: 11 }, (_, i) => 300000 + 1000 * i)];
    expect(updates).toEqual(expect.arrayContaining([0, 310999]));
    for (const jump of jumps) expect(updates, `${jump}`).toEqual(expect.arrayContaining([jump - 1, jump]));
  });

  it('follow the curve between them as closely as a line on a screen', () => {
    const points = schedulePoints(GROWING);
    for (let update = 1000; update < 300000; update += 777) {
      const after = points.findIndex((point) => point.update >= update);
      const [a, b] = [points[after - 1], points[after]];
      const share = (update - a.update) / (b.update - a.update);
      const drawn = a.learningRate + share * (b.learningRate - a.learningRate);
      expect(Math.abs(drawn - scheduled(GROWING, update).learningRate)).toBeLessThan(1e-3 / 1000);
    }
  });

  it('are every update of a run that is short', () => {
    const phases: Phase[] = [
      { updates: 1, learning_rate: { shape: 'linear', from: 0, to: 1 }, ar_steps: 1 },
      { updates: 9, learning_rate: { shape: 'cosine', from: 1, to: 0 }, ar_steps: { from: 1, to: 20 } },
    ];
    const updates = schedulePoints(phases).map(({ update }) => update);
    expect(updates).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('widths of phases in a drawing', () => {
  const phase = (updates: number): Phase => ({ ...GROWING[0], updates });

  it('follow the updates where all can be seen', () => {
    expect(phaseWidths([phase(10), phase(30)], 80, 8)).toEqual([20, 60]);
  });

  it('leave none too narrow, whichever gives way', () => {
    const widths = phaseWidths(GROWING, 72, 10);
    expect(widths).toEqual([10, 52, 10]);
    const many = phaseWidths([1, 100, 11, 1, 1].map(phase), 100, 10);
    expect(Math.min(...many)).toBeGreaterThanOrEqual(10);
    expect(many.reduce((sum, width) => sum + width)).toBeCloseTo(100, 9);
    expect(phaseWidths([phase(1), phase(9)], 20, 10)).toEqual([10, 10]);
  });
});
