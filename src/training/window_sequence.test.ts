import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../errors';
import { isWithin, type Periods, periodNamed } from '../weather/periods';
import { TASKS } from '../weather/task';
import { completeRunConfig, type Phase, presetModel } from './run_config';
import type { Sampling } from './sampler';
import { requireWindows, WindowSequence } from './window_sequence';

const HOUR = 3600;
const START = Date.UTC(2020, 0, 1) / 1000;
const phase = (updates: number, ar_steps: Phase['ar_steps']): Phase => ({
  updates,
  learning_rate: { shape: 'constant', value: 0 },
  ar_steps,
});

interface Run {
  phases: Phase[];
  batch_size?: number;
  sampling?: Sampling;
  periods?: Periods;
  seed?: number;
}
const configOf = (run: Run) =>
  completeRunConfig(run, { task: TASKS.TASK_13, model: presetModel('tiny'), updates: 1 });
const dataset = (hours: number[]) => ({
  name: 'planet.nc',
  times: Float64Array.from(hours, (hour) => START + hour * HOUR),
});
const days = (count: number) => dataset(Array.from({ length: 4 * count }, (_, i) => 6 * i));

describe('the windows of a run', () => {
  it('lie in the training period, take the steps of the schedule, and cross no gap', () => {
    const hours = fc
      .array(fc.constantFrom(6, 6, 6, 6, 3, 12), { minLength: 60, maxLength: 120 })
      .map((steps) => {
        let at = 0;
        return [0, ...steps.map((step) => (at += step))];
      });
    const run = fc.record({
      batch_size: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(),
      sampling: fc.constantFrom('uniform', 'epochs') as fc.Arbitrary<Sampling>,
    });
    fc.assert(
      fc.property(hours, run, fc.integer({ min: 3, max: 9 }), (at, given, lastDay) => {
        const periods: Periods = { train: ['2020-01-02', `2020-01-0${lastDay}`] };
        const config = configOf({ ...given, periods, phases: [phase(4, 1), phase(8, { from: 1, to: 2 })] });
        const data = dataset([...at, ...[1, 2, 3, 4].map((k) => at[at.length - 1] + 6 * k)]);
        const period = periodNamed(periods, 'train');
        let sequence: WindowSequence;
        try {
          sequence = new WindowSequence(data, config);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
          return;
        }
        for (let draw = 0; draw < 12 * config.batch_size; draw++) {
          const { firstFrame, arSteps } = sequence.at(draw);
          expect(arSteps).toBe(Math.floor(draw / config.batch_size) < 8 ? 1 : 2);
          const times = data.times.slice(firstFrame, firstFrame + 2 + arSteps);
          expect(times).toHaveLength(2 + arSteps);
          times.forEach((time, k) => {
            expect(time).toBe(times[0] + 6 * HOUR * k);
            expect(isWithin(period, time)).toBe(true);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are known from the number of the draw alone', () => {
    for (const sampling of ['uniform', 'epochs'] as const) {
      const config = configOf({
        sampling,
        batch_size: 3,
        phases: [phase(10, 1), phase(10, { from: 2, to: 4 })],
      });
      const whole = new WindowSequence(days(10), config);
      const all = Array.from({ length: 60 }, (_, draw) => whole.at(draw));
      const resumed = new WindowSequence(days(10), config);
      const first = resumed.drawsBefore(7);
      expect(first).toBe(21);
      for (let draw = first; draw < 60; draw++) expect(resumed.at(draw)).toEqual(all[draw]);
    }
  });

  it('are shared by processes whatever the batch size of the phase', () => {
    const phases = [phase(3, 1), { ...phase(2, 1), batch_size: 6 }, phase(4, 1)];
    const config = configOf({ batch_size: 2, phases });
    const whole = new WindowSequence(days(10), config);
    const shares = [0, 1].map((rank) => new WindowSequence(days(10), config, { rank, size: 2 }));
    for (let update = 0; update < 9; update++) {
      const drawn = (of: WindowSequence) => {
        const [first, end] = [of.drawsBefore(update), of.drawsBefore(update + 1)];
        return Array.from({ length: end - first }, (_, i) => of.at(first + i).firstFrame);
      };
      expect(drawn(whole)).toHaveLength(update === 3 || update === 4 ? 6 : 2);
      expect(shares.flatMap(drawn)).toEqual(drawn(whole));
    }
    const odd = configOf({ batch_size: 2, phases: [phase(1, 1), { ...phase(1, 1), batch_size: 3 }] });
    expect(() => new WindowSequence(days(10), odd, { rank: 0, size: 2 })).toThrow(
      /^phases\[1\]\.batch_size is 3, which 2 processes cannot share equally/,
    );
  });

  it('take every window of an epoch once', () => {
    const config = configOf({ sampling: 'epochs', batch_size: 2, phases: [phase(100, 1)] });
    const sequence = new WindowSequence(days(5), config);
    const epoch = (e: number) => Array.from({ length: 18 }, (_, i) => sequence.at(18 * e + i).firstFrame);
    for (const e of [0, 1, 5]) expect(new Set(epoch(e)).size).toBe(18);
    expect(epoch(1)).not.toEqual(epoch(0));
  });
});

describe('data that are too few', () => {
  const need =
    (run: Run, data = days(3)) =>
    () =>
      requireWindows(data, configOf(run));

  it('for the most autoregressive steps of the schedule are refused at once', () => {
    const phases = [phase(1000, 1), phase(11, { from: 2, to: 12 })];
    expect(need({ phases })).toThrow(DatasetError);
    expect(need({ phases })).toThrow(
      /planet\.nc: a window with 12 target steps needs 14 consecutive frames 6 h apart, but the data hold 12/,
    );
    expect(() => new WindowSequence(days(3), configOf({ phases }))).toThrow(/12 target steps needs 14/);
    expect(need({ phases }, days(4))).not.toThrow();
  });

  it.each([
    ['validation', /the validation period 2021 to 2021 holds no frame/],
    ['test', /the test period 2021 to 2021 holds no frame/],
  ] as const)('for the %s period are refused at once', (name, message) => {
    const periods = { train: ['2020', '2020'], [name]: ['2021', '2021'] } as Periods;
    expect(need({ phases: [phase(1, 1)], periods })).toThrow(message);
  });

  it('with 12 h steps are refused with the steps found', () => {
    expect(need({ phases: [phase(1, 1)] }, dataset([0, 12, 24, 36]))).toThrow(
      /needs 3 consecutive frames 6 h apart, but in the data they are 12 h apart/,
    );
  });
});
