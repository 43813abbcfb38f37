import { describe, expect, it } from 'vitest';
import { matrix } from '../../src/webgpu/tensor';
import { relativeError, sampleValues, withDevice } from '../../src/webgpu/testing';
import { copy, multiplyAdd } from './adapter_limits';
import { multiplyAddReference } from './adapter_limits.reference';

describe('adapter_limits', () => {
  it('does every multiply-add that it counts', () =>
    withDevice(async ({ run }) => {
      const y = matrix('y', 130, 4);
      const dispatch = multiplyAdd({ y, rounds: 21 });
      const [found] = await run([dispatch], new Map(), [y]);
      expect(relativeError(found, multiplyAddReference(130, 21))).toBeLessThan(1e-5);
      expect(dispatch.flops).toBe(130 * 21 * 128);
    }));

  it.each([1, 64, 1000])('copies %i rows', (rows) =>
    withDevice(async ({ run }) => {
      const [x, y] = [matrix('x', rows, 4), matrix('y', rows, 4)];
      const values = sampleValues('copied', rows * 4);
      const [found] = await run([copy({ y, x })], new Map([[x, values]]), [y]);
      expect([...found]).toEqual([...values]);
    }),
  );
});
