import { describe, expect, it } from 'vitest';
import { list } from '../webgpu/tensor';
import { PRESETS } from './config';
import { ParameterLayout } from './packing';
import { elementCount, initialiseParameters, isMatrix, parameterArrays } from './parameters';

const config = { ...PRESETS.tiny.model, latent_size: 6, hidden_layers: 2 };
const arrays = parameterArrays(config, 11, 5);
const layout = new ParameterLayout(arrays, config.latent_size);
const flat = list('flat', layout.length);

describe('ParameterLayout', () => {
  it('gives back what was packed', () => {
    const parameters = initialiseParameters(arrays, 3);
    const packed = layout.pack(parameters);
    const unpacked = layout.unpack(packed);
    for (const { name } of arrays) expect(unpacked.get(name), name).toEqual(parameters.get(name));
    expect([...unpacked.keys()].sort()).toEqual(arrays.map(({ name }) => name).sort());
  });

  it('refuses arrays of another length', () => {
    const wider = parameterArrays({ ...config, latent_size: 12 }, 11, 5);
    expect(() => layout.pack(initialiseParameters(wider, 3))).toThrow(
      /^parameter .*:w has \d+ numbers, expected \d+$/,
    );
  });

  it('puts matrices before vectors, with zeros in between the numbers', () => {
    const ones = new Map(
      arrays.map(({ name, shape }) => [name, new Float32Array(elementCount(shape)).fill(1)]),
    );
    const packed = layout.pack(ones);
    const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
    const isMatrixName = (wanted: string) => isMatrix(arrays.find(({ name }) => name === wanted)!);
    const inMatrices = arrays.filter(isMatrix).reduce((total, { shape }) => total + elementCount(shape), 0);
    expect(sum(packed.subarray(0, layout.ranges(isMatrixName)[0].end))).toBe(inMatrices);
    expect(sum(packed)).toBe(arrays.reduce((total, { shape }) => total + elementCount(shape), 0));
  });

  it('says where the chosen arrays lie, neighbours joined', () => {
    const [matrices, vectors, ...others] = layout.ranges(() => true);
    expect(matrices).toMatchObject({ start: 0, matrices: true });
    expect(vectors).toEqual({ start: matrices.end, end: layout.length, matrices: false });
    expect(others).toEqual([]);
    const processor = layout.ranges((name) => name.startsWith('mesh_gnn/'));
    expect(processor.map(({ matrices }) => matrices)).toEqual([true, false]);
    const parameters = initialiseParameters(arrays, 3);
    const packed = layout.pack(parameters);
    for (const { start, end } of processor) packed.fill(0, start, end);
    const left = layout.unpack(packed);
    for (const [name, values] of left) {
      const expected = name.startsWith('mesh_gnn/') ? values.map(() => 0) : parameters.get(name);
      expect(values, name).toEqual(expected);
    }
  });

  it('cuts first weights by what they act on, each part ready to be bound', () => {
    const rowsOf = (name: string) =>
      layout.sections(flat, name).map(({ rows, offset }) => [rows, offset % 256]);
    const builder = '~_networks_builder';
    const part = [8, 0]; // 6 rows, padded to 8
    expect(rowsOf(`mesh_gnn/${builder}/processor_edges_0_mesh_mlp/~/linear_0:w`)).toEqual([part, part, part]);
    expect(rowsOf(`mesh_gnn/${builder}/processor_nodes_0_mesh_nodes_mlp/~/linear_0:w`)).toEqual([part, part]);
    expect(rowsOf(`mesh_gnn/${builder}/processor_nodes_0_mesh_nodes_mlp/~/linear_1:w`)).toEqual([part]);
    expect(rowsOf(`grid2mesh_gnn/${builder}/encoder_nodes_mesh_nodes_mlp/~/linear_0:w`)).toEqual([
      [12, 0],
      [4, 0],
    ]);
    expect(rowsOf(`grid2mesh_gnn/${builder}/encoder_nodes_grid_nodes_mlp/~/linear_0:w`)).toEqual([[16, 0]]);
  });
});
