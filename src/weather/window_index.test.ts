import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { isWithin, type Periods, periodNamed } from './periods';
import { FRAME_SECONDS, WindowIndex } from './window_index';

const HOUR = 3600;
const START = Date.UTC(2020, 0, 1) / 1000;

/** Frames at these hours after 2020-01-01 00:00 UTC. */
const dataset = (hours: number[]) => ({
  name: 'planet.nc',
  times: Float64Array.from(hours, (hour) => START + hour * HOUR),
});
const index = (hours: number[], train?: [string, string]) =>
  new WindowIndex(dataset(hours), periodNamed(train && { train }, 'train'));

describe('windows never cross a gap', () => {
  test.each([
    ['an unbroken row', [0, 6, 12, 18, 24], 1, [0, 1, 2]],
    ['two target steps', [0, 6, 12, 18, 24], 2, [0, 1]],
    ['no target step', [0, 6, 12], 0, [0, 1]],
    ['a gap', [0, 6, 12, 24, 30, 36], 1, [0, 3]],
    ['a changed step', [0, 6, 12, 15, 18, 24, 30], 1, [0, 4]],
    ['3 h steps', [0, 3, 6, 9, 12, 15], 1, []],
    ['12 h steps', [0, 12, 24, 36], 1, []],
    ['one frame', [0], 1, []],
  ])('%s', (_, hours, steps, expected) => {
    expect(index(hours).firstFrames(steps)).toEqual(expected);
  });
});

test('all frames of a window lie inside the period', () => {
  const hours = [0, 6, 12, 18, 24, 30, 36, 42];
  expect(index(hours, ['2020-01-01T06:00', '2020-01-02T06:00']).firstFrames(1)).toEqual([1, 2, 3]);
  expect(index(hours, ['2020-01-01', '2020-01-01']).firstFrames(1)).toEqual([0, 1]);
  expect(index(hours, ['2020-01-02', '2020-01-02']).frames()).toEqual([4, 5, 6, 7]);
});

describe('why there is no window', () => {
  test.each([
    [
      'too long for the rows',
      [0, 6, 12, 24],
      undefined,
      /planet\.nc: a window with 2 target steps needs 4 consecutive frames 6 h apart, but the data hold 4, at most 3 of them in such a row; use/,
    ],
    ['one frame alone', [0], undefined, /but the data hold only one; use fewer steps or a longer period/],
    [
      '12 h steps',
      [0, 12, 24, 36],
      undefined,
      /needs 4 .* but in the data they are 12 h apart; use data with a step of 6 h/,
    ],
    ['several steps', [0, 12, 24, 48], undefined, /they are 12 h \(2 x\), 24 h \(1 x\) apart/],
    [
      'an empty period',
      [0, 6, 12],
      ['1979', '2015'],
      /the train period 1979 to 2015 holds no frame, for the data run from 2020-01-01 00:00 UTC to 2020-01-01 12:00 UTC/,
    ],
    [
      'too short a period',
      [0, 6, 12, 18, 24, 30],
      ['2020-01-02', '2020-01-02'],
      /but the train period 2020-01-02 to 2020-01-02 holds 2, at most 2 of them/,
    ],
  ] as [string, number[], [string, string] | undefined, RegExp][])('%s', (_, hours, train, message) => {
    expect(() => index(hours, train).requireWindows(2)).toThrow(DatasetError);
    expect(() => index(hours, train).requireWindows(2)).toThrow(message);
  });
});

describe('for any times, periods and numbers of steps', () => {
  /** Stretches of one step, with whatever lies between them: gaps, changed steps, single frames. */
  const hours = fc
    .array(fc.tuple(fc.constantFrom(1, 2, 3, 4, 6, 12, 24), fc.integer({ min: 1, max: 12 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((stretches) => {
      const frames = [0];
      for (const [step, count] of stretches)
        for (let k = 0; k < count; k++) frames.push(frames[frames.length - 1] + step);
      return frames;
    });
  /** Three periods that share no time, some of them empty, some beyond the data. */
  const splits = fc
    .uniqueArray(fc.integer({ min: -10, max: 500 }), { minLength: 4, maxLength: 4 })
    .map((borders): Periods => {
      const [a, b, c, d] = borders
        .sort((x, y) => x - y)
        .map((hour) => new Date((START + hour * HOUR) * 1000).toISOString().slice(0, 16));
      const minuteBefore = (iso: string) =>
        new Date(Date.parse(`${iso}Z`) - 60_000).toISOString().slice(0, 16);
      return { train: [a, minuteBefore(b)], validation: [b, minuteBefore(c)], test: [c, d] };
    });
  const steps = fc.integer({ min: 0, max: 6 });

  test('windows are rows of frames 6 h apart inside one period; and none is left out', () => {
    fc.assert(
      fc.property(hours, fc.option(splits, { nil: undefined }), steps, (at, periods, ahead) => {
        const { times } = dataset(at);
        for (const name of ['train', 'validation', 'test'] as const) {
          const period = periodNamed(periods, name);
          const windows = new WindowIndex({ name, times }, period);
          /** The definition, read off the times. */
          const isWindow = (first: number) => {
            const frames = Array.from({ length: ahead + 2 }, (_, k) => times[first + k]);
            return frames.every(
              (time, k) => time === times[first] + k * FRAME_SECONDS && isWithin(period, time),
            );
          };
          expect(windows.firstFrames(ahead)).toEqual([...times.keys()].filter(isWindow));
          for (const frame of times.keys()) {
            expect(windows.hasWindow(frame, ahead + 2)).toBe(isWindow(frame));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
