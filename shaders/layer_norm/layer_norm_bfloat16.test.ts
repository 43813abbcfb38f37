/** Layer norm on bfloat16 activations: the float32 kernels on rounded numbers, with their output rounded. */
import { describe, expect, test } from 'vitest';
import { roundedTwin } from '../../src/webgpu/rounded_twin';
import { list, matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { sampleValues, withDevice } from '../../src/webgpu/testing';
import { layerNorm, layerNormBackward, layerNormBackwardParameters, layerNormChunks } from './layer_norm';
import { supportedNorms } from './norm_variant';

const shapes = [
  [1, 1],
  [65, 3],
  [33, 186],
  [700, 64],
  [100, 512],
] as const;

/** For shaders with barriers on a driver that takes seconds for each, ms. */
const SLOW_COMPILER = 600_000;

describe.each(shapes)('layer_norm [%i, %i]', { timeout: SLOW_COMPILER }, (rows, width) => {
  const [x, residual, dy, y, sum, dx] = ['x', 'residual', 'dy', 'y', 'sum', 'dx'].map((name) =>
    matrix(name, rows, width),
  );
  const [scale, offset, table] = [
    matrix('scale', 1, width),
    matrix('offset', 1, width),
    matrix('table', 5, width),
  ];
  const [statistics, index] = [matrix('statistics', rows, 2), list('index', rows)];
  const partial = matrix('partial', layerNormChunks(rows, width), 2 * padded(width));
  const numbers = (tensor: Tensor): [Tensor, Float32Array] => [
    tensor,
    sampleValues(tensor.name, tensor.rows * tensor.width, 3).map((v) => v + 2),
  ];
  const inputs = new Map<Tensor, Float32Array | Uint32Array>([
    ...[x, residual, dy, scale, offset, table].map(numbers),
    [index, Uint32Array.from({ length: rows }, (_, r) => (7 * r) % 5)],
  ]);

  test.each([
    ['everything', [x, residual, y, sum], 1],
    ['what is read', [x, residual], 1e-6],
    ['what is written', [y, sum], 1],
  ])('forward, %s packed', (_, packed, tolerance) =>
    withDevice(async ({ run }) => {
      for (const variant of supportedNorms('layer_norm', width)) {
        const [ofY, ofSum, ofStatistics] = await roundedTwin(run, {
          packed,
          inputs,
          outputs: [y, sum, statistics],
          dispatches: (of) => {
            const written = { y: of(y), sum: of(sum), statistics };
            return [layerNorm({ ...written, x: of(x), residual: of(residual), scale, offset, variant })];
          },
        });
        expect(Math.max(ofY, ofSum), variant).toBeLessThanOrEqual(tolerance);
        expect(ofStatistics, variant).toBeLessThan(1e-6);
      }
    }),
  );

  test.each([
    ['everything', [x, dy, table, dx], 1],
    ['what is read', [x, dy, table], 1e-6],
    ['what is written', [dx], 1],
  ])('backward, %s packed', (_, packed, tolerance) =>
    withDevice(async ({ run }) => {
      for (const variant of supportedNorms('layer_norm_backward', width)) {
        const [ofDx, ofPartial] = await roundedTwin(run, {
          packed,
          inputs,
          outputs: [dx, partial],
          dispatches: (of) => {
            const from = { x: of(x), statistics, dy: of(dy), gathered: { table: of(table), index } };
            return [
              layerNorm({ y: sum, statistics, x: of(x), scale, offset }),
              layerNormBackward({ dx: of(dx), scale, ...from, variant }),
              layerNormBackwardParameters({ partial, ...from }),
            ];
          },
        });
        expect(ofDx, variant).toBeLessThanOrEqual(tolerance);
        expect(ofPartial, variant).toBeLessThan(1e-6);
      }
    }),
  );
});
