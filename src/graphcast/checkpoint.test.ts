import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../errors';
import type { Dataset } from '../weather/dataset';
import { TASKS } from '../weather/task';
import { isAtmospheric } from '../weather/variables';
import { type Checkpoint, checkFits, readCheckpoint, writeCheckpoint } from './checkpoint';
import { writeNpy } from './npy';
import { type NpyArray, readNpz, writeNpz } from './npz';

const golden = (path: string) => readFileSync(new URL(`../golden/${path}`, import.meta.url));
const tiny = golden('tiny/checkpoint.npz');

/** Type, shape and values as one file, which compares faster than element by element. */
const asFile = (array: NpyArray) => Buffer.from(writeNpy(array));

/** The tiny checkpoint with some members replaced, or removed by `undefined`. */
function edited(changes: Record<string, NpyArray | undefined>) {
  const entries = readNpz(tiny, 'tiny');
  for (const [key, array] of Object.entries(changes)) {
    if (array === undefined) entries.delete(key);
    else entries.set(key, array);
  }
  return () => readCheckpoint(writeNpz(entries), 'edited.npz');
}

describe('checkpoint', () => {
  it("reads the reference's file", () => {
    const checkpoint = readCheckpoint(tiny, 'tiny');
    expect(checkpoint.modelConfig).toEqual({
      resolution: 0,
      mesh_size: 2,
      latent_size: 32,
      gnn_msg_steps: 3,
      hidden_layers: 1,
      radius_query_fraction_edge_length: 0.6,
    });
    expect(checkpoint.task.targetVariables).toEqual(TASKS.TASK_13.targetVariables);
    expect(checkpoint.task.pressureLevels).toEqual([300, 500, 700, 850, 1000]);
    expect(checkpoint.task.inputDuration).toBe('12h');
    expect(checkpoint.license).toBe('CC0');
    const bias = 'mesh2grid_gnn/~_networks_builder/decoder_nodes_grid_nodes_mlp/~/linear_1:b';
    expect(checkpoint.parameters.get(bias)?.shape).toEqual([35]);
    expect(checkpoint.parameters.size).toBe(106);
  });

  it("reads the reference's optional mesh2grid factor", () => {
    const { modelConfig } = readCheckpoint(golden('task13/checkpoint.npz'), 'task13');
    expect(modelConfig.mesh2grid_edge_normalization_factor).toBeCloseTo(0.618033873, 8);
  });

  it.each(['tiny', 'task13'])('writes %s back member for member', (set) => {
    const original = readNpz(golden(`${set}/checkpoint.npz`), set);
    // tiny was made with the integer 0; the field is a float, and released checkpoints store it so.
    const resolution = Number(original.get('model_config:resolution')?.data[0]);
    original.set('model_config:resolution', { shape: [], data: Float64Array.of(resolution) });
    const copy = readNpz(writeCheckpoint(readCheckpoint(golden(`${set}/checkpoint.npz`), set)), 'copy');
    expect([...copy.keys()]).toEqual([...original.keys()]);
    for (const [key, array] of original) expect(asFile(copy.get(key)!).equals(asFile(array)), key).toBe(true);
  });

  it('writes tasks without levels', () => {
    const checkpoint = readCheckpoint(tiny, 'tiny');
    const surface = { ...TASKS.TASK_13, inputVariables: ['2m_temperature'], forcingVariables: [] };
    const noLevels: Checkpoint = {
      ...checkpoint,
      parameters: new Map(),
      task: { ...surface, targetVariables: ['2m_temperature'], pressureLevels: [] },
    };
    const keys = [...readNpz(writeCheckpoint(noLevels), 'x').keys()];
    expect(keys.filter((key) => key.startsWith('task_config:'))).toEqual([
      'task_config:input_variables:0',
      'task_config:target_variables:0',
      'task_config:input_duration',
    ]);
  });

  it('names an array that does not fit its own configuration', () => {
    const embedder = 'grid2mesh_gnn/~_networks_builder/encoder_nodes_grid_nodes_mlp/~/linear_0:w';
    const wrong = { shape: [89, 32], data: new Float32Array(89 * 32) };
    expect(edited({ [`params:${embedder}`]: wrong })).toThrow(
      `edited.npz holds ${embedder} with shape [89, 32], but its own configuration (87 input and 35 output channels, latent size 32) expects [90, 32]`,
    );
    expect(edited({ [`params:${embedder}`]: undefined })).toThrow(
      `has no parameter array ${embedder} of shape [90, 32]`,
    );
    expect(edited({ 'params:other:w': wrong })).toThrow('edited.npz holds other:w, which');
    const four = { shape: [], data: BigInt64Array.of(4n) };
    expect(edited({ 'model_config:gnn_msg_steps': four })).toThrow(
      /no parameter array .*processor_edges_3_mesh/,
    );
    const double = { shape: [90, 32], data: new Float64Array(90 * 32) };
    expect(edited({ [`params:${embedder}`]: double })).toThrow(/in another type than float32/);
  });

  it('names a missing or impossible configuration', () => {
    expect(edited({ 'model_config:mesh_size': undefined })).toThrow(/no single value model_config:mesh_size/);
    expect(edited({ license: undefined })).toThrow(CheckpointError);
    const zero = { shape: [], data: BigInt64Array.of(0n) };
    expect(edited({ 'model_config:latent_size': zero })).toThrow(
      'edited.npz holds a configuration that cannot be used: model.latent_size is 0',
    );
    expect(edited({ 'task_config:input_duration': { shape: [], data: ['24h'] } })).toThrow(/'24h'/);
    expect(() => readCheckpoint(golden('tiny/expected.npz'), 'expected.npz')).toThrow(
      /not a GraphCast checkpoint/,
    );
    expect(() => readCheckpoint(tiny.subarray(0, 99_999), 'cut.npz')).toThrow(
      /cut.npz is damaged or cut short/,
    );
  });

  it('says what the data lacks', () => {
    const variables = TASKS.TASK_13.targetVariables.map(
      (name) => [name, { name, units: '', hasTime: true, hasLevel: isAtmospheric(name) }] as const,
    );
    const dataset: Dataset = {
      name: 'data.nc',
      latitudes: new Float32Array(19),
      longitudes: new Float32Array(36),
      levels: [500, 850],
      times: new Float64Array(3),
      variables: new Map(variables),
      read: () => Promise.reject(new Error('the check must not read fields')),
      close: () => {},
    };
    expect(() => checkFits(readCheckpoint(tiny, 'tiny.npz'), 'tiny.npz', dataset)).toThrow(
      /^tiny.npz does not fit the data: data.nc: 'geopotential' is needed at 300 hPa/,
    );
  });
});
