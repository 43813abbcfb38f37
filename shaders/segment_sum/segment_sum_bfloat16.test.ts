/** Segment sums of bfloat16 messages are added up in float32 and rounded once, at the end. */
import { expect, test } from 'vitest';
import { roundedTwin } from '../../src/webgpu/rounded_twin';
import { list, matrix, type Tensor } from '../../src/webgpu/tensor';
import { sampleValues, withDevice } from '../../src/webgpu/testing';
import { segmentSum } from './segment_sum';

const SEGMENTS = 70;
const WIDTH = 18;
const starts = new Uint32Array(SEGMENTS + 1);
for (let v = 0; v < SEGMENTS; v++) starts[v + 1] = starts[v] + (v === 3 ? 850 : (5 * v) % 7);
const EDGES = starts[SEGMENTS];

const out = matrix('out', SEGMENTS, WIDTH);
const values = matrix('values', EDGES, WIDTH);
const [startsList, order] = [list('starts', SEGMENTS + 1), list('order', EDGES)];
const inputs = new Map<Tensor, Float32Array | Uint32Array>([
  [values, sampleValues('values', EDGES * WIDTH)],
  [out, sampleValues('before', SEGMENTS * WIDTH)],
  [startsList, starts],
  [order, Uint32Array.from({ length: EDGES }, (_, i) => (i * 37) % EDGES)],
]);

test.each([
  ['messages and sums', [values, out], 1],
  ['messages', [values], 1e-6],
  ['sums', [out], 1],
])('%s packed', (_, packed, tolerance) =>
  withDevice(async ({ run }) => {
    for (const accumulate of [false, true]) {
      const [difference] = await roundedTwin(run, {
        packed,
        inputs,
        outputs: [out],
        dispatches: (of) => [
          segmentSum({ out: of(out), values: of(values), starts: startsList, order, accumulate }),
        ],
      });
      expect(difference).toBeLessThanOrEqual(tolerance);
    }
  }),
);
