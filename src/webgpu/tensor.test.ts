import { describe, expect, it } from 'vitest';
import { list, matrix, rowsOf, view } from './tensor';

describe('tensor', () => {
  it('pads rows of a matrix to four numbers', () => {
    const t = matrix('m', 5, 83);
    expect([t.stride, t.bytes]).toEqual([84, 5 * 84 * 4]);
  });

  it('cuts windows of rows that keep their owner', () => {
    const t = matrix('m', 200, 4);
    const window = rowsOf(rowsOf(t, 64, 130), 64, 10);
    expect(window).toMatchObject({ offset: 128 * 16, rows: 10, bytes: 160, owner: t });
  });

  it('refuses misaligned windows and windows past the end', () => {
    expect(() => rowsOf(matrix('m', 200, 4), 8, 10)).toThrow(RangeError);
    expect(() => rowsOf(list('l', 100), 64, 64)).toThrow(RangeError);
    expect(() => view(list('l', 100), 256, 10, 4)).toThrow(RangeError);
  });
});
