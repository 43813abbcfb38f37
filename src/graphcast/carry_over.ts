import { type Channel, type ChannelLayout, channelLayout, channelsInWords } from '../weather/channels';
import type { Task } from '../weather/task';
import { type Checkpoint, parametersOf } from './checkpoint';
import { initialiseParameters, NODE_FEATURES, type Part, parameterArrays } from './parameters';

/** What became of the channels at one end of the network. */
export interface CarriedChannels {
  /** Channels of the new task. */
  total: number;
  /** Those of them whose weights come from the checkpoint. */
  carried: number;
  /** Channels that the checkpoint does not have. */
  added: Channel[];
  /** The checkpoint's channels that the new task does without. */
  dropped: Channel[];
}

/** At both ends. */
export interface CarriedTask {
  inputs: CarriedChannels;
  outputs: CarriedChannels;
}

export interface CarriedOver extends CarriedTask {
  /** By name, for every array of the checkpoint's network with the new task's channels. */
  parameters: Map<string, Float32Array>;
}

/**
 * A checkpoint's parameters for another task, to fine-tune from. What does not depend on the channels is taken as it
 * is. In the first layer of the nodes, rows of the same variable, level and time are carried over; in the last layer,
 * columns and biases of the same variable and level. Rows and columns of new channels are initialised as in a new
 * network of that size. An output that changes between residual and full value (spec 7) counts as a new one, for its
 * numbers mean something else.
 *
 * @param seed of the new channels' weights
 * @throws ConfigError when the task is not valid
 */
export function carryOver(checkpoint: Checkpoint, task: Task, seed: number): CarriedOver {
  const { modelConfig, parameters } = checkpoint;
  const carried = carriedTask(checkpoint.task, task);
  if (isSameTask(carried)) return { parameters: parametersOf(checkpoint), ...carried };
  const { from, to, inputs, outputs } = matched(checkpoint.task, task);
  // The structural features follow the channels in both.
  const structural = Array.from({ length: NODE_FEATURES }, (_, i) => from.inputs.length + i);
  const rows = [...inputs, ...structural];

  const arrays = parameterArrays(modelConfig, to.inputs.length, to.state.length);
  const values = initialiseParameters(arrays, seed);
  const last = `mesh2grid_gnn/~_networks_builder/decoder_nodes_grid_nodes_mlp/~/linear_${modelConfig.hidden_layers}`;
  for (const { name, shape } of arrays) {
    const old = parameters.get(name)!.data;
    const target = values.get(name)!;
    const width = shape[shape.length - 1];
    if (isFirstLayer(name)) {
      for (const [row, source] of rows.entries()) {
        if (source !== undefined) target.set(old.subarray(source * width, (source + 1) * width), row * width);
      }
    } else if (name.startsWith(`${last}:`)) {
      copyColumns(old, from.state.length, target, outputs);
    } else {
      target.set(old);
    }
  }
  return { parameters: values, ...carried };
}

/**
 * What {@link carryOver} would do with a task's channels.
 * @throws ConfigError when a task is not valid
 */
export function carriedTask(checkpointTask: Task, task: Task): CarriedTask {
  const { from, to, inputs, outputs } = matched(checkpointTask, task);
  return {
    inputs: report(from.inputs, to.inputs, inputs),
    outputs: report(from.state, to.state, outputs),
  };
}

export function isSameTask({ inputs, outputs }: CarriedTask): boolean {
  return [inputs, outputs].every(({ added, dropped }) => added.length === 0 && dropped.length === 0);
}

/** The frozen parts that have new channels, which stay as they were initialised. */
export function frozenWithNew({ inputs, outputs }: CarriedTask, frozen: readonly Part[]): Part[] {
  return frozen.filter(
    (part) =>
      (part === 'encoder' && inputs.added.length > 0) || (part === 'decoder' && outputs.added.length > 0),
  );
}

/** The channels of two tasks, and where each of the second one's is among the first one's. */
function matched(checkpointTask: Task, task: Task) {
  const [from, to] = [channelLayout(checkpointTask), channelLayout(task)];
  const inputs = match(inputKeys(from), inputKeys(to));
  const outputs = match(outputKeys(from), outputKeys(to));
  return { from, to, inputs, outputs };
}

/** The first layers of both kinds of nodes take the channels; those of mesh nodes see zeros there (spec 5.2). */
function isFirstLayer(name: string): boolean {
  return /^grid2mesh_gnn\/~_networks_builder\/encoder_nodes_(grid|mesh)_nodes_mlp\/~\/linear_0:w$/.test(name);
}

/** Column c of `target` becomes column `sources[c]` of `old`, where there is one; a vector is one row. */
function copyColumns(
  old: Float32Array,
  oldWidth: number,
  target: Float32Array,
  sources: (number | undefined)[],
): void {
  const width = sources.length;
  for (let row = 0; row < target.length / width; row++) {
    for (const [column, source] of sources.entries()) {
      if (source !== undefined) target[row * width + column] = old[row * oldWidth + source];
    }
  }
}

function inputKeys({ inputs }: ChannelLayout): string[] {
  return inputs.map(({ variable, level, frame }) => `${variable} ${level} ${frame}`);
}

function outputKeys({ state, residual }: ChannelLayout): string[] {
  return state.map(({ variable, level }, c) => `${variable} ${level} ${residual[c] ? 'residual' : 'full'}`);
}

/** Per new key: where it was. */
function match(from: string[], to: string[]): (number | undefined)[] {
  const places = new Map(from.map((key, i) => [key, i]));
  return to.map((key) => places.get(key));
}

function report(from: Channel[], to: Channel[], sources: (number | undefined)[]): CarriedChannels {
  const kept = new Set(sources);
  const added = to.filter((_, c) => sources[c] === undefined);
  return {
    total: to.length,
    carried: to.length - added.length,
    added,
    dropped: from.filter((_, c) => !kept.has(c)),
  };
}

/** Such as '68 of 83 output channels carried over; new: temperature (50, 100 hPa); dropped: none'. */
export function carriedInWords(
  end: 'input' | 'output',
  { total, carried, added, dropped }: CarriedChannels,
): string {
  const wordsOf = (channels: Channel[]) => channelsInWords(channels) || 'none';
  return `${carried} of ${total} ${end} channels carried over; new: ${wordsOf(added)}; dropped: ${wordsOf(dropped)}`;
}
