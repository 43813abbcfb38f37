/** The matrix kernels on bfloat16 activations: the float32 kernels on rounded numbers, with their output rounded. */
import { describe, expect, test } from 'vitest';
import { roundedTwin } from '../../src/webgpu/rounded_twin';
import { list, matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { sampleValues, withDevice } from '../../src/webgpu/testing';
import { linear } from './linear';
import { linearBackwardWeights, weightPartials } from './linear_backward_weights';
import { variantOfEachShader } from './variant';

/** rows, K, N; 513 rows make two chunks of the weight's gradient. */
const shapes = [
  [33, 3, 34],
  [70, 18, 130],
  [513, 64, 64],
  [100, 256, 256],
] as const;
const NODES = 9;

describe.each(shapes)('[%i, %i] x [.., %i]', (rows, inner, width) => {
  const x = matrix('x', rows, inner);
  const w = matrix('w', padded(inner), width);
  const bias = matrix('bias', 1, width);
  const addend = matrix('addend', rows, width);
  const tables = [matrix('sender table', NODES, width), matrix('receiver table', NODES, width)];
  const indices = [list('senders', rows), list('receivers', rows)];
  const [y, pre, dy] = ['y', 'pre', 'dy'].map((name) => matrix(name, rows, width));
  const weights = new Float32Array(padded(inner) * width);
  weights.set(sampleValues('w', inner * width, 2 / Math.sqrt(inner)));
  const index = (factor: number) => Uint32Array.from({ length: rows }, (_, r) => (factor * r) % NODES);
  const numbers = (tensor: Tensor): [Tensor, Float32Array] => [
    tensor,
    sampleValues(tensor.name, tensor.rows * tensor.width),
  ];
  const inputs = new Map<Tensor, Float32Array | Uint32Array>([
    ...[x, bias, addend, ...tables, dy].map(numbers),
    [w, weights],
    [indices[0], index(7)],
    [indices[1], index(4)],
  ]);

  test.each([
    ['everything', [x, addend, ...tables, y, pre]],
    ['what is read', [x, addend, ...tables]],
    ['what is written', [y, pre]],
  ])('all terms and swish, %s packed, in every variant', (_, packed) =>
    withDevice(async ({ gpu, run }) => {
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const steps = await roundedTwin(run, {
          packed,
          inputs,
          outputs: [y, pre],
          dispatches: (of) => [
            linear({
              y: of(y),
              x: of(x),
              w,
              bias,
              addend: of(addend),
              senderAddend: { table: of(tables[0]), index: indices[0] },
              receiverAddend: { table: of(tables[1]), index: indices[1] },
              activation: 'swish',
              pre: of(pre),
              variant,
            }),
          ],
        });
        expect(Math.max(...steps), variant).toBeLessThanOrEqual(packed.includes(y) ? 1 : 1e-6);
      }
    }),
  );

  test.each([
    ['the gradient and what lies below', [dy, addend]],
    ['everything', [dy, addend, y]],
  ])('the gradient through a swish, added to what is there, %s packed', (_, packed) =>
    withDevice(async ({ gpu, run }) => {
      const before = new Map(inputs).set(...numbers(y));
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const [steps] = await roundedTwin(run, {
          packed,
          inputs: before,
          outputs: [y],
          dispatches: (of) => [
            linear({ y: of(y), x: of(x), w, swishGradientAt: of(addend), accumulate: true, variant }),
          ],
        });
        expect(steps, variant).toBeLessThanOrEqual(packed.includes(y) ? 1 : 1e-6);
      }
    }),
  );

  test.each([
    ['x', [x]],
    ['dy', [dy]],
    ['both', [x, dy]],
  ])('partial sums of the gradient of w and bias, %s packed', (_, packed) =>
    withDevice(async ({ gpu, run }) => {
      const { chunks, width: partialWidth } = weightPartials(x, dy);
      const partial = matrix('partial', chunks, partialWidth);
      for (const variant of variantOfEachShader(gpu.adapter)) {
        const [difference] = await roundedTwin(run, {
          packed,
          inputs,
          outputs: [partial],
          dispatches: (of) => [
            linearBackwardWeights({ partial, x: of(x), dy: of(dy), withBias: true, variant }),
          ],
        });
        expect(difference, variant).toBeLessThan(1e-6);
      }
    }),
  );
});
