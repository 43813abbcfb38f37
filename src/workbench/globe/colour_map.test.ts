import { expect, test } from 'vitest';
import { colourGradient, colourTable } from './colour_map';

const rgb = (table: Uint8Array, entry: number) => [...table.subarray(entry * 4, entry * 4 + 3)];

test('cold is blue, warm is red, and every colour is opaque', () => {
  const table = colourTable('warmth');
  expect(table).toHaveLength(256 * 4);
  const [coldRed, , coldBlue] = rgb(table, 0);
  const [warmRed, , warmBlue] = rgb(table, 255);
  expect(coldBlue).toBeGreaterThan(coldRed);
  expect(warmRed).toBeGreaterThan(warmBlue);
  expect(table.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
});

test('errors are light in the middle and dark at both ends', () => {
  const table = colourTable('error');
  const lightness = (entry: number) => rgb(table, entry).reduce((sum, value) => sum + value, 0);
  expect(lightness(128)).toBeGreaterThan(700);
  expect(lightness(0)).toBeLessThan(300);
  expect(lightness(255)).toBeLessThan(300);
});

test('maps given as hexadecimal colours are read too', () => {
  expect(rgb(colourTable('light'), 255)[0]).toBeGreaterThan(200);
});

test('the legend runs through the same colours', () => {
  expect(colourGradient('moisture')).toMatch(/^linear-gradient\(to right, rgb\(247, 252, 240\), .*\)$/);
});
