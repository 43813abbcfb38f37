import { expect, test } from 'vitest';
import { ParameterLayout } from '../graphcast/packing';
import { initialiseParameters, moduleOf, parameterArrays } from '../graphcast/parameters';
import { cutRanges, moduleRanges, normsFromSquares, normsOf } from './module_norms';
import { presetModel } from './run_config';

const config = { ...presetModel('tiny'), gnn_msg_steps: 3, latent_size: 12 };
const arrays = parameterArrays(config, 20, 9);
const layout = new ParameterLayout(arrays, config.latent_size);
const values = initialiseParameters(arrays, 3);
const flat = layout.pack(values);
const ranges = moduleRanges(layout);

test('every number belongs to one module', () => {
  const inOrder = [...ranges].sort((a, b) => a.start - b.start);
  expect(inOrder[0].start).toBe(0);
  expect(inOrder.at(-1)!.end).toBe(layout.length);
  for (const [i, { start }] of inOrder.entries()) if (i > 0) expect(start).toBe(inOrder[i - 1].end);
});

test('norms by module are those of their arrays, of values and of differences', () => {
  const expected: Record<string, number> = {};
  for (const [name, array] of values) {
    for (const value of array) expected[moduleOf(name)] = (expected[moduleOf(name)] ?? 0) + value * value;
  }
  const norms = normsOf(ranges, flat);
  expect(Object.keys(norms)).toEqual([
    'encoder',
    'mesh edge embedding',
    ...[0, 1, 2].map((step) => `processor step ${step}`),
    'decoder',
  ]);
  for (const [module, norm] of Object.entries(norms)) expect(norm ** 2).toBeCloseTo(expected[module], 8);
  const halves = normsOf(
    ranges,
    flat,
    flat.map((value) => value / 2),
  );
  for (const [module, norm] of Object.entries(halves)) expect(norm).toBeCloseTo(norms[module] / 2, 8);
});

test('cut by windows and by length, the pieces make up the same norms', () => {
  const windows = [0, 1].map((i) => ({ start: 4096 * i, count: i ? layout.length - 4096 : 4096 }));
  const pieces = cutRanges(ranges, windows, 640);
  pieces.forEach((ofWindow, i) => {
    const { start: from, count } = windows[i];
    for (const { start, end } of ofWindow) {
      expect(start >= from && end <= from + count && end - start <= 640 && start % 4 === 0).toBe(true);
    }
  });
  const squares = pieces.flat().map(({ start, end }) => {
    return flat.subarray(start, end).reduce((sum, value) => sum + value * value, 0);
  });
  const norms = normsFromSquares(pieces.flat(), squares);
  for (const [module, norm] of Object.entries(normsOf(ranges, flat)))
    expect(norms[module]).toBeCloseTo(norm, 4);
});
