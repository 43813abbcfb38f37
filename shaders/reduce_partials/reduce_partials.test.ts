import { expect, test } from 'vitest';
import { list, matrix } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { reducePartials } from './reduce_partials';
import { reducePartialsReference } from './reduce_partials.reference';

/** chunks, width of partial, column, numbers in `into` */
const cases = [
  [1, 4, 0, 4],
  [3, 12, 4, 8],
  [10, 4160, 0, 4096],
  [10, 4160, 4096, 64],
  [160, 520, 256, 264],
] as const;

function sample(chunks: number, width: number, count: number) {
  const [partial, into] = [matrix('partial', chunks, width), list('into', count)];
  const values = { partial: sampleValues('partial', chunks * width), into: sampleValues('into', count) };
  const inputs = new Map([
    [partial, values.partial],
    [into, values.into],
  ]);
  return { partial, into, values, inputs };
}

test.each(cases)('%i chunks of %i, from column %i, into %i', (chunks, width, column, count) =>
  withDevice(async ({ run }) => {
    const { partial, into, values, inputs } = sample(chunks, width, count);
    const [found] = await run([reducePartials({ into, partial, column })], inputs, [into]);
    expect(relativeError(found, reducePartialsReference({ ...values, width, column }))).toBeLessThan(1e-6);
  }),
);

test('sums are added in ascending order, bit for bit', () =>
  withDevice(async ({ run }) => {
    const { partial, into, values, inputs } = sample(50, 4, 4);
    const [found] = await run([reducePartials({ into, partial, column: 0 })], inputs, [into]);
    const expected = Float32Array.from(values.into, (old, i) => {
      let total = 0;
      for (let chunk = 0; chunk < 50; chunk++) total = Math.fround(total + values.partial[4 * chunk + i]);
      return old + total;
    });
    expect(found).toEqual(expected);
  }));

test('no chunks: nothing is dispatched', () => {
  const { partial, into } = sample(0, 8, 8);
  expect(reducePartials({ into, partial, column: 0 }).workgroups).toBe(0);
});

test('parts that do not fit are refused', () => {
  const { partial, into } = sample(2, 12, 8);
  expect(() => reducePartials({ into, partial, column: 8 })).toThrow(/into has 8 numbers/);
  expect(() => reducePartials({ into, partial, column: 2 })).toThrow(RangeError);
});

test('a wrong sign in the shader is noticed', () =>
  withDevice(async ({ run }) => {
    const { partial, into, values, inputs } = sample(3, 8, 8);
    const wrong = tampered(
      reducePartials({ into, partial, column: 0 }),
      'total += partial',
      'total -= partial',
    );
    const [found] = await run([wrong], inputs, [into]);
    const expected = reducePartialsReference({ ...values, width: 8, column: 0 });
    expect(relativeError(found, expected)).toBeGreaterThan(1e-2);
  }));
