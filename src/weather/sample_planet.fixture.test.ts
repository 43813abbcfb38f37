import { expect, test } from 'vitest';
import { DatasetError } from '../errors';
import { samplePlanet } from './sample_planet.fixture';
import { taskFromDataset } from './task';

const planet = samplePlanet();
const COLUMNS = 36;

test('every field of every variable is finite and of plausible size', async () => {
  const expected: Record<string, [number, number]> = {
    geopotential: [5_000, 100_000],
    temperature: [190, 310],
    u_component_of_wind: [-60, 60],
    v_component_of_wind: [-60, 60],
    '2m_temperature': [220, 320],
  };
  for (const { name, hasLevel } of planet.variables.values()) {
    const [least, most] = expected[name];
    const values = await planet.read(name, 5);
    expect(values).toHaveLength(19 * COLUMNS * (hasLevel ? 3 : 1));
    expect(values.every((value) => value > least && value < most)).toBe(true);
  }
});

test('the waves travel east and the scalars are single-valued at the poles', async () => {
  const first = await planet.read('geopotential', 1, [500]);
  const later = await planet.read('geopotential', 2, [500]);
  const row = 14 * COLUMNS; // 50° N
  const anomaly = (field: Float32Array, shift: number) => {
    let product = 0;
    for (let x = 0; x < COLUMNS; x++) product += first[row + x] * field[row + ((x + shift) % COLUMNS)];
    return product;
  };
  expect(anomaly(later, 1)).toBeGreaterThan(anomaly(later, -1 + COLUMNS));
  for (const pole of [0, 18 * COLUMNS]) {
    const ring = first.subarray(pole, pole + COLUMNS);
    expect(Math.max(...ring) - Math.min(...ring)).toBeLessThan(1);
  }
});

test('levels come in the asked order and missing names are errors', async () => {
  const both = await planet.read('temperature', 0, [850, 300]);
  const alone = await planet.read('temperature', 0, [300]);
  expect(both.subarray(19 * COLUMNS)).toEqual(alone);
  await expect(planet.read('vertical_velocity', 0)).rejects.toThrow(DatasetError);
  await expect(planet.read('temperature', 0, [700])).rejects.toThrow('no level 700 hPa');
});

test('a task can be made from it', () => {
  const task = taskFromDataset(planet);
  expect(task.targetVariables).toHaveLength(5);
  expect(task.pressureLevels).toEqual([300, 500, 850]);
});
