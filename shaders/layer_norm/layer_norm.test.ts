import { describe, expect, test } from 'vitest';
import { list, matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { finiteDifferences } from '../finite_differences';
import { plus } from '../plus';
import { tampered } from '../tampered';
import { layerNorm, layerNormBackward, layerNormBackwardParameters, layerNormChunks } from './layer_norm';
import { layerNormBackwardReference, layerNormReference } from './layer_norm.reference';
import { supportedNorms } from './norm_variant';

const shapes = [
  [1, 1],
  [1, 64],
  [7, 1],
  [65, 3],
  [130, 48],
  [33, 186],
  [5100, 64],
  [20460, 256],
  [1000, 512],
  [9, 960],
  [5, 1030],
] as const;

/** Tensors and numbers of one case; rows have means and spreads of very different sizes, as latents do. */
function sample(rows: number, width: number) {
  const values = {
    x: sampleValues('x', rows * width, 3).map((v, i) => v * (1 + (Math.floor(i / width) % 5)) + 2),
    residual: sampleValues('residual', rows * width),
    scale: sampleValues('scale', width).map((v) => 1 + 0.5 * v),
    offset: sampleValues('offset', width),
    dy: sampleValues('dy', rows * width),
    table: sampleValues('table', 5 * width),
    index: Uint32Array.from({ length: rows }, (_, r) => (7 * r) % 5),
  };
  const tensors = {
    x: matrix('x', rows, width),
    residual: matrix('residual', rows, width),
    scale: matrix('scale', 1, width),
    offset: matrix('offset', 1, width),
    dy: matrix('dy', rows, width),
    table: matrix('table', 5, width),
    index: list('index', rows),
  };
  return { values, tensors };
}

const gathered = (values: Float32Array, index: Uint32Array, width: number) =>
  Float64Array.from(
    { length: index.length * width },
    (_, i) => values[index[Math.floor(i / width)] * width + (i % width)],
  );

/** For shaders with barriers on a driver that takes seconds for each, ms. */
const SLOW_COMPILER = 600_000;

describe.each(shapes)('layer_norm [%i, %i]', { timeout: SLOW_COMPILER }, (rows, width) => {
  const { values, tensors } = sample(rows, width);
  const reference = layerNormReference({ ...values, rows });

  test.each(supportedNorms('layer_norm', width))('forward equals the reference, %s', (variant) =>
    withDevice(async ({ run }) => {
      const { x, residual, scale, offset } = tensors;
      const y = matrix('y', rows, width);
      const sum = matrix('sum', rows, width);
      const statistics = matrix('statistics', rows, 2);
      const inputs = new Map<Tensor, Float32Array>([
        [x, values.x],
        [residual, values.residual],
        [scale, values.scale],
        [offset, values.offset],
      ]);
      const dispatch = layerNorm({ y, sum, statistics, x, residual, scale, offset, variant });
      const [foundY, foundSum, foundStatistics] = await run([dispatch], inputs, [y, sum, statistics]);
      expect(relativeError(foundY, reference.y)).toBeLessThan(1e-5);
      expect(relativeError(foundSum, plus(values.residual, reference.y))).toBeLessThan(1e-5);
      for (const part of [0, 1]) {
        const pick = (all: ArrayLike<number>) => Array.from(all).filter((_, i) => i % 2 === part);
        expect(relativeError(pick(foundStatistics), pick(reference.statistics))).toBeLessThan(1e-5);
      }
    }),
  );

  test.each(['dy', 'gathered', 'both'] as const)('backward from %s equals the reference', (kind) =>
    withDevice(async ({ run }) => {
      const { x, scale, dy, table, index } = tensors;
      const dx = matrix('dx', rows, width);
      const statistics = matrix('statistics', rows, 2);
      const partial = matrix('partial', layerNormChunks(rows, width), 2 * padded(width));
      const fromTable = gathered(values.table, values.index, width);
      const g = kind === 'dy' ? values.dy : kind === 'gathered' ? fromTable : plus(values.dy, fromTable);
      const inputs = new Map<Tensor, Float32Array | Uint32Array>([
        [x, values.x],
        [scale, values.scale],
        [statistics, Float32Array.from(reference.statistics)],
      ]);
      if (kind !== 'gathered') inputs.set(dy, values.dy);
      if (kind !== 'dy') inputs.set(table, values.table).set(index, values.index);
      const incoming = {
        dy: kind === 'gathered' ? undefined : dy,
        gathered: kind === 'dy' ? undefined : { table, index },
      };
      const expected = layerNormBackwardReference({ ...values, statistics: reference.statistics, g, rows });
      for (const variant of supportedNorms('layer_norm_backward', width)) {
        const dispatch = layerNormBackward({ dx, x, statistics, scale, ...incoming, variant });
        const [foundDx] = await run([dispatch], inputs, [dx]);
        // A row of one number has a gradient of exactly zero: nothing to scale the error by.
        expect(relativeError(foundDx, expected.dx), variant).toBeLessThan(1e-5);
      }
      const parameters = layerNormBackwardParameters({ partial, x, statistics, ...incoming });
      const [foundPartial] = await run([parameters], inputs, [partial]);
      const { dScale, dOffset } = addChunks(foundPartial, width);
      expect(relativeError(dScale, expected.dScale)).toBeLessThan(1e-5);
      expect(relativeError(dOffset, expected.dOffset)).toBeLessThan(1e-5);
    }),
  );
});

/** What reduce_partials does with `partial`: the scale's and the offset's gradients. */
function addChunks(partial: Float32Array, width: number) {
  const stride = padded(width);
  const dScale = new Float64Array(width);
  const dOffset = new Float64Array(width);
  for (let start = 0; start < partial.length; start += 2 * stride) {
    for (let c = 0; c < width; c++) {
      dScale[c] += partial[start + c];
      dOffset[c] += partial[start + stride + c];
    }
    for (let c = width; c < stride; c++)
      expect([partial[start + c], partial[start + stride + c]]).toEqual([0, 0]);
  }
  return { dScale, dOffset };
}

test('the reference gradient equals finite differences', () => {
  const rows = 3;
  const width = 5;
  const { values } = sample(rows, width);
  const { statistics } = layerNormReference({ ...values, rows });
  const loss = (changed: Partial<typeof values>) =>
    layerNormReference({ ...values, ...changed, rows }).y.reduce(
      (total, v, i) => total + v * values.dy[i],
      0,
    );
  const gradient = layerNormBackwardReference({ ...values, statistics, g: values.dy, rows });
  const check = (found: Float64Array, name: 'x' | 'scale' | 'offset') => {
    const expected = finiteDifferences((v) => loss({ [name]: v }), values[name]);
    expect(relativeError(found, expected)).toBeLessThan(1e-7);
  };
  check(gradient.dx, 'x');
  check(gradient.dScale, 'scale');
  check(gradient.dOffset, 'offset');
});

test.each(supportedNorms('layer_norm', 6))(
  'a NaN stays in its row and reaches every number of it, %s',
  (variant) =>
    withDevice(async ({ run }) => {
      const { values, tensors } = sample(3, 6);
      const { x, scale, offset } = tensors;
      const y = matrix('y', 3, 6);
      values.x[8] = Number.NaN;
      const inputs = new Map<Tensor, Float32Array>([
        [x, values.x],
        [scale, values.scale],
        [offset, values.offset],
      ]);
      const [found] = await run([layerNorm({ y, x, scale, offset, variant })], inputs, [y]);
      expect(Array.from(found, Number.isNaN)).toEqual(Array.from({ length: 18 }, (_, i) => i >= 6 && i < 12));
    }),
);

test('statistics may be all that is wanted', () =>
  withDevice(async ({ run }) => {
    const { values, tensors } = sample(9, 22);
    const { x, scale, offset } = tensors;
    const inputs = new Map<Tensor, Float32Array>([
      [x, values.x],
      [scale, values.scale],
      [offset, values.offset],
    ]);
    const statistics = matrix('statistics', 9, 2);
    const { statistics: expected } = layerNormReference({ ...values, rows: 9 });
    for (const variant of supportedNorms('layer_norm', 22)) {
      const [found] = await run([layerNorm({ statistics, x, scale, offset, variant })], inputs, [statistics]);
      expect(relativeError(found, expected), variant).toBeLessThan(1e-5);
    }
  }));

test('zero rows run nothing', () => {
  const { tensors } = sample(0, 8);
  const { x, scale, offset, dy } = tensors;
  const statistics = matrix('statistics', 0, 2);
  expect(layerNorm({ y: dy, x, scale, offset }).workgroups).toBe(0);
  expect(layerNormBackward({ dx: matrix('dx', 0, 8), x, statistics, scale, dy }).workgroups).toBe(0);
  const partial = matrix('partial', layerNormChunks(0, 8), 16);
  expect(layerNormBackwardParameters({ partial, x, statistics, dy }).workgroups).toBe(0);
});

test('shapes that do not fit are refused', () => {
  const { x, residual, scale, offset, dy } = sample(3, 8).tensors;
  const statistics = matrix('statistics', 3, 2);
  expect(() => layerNorm({ x, scale, offset })).toThrow(RangeError);
  expect(() => layerNorm({ sum: dy, x, scale, offset })).toThrow(RangeError);
  expect(() => layerNorm({ y: dy, residual, x, scale, offset })).toThrow(RangeError);
  expect(() => layerNorm({ y: matrix('y', 3, 9), x, scale, offset })).toThrow(RangeError);
  expect(() => layerNorm({ y: dy, x, scale: matrix('scale', 1, 4), offset })).toThrow(RangeError);
  expect(() => layerNormBackward({ dx: residual, x, statistics, scale })).toThrow(RangeError);
  expect(() => layerNormBackward({ dx: residual, x, statistics: residual, scale, dy })).toThrow(RangeError);
  const table = { table: matrix('table', 9, 8), index: list('index', 2) };
  expect(() => layerNormBackward({ dx: residual, x, statistics, scale, gathered: table })).toThrow(
    RangeError,
  );
  const partial = matrix('partial', 1, 8);
  expect(() => layerNormBackwardParameters({ partial, x, statistics, dy })).toThrow(RangeError);
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const { values, tensors } = sample(10, 8);
    const { x, scale, dy } = tensors;
    const { statistics } = layerNormReference({ ...values, rows: 10 });
    const statisticsTensor = matrix('statistics', 10, 2);
    const dx = matrix('dx', 10, 8);
    const inputs = new Map<Tensor, Float32Array>([
      [x, values.x],
      [scale, values.scale],
      [dy, values.dy],
      [statisticsTensor, Float32Array.from(statistics)],
    ]);
    const expected = layerNormBackwardReference({ ...values, statistics, g: values.dy, rows: 10 });
    for (const variant of supportedNorms('layer_norm_backward', 8)) {
      const right = layerNormBackward({ dx, x, statistics: statisticsTensor, scale, dy, variant });
      const wrong = tampered(right, '- mean_scaled - normalised', '- mean_scaled + normalised');
      const [found] = await run([wrong], inputs, [dx]);
      expect(relativeError(found, expected.dx), variant).toBeGreaterThan(1e-3);
    }
  }));
