import { expect, test } from 'vitest';
import { type ElementType, list, matrix } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { throughBfloat16 } from '../bfloat16/bfloat16';
import { tampered } from '../tampered';
import { rowNorm } from './row_norm';
import { rowNormReference } from './row_norm.reference';

const shapes = [
  [1, 1],
  [65, 3],
  [162, 32],
  [1002, 83],
  [300, 512],
] as const;

function sample(rows: number, width: number, element?: ElementType) {
  const x = matrix('x', rows, width, element);
  const values = sampleValues('x', rows * width);
  return { x, norms: list('norms', rows), values, inputs: new Map([[x, values]]) };
}

test.each(shapes)('[%i, %i]', (rows, width) =>
  withDevice(async ({ run }) => {
    const { x, norms, values, inputs } = sample(rows, width);
    const [found] = await run([rowNorm({ norms, x })], inputs, [norms]);
    expect(relativeError(found, rowNormReference(values, width))).toBeLessThan(1e-6);
  }),
);

test('rows of bfloat16', () =>
  withDevice(async ({ run }) => {
    const { x, norms, values, inputs } = sample(64, 32, 'bfloat16');
    const [found] = await run([rowNorm({ norms, x })], inputs, [norms]);
    expect(relativeError(found, rowNormReference(throughBfloat16(values), 32))).toBeLessThan(1e-6);
  }));

test('no rows: nothing is dispatched', () => {
  const { x, norms } = sample(0, 8);
  expect(rowNorm({ norms, x }).workgroups).toBe(0);
});

test('shapes that do not fit are named', () => {
  const { x } = sample(8, 6);
  expect(() => rowNorm({ x, norms: list('norms', 7) })).toThrow(/row_norm norms/);
});

test('a forgotten square root is noticed', () =>
  withDevice(async ({ run }) => {
    const { x, norms, values, inputs } = sample(64, 32);
    const wrong = tampered(rowNorm({ norms, x }), 'sqrt(', '(');
    const [found] = await run([wrong], inputs, [norms]);
    expect(relativeError(found, rowNormReference(values, 32))).toBeGreaterThan(0.1);
  }));
