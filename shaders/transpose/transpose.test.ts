import { expect, test } from 'vitest';
import { matrix, padded } from '../../src/webgpu/tensor';
import { sampleValues, withDevice } from '../../src/webgpu/testing';
import { tampered } from '../tampered';
import { transpose } from './transpose';
import { transposeReference } from './transpose.reference';

const shapes = [
  [4, 1],
  [4, 64],
  [188, 64],
  [64, 83],
  [512, 512],
] as const;

function sample(rows: number, width: number) {
  const w = matrix('w', rows, width);
  const wt = matrix('wt', padded(width), rows);
  const values = sampleValues('w', rows * width);
  return { w, wt, values, inputs: new Map([[w, values]]) };
}

test.each(shapes)('[%i, %i]', (rows, width) =>
  withDevice(async ({ run }) => {
    const { w, wt, values, inputs } = sample(rows, width);
    const [found] = await run([transpose({ wt, w })], inputs, [wt]);
    const expected = new Float32Array(padded(width) * rows); // rows of zeros at the end
    expected.set(transposeReference(values, width));
    expect(found).toEqual(expected);
  }),
);

test('the reference turned twice is the original', () => {
  const w = sampleValues('w', 15);
  expect([...transposeReference(transposeReference(w, 5), 3)]).toEqual([...w]);
});

test('no rows: nothing is dispatched', () => {
  const { w, wt } = sample(0, 8);
  expect(transpose({ wt, w }).workgroups).toBe(0);
});

test('shapes that do not fit are named', () => {
  const { w } = sample(8, 6);
  expect(() => transpose({ w, wt: matrix('wt', 6, 8) })).toThrow(/transpose wt/);
  expect(() => transpose({ w: matrix('w', 6, 8), wt: matrix('wt', 8, 6) })).toThrow(/transpose w/);
});

test('swapped indices in the shader are noticed', () =>
  withDevice(async ({ run }) => {
    const { w, wt, values, inputs } = sample(8, 8);
    const wrong = tampered(transpose({ wt, w }), 'transpose(rows)', 'rows');
    const [found] = await run([wrong], inputs, [wt]);
    expect([...found]).not.toEqual([...transposeReference(values, 8)]);
  }));
