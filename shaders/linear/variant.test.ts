import { describe, expect, test } from 'vitest';
import { matrix, padded, type Tensor } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { linear } from './linear';
import { linearReference } from './linear.reference';
import { linearBackwardWeights, weightPartials } from './linear_backward_weights';
import { isReduced, supportedVariants, variantOfEachShader } from './variant';

/** rows, K, N: ragged against every tile, and several chunks of rows in the weights' gradient; how x and y are stored. */
const shapes = [
  [1, 1, 1, 'float32'],
  [135, 22, 70, 'bfloat16'],
  [1061, 38, 133, 'float32'],
] as const;

/** For two dozen shaders on a driver that takes seconds for each, ms. */
const SLOW_COMPILER = 600_000;

describe.each(shapes)('every exact variant at [%i, %i] x [.., %i], %s', (rows, inner, width, element) => {
  const [x, dy] = [matrix('x', rows, inner, element), matrix('dy', rows, width, element)];
  const [y, pre] = [matrix('y', rows, width, element), matrix('pre', rows, width, element)];
  const [w, bias] = [matrix('w', padded(inner), width), matrix('bias', 1, width)];
  const { chunks, width: partialWidth } = weightPartials(x, dy);
  const partial = matrix('partial', chunks, partialWidth);
  const values = {
    x: sampleValues('x', rows * inner),
    w: sampleValues('w', inner * width, 2 / Math.sqrt(inner)),
    bias: sampleValues('bias', width),
  };
  const paddedW = new Float32Array(padded(inner) * width);
  paddedW.set(values.w);
  const inputs = new Map<Tensor, Float32Array>([
    [x, values.x],
    [w, paddedW],
    [bias, values.bias],
    [dy, sampleValues('dy', rows * width)],
  ]);

  test('has the bits of the first, which equals the reference', { timeout: SLOW_COMPILER }, () =>
    withDevice(async ({ gpu, run }) => {
      // How numbers are loaded is the same for all tiles: one of them will do for bfloat16.
      const variants = element === 'float32' ? supportedVariants : variantOfEachShader;
      const [first, ...others] = variants(gpu.adapter).filter((variant) => !isReduced(variant));
      const found = async (variant: typeof first) => {
        const forward = linear({ y, x, w, bias, pre, activation: 'swish', variant });
        const [product, activated] = await run([forward], inputs, [pre, y]);
        const gradient = linearBackwardWeights({ partial, x, dy, withBias: true, variant });
        return [product, activated, (await run([gradient], inputs, [partial]))[0]];
      };
      const expected = await found(first);
      expect(relativeError(expected[0], linearReference({ ...values, rows, width }).pre)).toBeLessThan(
        element === 'float32' ? 1e-5 : 1e-2,
      );
      for (const variant of others) {
        const different = (await found(variant)).map((sums, i) => differences(sums, expected[i]));
        expect(different, variant).toEqual([0, 0, 0]);
      }
    }),
  );
});

/** Numbers with other bits; zeros of either sign and all NaN (places that nobody writes) count as equal. */
function differences(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce(
    (count, v, i) => count + (v === b[i] || (Number.isNaN(v) && Number.isNaN(b[i])) ? 0 : 1),
    0,
  );
}
