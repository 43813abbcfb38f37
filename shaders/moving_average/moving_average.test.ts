import { describe, expect, test } from 'vitest';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { movingAverage } from './moving_average';
import { movingAverageReference } from './moving_average.reference';

const SHAPES: [string, (name: string) => Tensor][] = [
  ['one number', (name) => matrix(name, 1, 1)],
  ['a vector of 83', (name) => matrix(name, 1, 83)],
  ['a flat list', (name) => list(name, 100_000)],
];

describe('moving_average', () => {
  test.each(SHAPES)('three steps over %s equal the reference', (_, make) =>
    withDevice(async ({ run }) => {
      const [average, values] = [make('average'), make('values')];
      const length = average.rows * average.width;
      let found = sampleValues('average', length);
      const expected = Float64Array.from(found);
      for (const [step, decay] of [0.9, 0, 0.9999].entries()) {
        const given = sampleValues(`values ${step}`, length);
        const inputs = new Map([
          [average, found],
          [values, given],
        ]);
        [found] = await run([movingAverage({ average, values, decay })], inputs, [average]);
        movingAverageReference(expected, given, decay);
      }
      expect(relativeError(found, expected)).toBeLessThan(1e-6);
    }),
  );

  test('lengths and decays that do not fit are refused', () => {
    const [average, values] = [list('average', 8), list('values', 8)];
    expect(() => movingAverage({ average, values: list('values', 4), decay: 0.9 })).toThrow(RangeError);
    expect(() => movingAverage({ average, values, decay: 1 })).toThrow(RangeError);
    expect(() => movingAverage({ average, values, decay: -0.1 })).toThrow(RangeError);
    expect(movingAverage({ average: list('a', 0), values: list('v', 0), decay: 0.5 }).workgroups).toBe(0);
  });

  test('a flipped sign is seen', () =>
    withDevice(async ({ run }) => {
      const [average, values] = [list('average', 64), list('values', 64)];
      const [before, given] = [sampleValues('average', 64), sampleValues('values', 64)];
      const expected = Float64Array.from(before);
      movingAverageReference(expected, given, 0.5);
      const dispatch = tampered(movingAverage({ average, values, decay: 0.5 }), '+=', '-=');
      const inputs = new Map([
        [average, before],
        [values, given],
      ]);
      const [found] = await run([dispatch], inputs, [average]);
      expect(relativeError(found, expected)).toBeGreaterThan(0.1);
    }));
});
