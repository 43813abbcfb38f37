import { expect, test } from 'vitest';
import { OutputGrid } from './output_grid';
import { regularGrid } from './regular_grid';
import { Terrain } from './terrain';
import { Truncation } from './truncation';

const grid = regularGrid(5.625, false);
const terrain = new Terrain(5);
const land = terrain.landFraction(grid.latitudes, 64);

test('three tenths of the planet are land', () => {
  let [sum, area] = [0, 0];
  land.forEach((fraction, i) => {
    const cosine = Math.cos((grid.latitudes[Math.floor(i / 64)] * Math.PI) / 180);
    sum += cosine * fraction;
    area += cosine;
    expect(fraction).toBeGreaterThanOrEqual(0);
    expect(fraction).toBeLessThanOrEqual(1);
  });
  expect(sum / area).toBeCloseTo(0.3, 1.7);
});

test('mountains stand on land, and the sea is level but for the ripples of a truncated field', () => {
  const truncation = new Truncation(31);
  const ground = new OutputGrid(grid, truncation).evaluate(terrain.surfaceGeopotential(truncation));
  const height = Array.from(ground, (geopotential) => geopotential / 9.8);
  const highest = height.indexOf(Math.max(...height));
  expect(land[highest]).toBeGreaterThan(0.5);
  expect(height[highest]).toBeGreaterThan(1000);
  expect(height[highest]).toBeLessThan(6000);
  const sea = height.filter((_, i) => land[i] === 0);
  expect(Math.abs(sea.reduce((sum, value) => sum + value, 0) / sea.length)).toBeLessThan(100);
});

test('a seed is a planet', () => {
  expect(new Terrain(5).landFraction(grid.latitudes, 64)).toEqual(land);
  expect(new Terrain(6).landFraction(grid.latitudes, 64)).not.toEqual(land);
});
