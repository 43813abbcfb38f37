import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelLayout } from '../weather/channels';
import { TASKS, type Task } from '../weather/task';
import { carriedInWords, carriedTask, carryOver, frozenWithNew, isSameTask } from './carry_over';
import { checkpointOf, readCheckpoint } from './checkpoint';
import { goldenPath, goldenSet } from './golden.fixture';
import { referenceParameters } from './layers.reference';
import { network } from './network.reference';
import { NODE_FEATURES } from './parameters';

// The reference's own checkpoint: 5 levels, 87 input and 35 output channels.
const checkpoint = readCheckpoint(readFileSync(goldenPath('tiny', 'checkpoint.npz')), 'tiny');
const { graph } = await goldenSet('tiny');
const GRID = 'grid2mesh_gnn/~_networks_builder/encoder_nodes_grid_nodes_mlp/~/linear_0:w';
const MESH = 'grid2mesh_gnn/~_networks_builder/encoder_nodes_mesh_nodes_mlp/~/linear_0:w';
const LAST = 'mesh2grid_gnn/~_networks_builder/decoder_nodes_grid_nodes_mlp/~/linear_1';
const SEED = 3;

type Values = Map<string, Float32Array>;

/** Copies of the checkpoint's parameters. */
const values = (): Values =>
  new Map([...checkpoint.parameters].map(([name, { data }]) => [name, data.slice()]));
const asCheckpoint = (parameters: Values, task: Task) =>
  checkpointOf(checkpoint.modelConfig, task, parameters, { description: '', license: '' });

/** Input channels [grid nodes, channels]: the same for the same variable, level and time. */
function inputs(task: Task): Float64Array {
  const { inputs: channels } = channelLayout(task);
  return Float64Array.from({ length: graph.gridNodes * channels.length }, (_, i) => {
    const { variable, level, frame } = channels[i % channels.length];
    const node = Math.floor(i / channels.length);
    return Math.sin(node * 0.1 + variable.length + (level ?? 0) / 100 + frame);
  });
}

/** Output by field, from given parameters. */
function forecast(parameters: Values, task: Task, channels: Float64Array) {
  const arrays = asCheckpoint(parameters, task).parameters;
  const { output } = network(referenceParameters(arrays), graph, channels);
  const { state } = channelLayout(task);
  return new Map(
    state.map(({ variable, level }, c) => [
      `${variable} ${level}`,
      output.filter((_, i) => i % state.length === c),
    ]),
  );
}

/** More terms, all zero, change the order of a sum and so its last bit. */
const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

/** Sets the rows of grid inputs that a test on variable and level chooses to zero. */
function silence(
  parameters: Values,
  task: Task,
  isSilent: (variable: string, level: number | null) => boolean,
) {
  const width = checkpoint.modelConfig.latent_size;
  const weights = parameters.get(GRID)!;
  for (const [row, { variable, level }] of channelLayout(task).inputs.entries()) {
    if (isSilent(variable, level)) weights.fill(0, row * width, (row + 1) * width);
  }
}

describe('parameters carried over', () => {
  it('to the same task are the same, in whatever order it names its variables', () => {
    const { task } = checkpoint;
    const turned = { ...task, inputVariables: task.inputVariables.toReversed() };
    const { parameters, inputs, outputs } = carryOver(checkpoint, turned, SEED);
    expect(parameters).toEqual(values());
    expect(inputs).toEqual({ total: 87, carried: 87, added: [], dropped: [] });
    expect(outputs).toEqual({ total: 35, carried: 35, added: [], dropped: [] });
  });

  it('to fewer levels and variables forecast the same, where the network did not look at the others', () => {
    const { task } = checkpoint;
    const fewer: Task = {
      ...task,
      pressureLevels: task.pressureLevels.filter((level) => level !== 700),
      inputVariables: task.inputVariables.filter((name) => name !== 'land_sea_mask'),
    };
    const blind = values();
    silence(blind, task, (variable, level) => level === 700 || variable === 'land_sea_mask');
    const carried = carryOver(asCheckpoint(blind, task), fewer, SEED);
    const before = forecast(blind, task, inputs(task));
    const after = forecast(carried.parameters, fewer, inputs(fewer));
    expect(after.size).toBe(29);
    for (const [field, plane] of after)
      expect(largestDifference(plane, before.get(field)!), field).toBeLessThan(1e-12);
    expect(carriedInWords('output', carried.outputs)).toBe(
      '29 of 29 output channels carried over; new: none; dropped: geopotential (700 hPa), specific_humidity (700 hPa), temperature (700 hPa), u_component_of_wind (700 hPa), v_component_of_wind (700 hPa), vertical_velocity (700 hPa)',
    );
    expect(carriedInWords('input', carried.inputs)).toMatch(/^74 of 74 .* \(700 hPa\), land_sea_mask, /);
  });

  it('to more levels and variables forecast the same fields, while the new ones are zero', () => {
    const { task } = checkpoint;
    const more: Task = {
      ...task,
      pressureLevels: [100, ...task.pressureLevels],
      inputVariables: ['sea_ice_cover', ...task.inputVariables],
      targetVariables: ['sea_ice_cover', ...task.targetVariables],
    };
    const { parameters, inputs: report, outputs } = carryOver(checkpoint, more, SEED);
    expect([report.carried, report.total, outputs.carried, outputs.total]).toEqual([87, 101, 35, 42]);
    expect(carriedInWords('output', outputs)).toMatch(
      /^35 of 42 output channels carried over; new: geopotential \(100 hPa\), sea_ice_cover, specific_humidity \(100 hPa\), .*; dropped: none$/,
    );
    const known = inputs(task);
    const channels = channelLayout(more).inputs;
    const old = channelLayout(task).inputs.length;
    let next = 0;
    const padded = Float64Array.from({ length: graph.gridNodes * channels.length }, (_, i) => {
      const { variable, level } = channels[i % channels.length];
      return level === 100 || variable === 'sea_ice_cover' ? 0 : known[next++];
    });
    expect(next).toBe(graph.gridNodes * old);
    const before = forecast(values(), task, known);
    const after = forecast(parameters, more, padded);
    for (const [field, plane] of before)
      expect(largestDifference(after.get(field)!, plane), field).toBeLessThan(1e-12);
    expect(after.get('sea_ice_cover null')!.some((value) => value !== 0)).toBe(true);
  });

  it('are initialised where they are new, within two deviations of the new layer', () => {
    const { task } = checkpoint;
    const more = { ...task, pressureLevels: [100, ...task.pressureLevels] };
    const { parameters } = carryOver(checkpoint, more, SEED);
    const { inputs: channels, state } = channelLayout(more);
    const width = checkpoint.modelConfig.latent_size;
    for (const name of [GRID, MESH]) {
      const weights = parameters.get(name)!;
      const rows = channels.length + NODE_FEATURES;
      expect(weights).toHaveLength(rows * width);
      const fresh = channels.flatMap(({ level }, row) =>
        level === 100 ? [...weights.subarray(row * width, (row + 1) * width)] : [],
      );
      expect(fresh.length).toBe(12 * width);
      expect(Math.max(...fresh.map(Math.abs))).toBeLessThanOrEqual(2 / Math.sqrt(rows));
      const deviation = Math.sqrt(fresh.reduce((sum, w) => sum + w * w, 0) / fresh.length);
      expect(deviation * Math.sqrt(rows)).toBeGreaterThan(0.75); // 0.88 of a cut normal distribution
      expect(deviation * Math.sqrt(rows)).toBeLessThan(1);
      // The structural features follow the channels.
      const old = checkpoint.parameters.get(name)!.data;
      expect(weights.slice(-NODE_FEATURES * width)).toEqual(old.slice(-NODE_FEATURES * width));
    }
    const biases = parameters.get(`${LAST}:b`)!;
    const oldBiases = checkpoint.parameters.get(`${LAST}:b`)!.data;
    let next = 0;
    for (const [c, { level }] of state.entries())
      expect(biases[c]).toBe(level === 100 ? 0 : oldBiases[next++]);
    const other = carryOver(checkpoint, more, SEED + 1).parameters;
    expect(other.get(GRID)).not.toEqual(parameters.get(GRID));
  });

  it('count an output as new when it is no longer a change from the input', () => {
    const precipitationOut: Task = {
      ...checkpoint.task,
      inputVariables: TASKS.TASK_13_PRECIP_OUT.inputVariables,
    };
    const carried = carryOver(checkpoint, precipitationOut, SEED);
    const { inputs, outputs } = carried;
    expect(carriedInWords('input', inputs)).toBe(
      '85 of 85 input channels carried over; new: none; dropped: total_precipitation_6hr',
    );
    expect(carriedInWords('output', outputs)).toBe(
      '34 of 35 output channels carried over; new: total_precipitation_6hr; dropped: total_precipitation_6hr',
    );
    // The new output begins at random in the decoder, and no input is new.
    expect(frozenWithNew(carried, ['encoder', 'processor'])).toEqual([]);
    expect(frozenWithNew(carried, ['encoder', 'decoder'])).toEqual(['decoder']);
    expect(isSameTask(carried)).toBe(false);
    expect(isSameTask(carriedTask(checkpoint.task, checkpoint.task))).toBe(true);
  });
});
