import { describe, expect, it } from 'vitest';
import { linear } from '../../shaders/linear/linear';
import { linearBackwardWeights } from '../../shaders/linear/linear_backward_weights';
import type { LinearVariant } from '../../shaders/linear/variant';
import { tampered } from '../../shaders/tampered';
import type { MatrixShape } from '../../shaders/variant_table';
import type { Gpu, PipelineRequest } from './device';
import type { ElementType } from './tensor';
import { matrix } from './tensor';
import { withDevice } from './testing';
import { Stopwatch } from './timing';
import { measureVariants } from './variant_times';

const shape = (kernel: MatrixShape['kernel'], element: ElementType): MatrixShape => ({
  kernel,
  rows: 300,
  inner: 20,
  columns: 12,
  element,
});

/** A device whose driver compiles one kernel as `change` says. */
const withDriver = (
  gpu: Gpu,
  isChanged: (request: PipelineRequest) => boolean,
  change: Gpu['pipeline'],
): Gpu => ({
  ...gpu,
  pipeline: (request) => (isChanged(request) ? change(request) : gpu.pipeline(request)),
});

async function measured(gpu: Gpu, of: MatrixShape) {
  const watch = new Stopwatch(gpu);
  try {
    const variants = { usual: USUAL, candidates: [USUAL, OTHER] } as const;
    return await measureVariants(gpu, watch, of, variants, { turns: 1, seconds: 1, everything: true });
  } finally {
    watch.destroy();
  }
}

/** Two that every adapter runs: what counts as right, and what a driver gets wrong. */
const USUAL = 'tiled_32x64x16_4x4';
const OTHER = 'register';

/** The kernel of a variant. */
function kernelOf(kernel: MatrixShape['kernel'], variant: LinearVariant) {
  const [x, y, w] = [matrix('x', 8, 8), matrix('y', 8, 8), matrix('w', 8, 8)];
  if (kernel === 'linear') return linear({ y, x, w, variant });
  return linearBackwardWeights({ partial: matrix('partial', 1, 72), x, dy: y, withBias: true, variant });
}

describe.each([
  ['linear', 'float32', 'fma(vec4f(x.x), w[0], acc)', 'fma(vec4f(x.x), 1.02 * w[0], acc)'],
  ['linear', 'bfloat16', 'fma(vec4f(x.x), w[0], acc)', 'fma(vec4f(x.x), 1.1 * w[0], acc)'],
  ['linear', 'bfloat16', 'store_y(i, value);', ''],
  ['linear_backward_weights', 'float32', 'x.x', '1.01 * x.x'],
  ['linear_backward_weights', 'bfloat16', '+ column + c] = bias[c]', '+ column + c] = 2.0 * bias[c]'],
] as const)('a variant of %s, %s, whose driver makes %s into "%s"', (kernel, element, from, to) => {
  it('has no time, and says why', () =>
    withDevice(async ({ gpu }) => {
      const right = kernelOf(kernel, OTHER);
      const wrong = tampered(right, from, to).kernel;
      const driver = withDriver(
        gpu,
        (request) => request.kernel === right.kernel,
        (request) => gpu.pipeline({ ...request, kernel: wrong }),
      );
      const { times, faults } = await measured(driver, shape(kernel, element));
      expect([...times.keys()]).toEqual([USUAL]);
      expect(faults.get(OTHER)).toMatch(/differs from the default by .* % of the largest number/);
    }));
});

it('a variant that does not compile has no time, and says why', () =>
  withDevice(async ({ gpu }) => {
    const { kernel } = kernelOf('linear', OTHER);
    const driver = withDriver(
      gpu,
      (request) => request.kernel === kernel,
      () => Promise.reject(new Error('Kernel linear does not compile.\n1 fn main')),
    );
    const { times, faults } = await measured(driver, shape('linear', 'float32'));
    expect([...times.keys()]).toEqual([USUAL]);
    expect(faults.get(OTHER)).toBe('does not compile: Error: Kernel linear does not compile.');
  }));

it('variants that agree all have times', () =>
  withDevice(async ({ gpu }) => {
    const { times, faults } = await measured(gpu, shape('linear', 'bfloat16'));
    expect([...times.keys()].sort()).toEqual([OTHER, USUAL]);
    expect(faults.size).toBe(0);
  }));
