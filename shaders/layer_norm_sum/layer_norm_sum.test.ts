import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../src/webgpu/kernel';
import { roundedTwin } from '../../src/webgpu/rounded_twin';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { layerNormReference } from '../layer_norm/layer_norm.reference';
import { supportedNorms } from '../layer_norm/norm_variant';
import { plus } from '../plus';
import { segmentSumReference } from '../segment_sum/segment_sum.reference';
import { tampered } from '../tampered';
import { layerNormSum, MOST_MESSAGES } from './layer_norm_sum';

/** Messages of each receiver, and width. */
const cases: [degrees: number[], width: number][] = [
  [[1], 1],
  [[0], 64],
  [[0, 3, 0, 1, 5, 0], 3],
  [[4, 8, 12, 2, 6], 83],
  [[3, 3, 3, 3, 3, 3, 3], 256],
  [[5, 36, MOST_MESSAGES, 7, 1], 512],
  [[2, 3], 1030],
];

function sample(degrees: number[], width: number) {
  const starts = new Uint32Array(degrees.length + 1);
  degrees.forEach((degree, i) => {
    starts[i + 1] = starts[i] + degree;
  });
  const rows = starts[degrees.length];
  const values = {
    x: sampleValues('x', rows * width, 3).map((v, i) => v * (1 + (Math.floor(i / width) % 5)) + 2),
    residual: sampleValues('residual', rows * width),
    scale: sampleValues('scale', width).map((v) => 1 + 0.5 * v),
    offset: sampleValues('offset', width),
  };
  const t = {
    x: matrix('x', rows, width),
    residual: matrix('residual', rows, width),
    scale: matrix('scale', 1, width),
    offset: matrix('offset', 1, width),
    starts: list('starts', degrees.length + 1),
    y: matrix('y', rows, width),
    sum: matrix('sum', rows, width),
    statistics: matrix('statistics', rows, 2),
    out: matrix('out', degrees.length, width),
  };
  const inputs = new Map<Tensor, Float32Array | Uint32Array>([
    [t.x, values.x],
    [t.residual, values.residual],
    [t.scale, values.scale],
    [t.offset, values.offset],
    [t.starts, starts],
  ]);
  return { rows, starts, values, tensors: t, inputs };
}

/** For shaders with barriers on a driver that takes seconds for each, ms. */
const SLOW_COMPILER = 600_000;

describe.each(cases)('messages and sums of %j x %i', { timeout: SLOW_COMPILER }, (degrees, width) => {
  const { rows, starts, values, tensors, inputs } = sample(degrees, width);
  const { out, sum, statistics, y } = tensors;
  const { y: messages, statistics: expectedStatistics } = layerNormReference({ ...values, rows });

  test('every variant equals the reference', () =>
    withDevice(async ({ run }) => {
      const sums = segmentSumReference({ values: messages, starts, width });
      for (const variant of supportedNorms('layer_norm_sum', width)) {
        const dispatches = layerNormSum(tensors).withVariant(variant);
        const found = await run(dispatches, inputs, [out, sum, statistics]);
        expect(relativeError(found[0], sums), variant).toBeLessThan(1e-5);
        expect(relativeError(found[1], plus(values.residual, messages)), variant).toBeLessThan(1e-5);
        for (const part of [0, 1]) {
          const pick = (all: ArrayLike<number>) => Array.from(all).filter((_, i) => i % 2 === part);
          expect(relativeError(pick(found[2]), pick(expectedStatistics)), variant).toBeLessThan(1e-5);
        }
      }
    }));

  test('fused and shared have the same bits, and what is not asked for is not written', () =>
    withDevice(async ({ run }) => {
      const { x, scale, offset, starts } = tensors;
      const dispatch = layerNormSum({ out, y, x, scale, offset, starts });
      const variants = supportedNorms('layer_norm_sum', width).filter((variant) => variant !== 'row');
      const results: Float32Array[] = [];
      for (const variant of variants) {
        results.push((await run(dispatch.withVariant(variant), inputs, [out]))[0]);
      }
      for (const found of results) expect(found).toEqual(results[0]);
    }));
});

test('bfloat16 rows are the float32 kernel’s on rounded numbers', () =>
  withDevice(async ({ run }) => {
    const { tensors, inputs } = sample([0, 3, 9, 1, 4, 17], 186);
    const { x, residual, sum, out, statistics } = tensors;
    const { starts: _, ...floats } = tensors;
    const [ofOut, ofSum, ofStatistics] = await roundedTwin(run, {
      packed: [x, residual, sum, out],
      inputs,
      outputs: [out, sum, statistics],
      dispatches: (of) => {
        const { x, residual, sum, out, ...rest } = floats;
        const rows = { x: of(x), residual: of(residual), sum: of(sum), out: of(out) };
        return layerNormSum({ ...rest, ...rows, starts: tensors.starts }).withVariant('fused');
      },
    });
    expect(Math.max(ofOut, ofSum)).toBeLessThanOrEqual(1);
    expect(ofStatistics).toBeLessThan(1e-6);
  }));

test('as it is recorded, it works, too, and writes messages', () =>
  withDevice(async ({ run }) => {
    const { values, rows, starts, tensors, inputs } = sample([2, 5], 8);
    const { y: messages } = layerNormReference({ ...values, rows });
    const [foundOut, foundY] = await run([layerNormSum(tensors)], inputs, [tensors.out, tensors.y]);
    expect(relativeError(foundY, messages)).toBeLessThan(1e-5);
    expect(relativeError(foundOut, segmentSumReference({ values: messages, starts, width: 8 }))).toBeLessThan(
      1e-5,
    );
  }));

test('shapes that do not fit are refused', () => {
  const { tensors } = sample([2, 5], 8);
  const wrong = (change: Partial<typeof tensors>) => () => layerNormSum({ ...tensors, ...change });
  expect(wrong({ residual: undefined as unknown as Tensor })).toThrow(/come together/);
  expect(wrong({ starts: list('starts', 4) })).toThrow(RangeError);
  expect(wrong({ y: matrix('y', 7, 9) })).toThrow(RangeError);
  expect(wrong({ out: matrix('out', 2, 4) })).toThrow(RangeError);
  expect(wrong({ scale: matrix('scale', 1, 4) })).toThrow(RangeError);
});

test('a flipped sign is seen', () =>
  withDevice(async ({ run }) => {
    const { values, rows, starts, tensors, inputs } = sample([2, 5, 9], 8);
    const { y: messages } = layerNormReference({ ...values, rows });
    const expected = segmentSumReference({ values: messages, starts, width: 8 });
    const error = async (dispatch: Dispatch) =>
      relativeError((await run([dispatch], inputs, [tensors.out]))[0], expected);
    const right = layerNormSum(tensors);
    expect(await error(right)).toBeLessThan(1e-5);
    expect(await error(tampered(right, '(x[i] - found.x)', '(x[i] + found.x)'))).toBeGreaterThan(1e-2);
    expect(await error(tampered(right, 'totals[i] += messages', 'totals[i] -= messages'))).toBeGreaterThan(
      1e-2,
    );
  }));
