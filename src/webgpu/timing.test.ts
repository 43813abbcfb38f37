import { describe, expect, it } from 'vitest';
import { multiplyAdd } from '../../shaders/adapter_limits/adapter_limits';
import { PlanBuilder } from './plan';
import { matrix } from './tensor';
import { withDevice } from './testing';
import { interleaved, Stopwatch, timing } from './timing';

describe('timing', () => {
  it('is the median, with half the distance of the quartiles as its spread', () => {
    expect(timing([5, 1, 3, 2, 4])).toEqual({ seconds: 3, least: 1, spread: 1 / 3, samples: 5 });
    expect(timing([1, 3])).toEqual({ seconds: 2, least: 1, spread: 0.25, samples: 2 });
    expect(timing([7])).toEqual({ seconds: 7, least: 7, spread: 0, samples: 1 });
  });
});

describe('interleaved', () => {
  it('goes round, and does not count the first turn', async () => {
    const order: string[] = [];
    const work = (name: string, times: number[]) => async () => {
      order.push(name);
      return times.shift()!;
    };
    const [a, b] = await interleaved([work('a', [100, 1, 2, 3]), work('b', [100, 4, 5, 6])], 3);
    expect(order.join('')).toBe('abababab');
    expect([a.seconds, b.seconds, a.samples]).toEqual([2, 5, 3]);
  });

  it('counts the first turn when that took all the time', async () => {
    let runs = 0;
    const [time] = await interleaved([async () => ++runs], 5, 0);
    expect([time.seconds, time.samples, runs]).toEqual([1, 1, 1]);
  });
});

describe('Stopwatch', () => {
  it.each([true, false])(
    'gives the time of one run, however often it repeats, timestamps: %s',
    (hasTimestamps) =>
      withDevice(async ({ gpu, memory: newMemory }) => {
        const y = matrix('y', 64, 4);
        const memory = newMemory();
        memory.add(y);
        const builder = new PlanBuilder(gpu.maxBinding);
        builder.program('once');
        builder.add(multiplyAdd({ y, rounds: 20_000 }));
        const plan = await builder.build(gpu, memory);
        const watch = new Stopwatch({ ...gpu, hasTimestamps });
        const start = performance.now();
        const seconds = await watch.time(plan.program('once'), 10);
        const elapsed = (performance.now() - start) / 1000;
        watch.destroy();
        plan.destroy();
        expect(seconds).toBeGreaterThan(0);
        expect(10 * seconds).toBeLessThanOrEqual(elapsed);
      }),
  );

  it('repeats short work, but not without end', () =>
    withDevice(async ({ gpu }) => {
      const watch = new Stopwatch(gpu);
      expect([1, 1e-3, 1e-12].map((seconds) => watch.repeatsFor(seconds))).toEqual([1, 3, 256]);
      watch.destroy();
    }));
});
