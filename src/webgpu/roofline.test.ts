import { describe, expect, it } from 'vitest';
import { copy } from '../../shaders/adapter_limits/adapter_limits';
import { linear } from '../../shaders/linear/linear';
import { kernelRates, roofline } from './roofline';
import { matrix } from './tensor';

const tensors = (rows: number) => [matrix('x', rows, 8), matrix('w', 8, 12), matrix('y', rows, 12)] as const;

describe('kernel rates', () => {
  it('add up dispatches of the same kernel, size and variant, the slowest first', () => {
    const [x, w, y] = tensors(100);
    const [source, target] = [matrix('source', 6, 4), matrix('target', 6, 4)];
    const rates = kernelRates([
      { dispatch: linear({ y, x, w }), seconds: 1 },
      { dispatch: copy({ y: target, x: source }), seconds: 4 },
      { dispatch: linear({ y, x, w, activation: 'swish' }), seconds: 2 },
      { dispatch: linear({ y, x, w, variant: 'tiled' }), seconds: 0.5 },
    ]);
    const flops = 2 * 100 * 8 * 12;
    const bytes = 4 * (800 + 96 + 1200);
    expect(rates).toEqual([
      { kernel: 'copy 6 x 4', variant: undefined, dispatches: 1, seconds: 4, flops: 0, bytes: 192 },
      {
        kernel: 'linear 100 x 8 x 12',
        variant: 'register',
        dispatches: 2,
        seconds: 3,
        flops: 2 * flops,
        bytes: 2 * bytes,
      },
      { kernel: 'linear 100 x 8 x 12', variant: 'tiled', dispatches: 1, seconds: 0.5, flops, bytes },
    ]);
  });
});

describe('roofline', () => {
  const limits = { flopsPerSecond: 100, bytesPerSecond: 10 };
  const rate = (flops: number, bytes: number, seconds: number) => ({
    kernel: 'k',
    dispatches: 1,
    flops,
    bytes,
    seconds,
  });

  it('holds arithmetic against multiply-adds and traffic against the copy, whichever binds', () => {
    const [arithmetic, memory] = roofline([rate(1000, 10, 20), rate(10, 50, 20)], limits);
    expect(arithmetic).toMatchObject({ bound: 'arithmetic', shareOfLimit: 0.5, intensity: 100, share: 0.5 });
    expect(memory).toMatchObject({ bound: 'memory', shareOfLimit: 0.25, bytesPerSecond: 2.5 });
  });

  it('has no shares of no time', () => {
    expect(roofline([], limits)).toEqual([]);
    expect(roofline([rate(0, 1, 0)], limits)[0].share).toBe(0);
  });
});
