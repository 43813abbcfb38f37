import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRESETS } from './config';
import { readNpz } from './npz';
import { elementCount, initialiseParameters, isDead, isMatrix, parameterArrays } from './parameters';

const count = (preset: string, inputs: number, outputs: number) =>
  parameterArrays(PRESETS[preset].model, inputs, outputs).reduce(
    (sum, array) => sum + elementCount(array.shape),
    0,
  );

describe('parameter arrays', () => {
  it("have the released models' counts (spec 1.3)", () => {
    expect(parameterArrays(PRESETS.graphcast_small.model, 183, 83)).toHaveLength(262);
    expect(count('graphcast_small', 183, 83)).toBe(35_979_347);
    expect(count('graphcast', 471, 227)).toBe(36_348_131);
    expect(count('graphcast_operational', 181, 83)).toBe(35_977_299);
  });

  it.each([
    ['tiny', { ...PRESETS.tiny.model, gnn_msg_steps: 3 }, 87, 35],
    ['task13', PRESETS.mini.model, 183, 83],
  ])('have the names, order and shapes of the %s checkpoint', (set, config, inputs, outputs) => {
    const file = readFileSync(new URL(`../golden/${set}/checkpoint.npz`, import.meta.url));
    const stored = [...readNpz(file, set)].filter(([key]) => key.startsWith('params:'));
    expect(parameterArrays(config, inputs, outputs)).toEqual(
      stored.map(([key, { shape }]) => ({ name: key.slice('params:'.length), shape })),
    );
  });

  it('have one more hidden linear layer per hidden layer', () => {
    const deep = parameterArrays({ ...PRESETS.tiny.model, hidden_layers: 3 }, 10, 5);
    const shapes = deep
      .filter(({ name }) => /decoder_nodes_grid_nodes_mlp.*:w/.test(name))
      .map(({ shape }) => shape);
    expect(shapes).toEqual([
      [32, 32],
      [32, 32],
      [32, 32],
      [32, 5],
    ]);
  });

  it('tell dead arrays, and matrices for weight decay', () => {
    const arrays = parameterArrays(PRESETS.mini.model, 183, 83);
    expect(arrays.filter(({ name }) => isDead(name))).toHaveLength(6);
    expect(arrays.filter(isMatrix).every(({ name }) => name.endsWith(':w'))).toBe(true);
    expect(arrays.filter(({ name }) => name.endsWith(':w')).every(isMatrix)).toBe(true);
  });
});

describe('initial parameters', () => {
  const arrays = parameterArrays(PRESETS.mini.model, 183, 83);
  const parameters = initialiseParameters(arrays, 7);

  it('are a normal distribution of deviation 1/sqrt(rows) cut at two deviations', () => {
    const name = 'mesh_gnn/~_networks_builder/processor_edges_2_mesh_mlp/~/linear_0:w'; // [192, 64]
    const scaled = Array.from(parameters.get(name)!, (value) => value * Math.sqrt(192));
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length);
    expect(scaled).toHaveLength(192 * 64);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(deviation - 0.8796)).toBeLessThan(0.02); // of a standard normal cut at two (spec 5.1)
    expect(Math.max(...scaled.map(Math.abs))).toBeLessThanOrEqual(2.000001);
    expect(Math.max(...scaled)).toBeGreaterThan(1.9);
    expect(Math.min(...scaled)).toBeLessThan(-1.9);
  });

  it('start scales at one, biases and offsets at zero', () => {
    for (const { name } of arrays) {
      if (name.endsWith(':w')) continue;
      const expected = name.endsWith(':scale') ? 1 : 0;
      expect(parameters.get(name)!.every((value) => value === expected)).toBe(true);
    }
  });

  it('depend on the seed alone', () => {
    const first = arrays.slice(0, 1);
    const drawn = (seed: number) => initialiseParameters(first, seed).get(first[0].name);
    expect(drawn(7)).toEqual(parameters.get(first[0].name));
    for (const seed of [0, 1, 8, 7 + 2 ** 32]) expect(drawn(seed)).not.toEqual(drawn(7));
  });

  it('differ between arrays of the same shape', () => {
    const weights = (step: number) =>
      parameters.get(`mesh_gnn/~_networks_builder/processor_edges_${step}_mesh_mlp/~/linear_0:w`)!;
    const same = weights(0).filter((value, i) => value === weights(1)[i]);
    expect(same.length).toBeLessThan(10);
  });
});
