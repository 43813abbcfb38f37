/**
 * The network's parameter arrays, with the names and shapes that GraphCast's checkpoints use (spec 5.3).
 */

import { randomStream } from '../weather/random';
import type { ModelConfig } from './config';

export interface ParameterArray {
  /** `module:array`, e.g. `mesh_gnn/~_networks_builder/encoder_edges_mesh_layer_norm:scale`. */
  name: string;
  /** `[rows in, columns out]` of a linear layer's `w`, `[width]` of anything else. */
  shape: number[];
}

/** sin(latitude), cos(longitude), sin(longitude): appended to the channels of every node (spec 4.2). */
export const NODE_FEATURES = 3;
/** Length and displacement of an edge in its receiver's frame (spec 4.3). */
export const EDGE_FEATURES = 4;

/**
 * Every array of a checkpoint, in the reference's order, dead ones included.
 * @param inputChannels stacked channels without the structural features: 183 for TASK_13
 * @param outputChannels 83 for TASK_13
 */
export function parameterArrays(
  config: ModelConfig,
  inputChannels: number,
  outputChannels: number,
): ParameterArray[] {
  const latent = config.latent_size;
  const nodeInput = inputChannels + NODE_FEATURES;
  const mlp = (module: string, from: number, to: number) => mlpArrays(module, from, to, config);
  const normalised = (module: string, from: number) => [
    ...mlp(module, from, latent),
    { name: `${module}_layer_norm:scale`, shape: [latent] },
    { name: `${module}_layer_norm:offset`, shape: [latent] },
  ];

  const encoder = 'grid2mesh_gnn/~_networks_builder';
  const processor = 'mesh_gnn/~_networks_builder';
  const decoder = 'mesh2grid_gnn/~_networks_builder';
  const steps = Array.from({ length: config.gnn_msg_steps }, (_, step) => step);
  return [
    ...normalised(`${encoder}/encoder_edges_grid2mesh`, EDGE_FEATURES),
    ...normalised(`${encoder}/encoder_nodes_grid_nodes`, nodeInput),
    ...normalised(`${encoder}/encoder_nodes_mesh_nodes`, nodeInput),
    ...normalised(`${encoder}/processor_edges_0_grid2mesh`, 3 * latent),
    ...normalised(`${encoder}/processor_nodes_0_grid_nodes`, latent),
    ...normalised(`${encoder}/processor_nodes_0_mesh_nodes`, 2 * latent),

    ...normalised(`${processor}/encoder_edges_mesh`, EDGE_FEATURES),
    ...steps.flatMap((step) => [
      ...normalised(`${processor}/processor_edges_${step}_mesh`, 3 * latent),
      ...normalised(`${processor}/processor_nodes_${step}_mesh_nodes`, 2 * latent),
    ]),

    ...normalised(`${decoder}/encoder_edges_mesh2grid`, EDGE_FEATURES),
    ...normalised(`${decoder}/processor_edges_0_mesh2grid`, 3 * latent),
    ...normalised(`${decoder}/processor_nodes_0_grid_nodes`, 2 * latent),
    ...normalised(`${decoder}/processor_nodes_0_mesh_nodes`, latent),
    ...mlp(`${decoder}/decoder_nodes_grid_nodes`, latent, outputChannels),
  ];
}

/** `hidden_layers` linear layers of the latent width, then one to the output width. */
function mlpArrays(module: string, from: number, to: number, config: ModelConfig): ParameterArray[] {
  const widths = [from, ...Array<number>(config.hidden_layers).fill(config.latent_size), to];
  return widths.slice(1).flatMap((width, layer) => [
    { name: `${module}_mlp/~/linear_${layer}:w`, shape: [widths[layer], width] },
    { name: `${module}_mlp/~/linear_${layer}:b`, shape: [width] },
  ]);
}

/** The network's three parts, which fine-tuning may freeze. */
export const PARTS = ['encoder', 'processor', 'decoder'] as const;
export type Part = (typeof PARTS)[number];

/** The part that an array belongs to. */
export function partOf(name: string): Part {
  if (name.startsWith('grid2mesh_gnn/')) return 'encoder';
  return name.startsWith('mesh_gnn/') ? 'processor' : 'decoder';
}

/**
 * The module that an array belongs to, for people: the encoder, the embedding of the mesh edges, one of the processor's
 * message-passing steps (counted from 0, as in the arrays' names), or the decoder.
 */
export function moduleOf(name: string): string {
  const part = partOf(name);
  if (part !== 'processor') return part;
  const step = /\/processor_(?:edges|nodes)_(\d+)_/.exec(name)?.[1];
  return step === undefined ? 'mesh edge embedding' : `processor step ${step}`;
}

/**
 * Whether nothing depends on the array: the decoder updates its mesh nodes too, and drops the result
 * (spec 5.2). Such arrays are stored and written back, and their gradient is zero.
 */
export function isDead(name: string): boolean {
  return name.startsWith('mesh2grid_gnn/~_networks_builder/processor_nodes_0_mesh_nodes_');
}

/** Whether weight decay applies: to weight matrices only, not to biases, scales and offsets (spec 11). */
export function isMatrix(array: ParameterArray): boolean {
  return array.shape.length > 1;
}

/** Number of values in an array of the given shape. */
export function elementCount(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Initial values (spec 5.1): weights from a normal distribution of deviation 1/sqrt(rows) cut at two
 * deviations, scales one, biases and offsets zero. Each array draws from its own stream, so that it
 * does not change when others come or go.
 */
export function initialiseParameters(arrays: ParameterArray[], seed: number): Map<string, Float32Array> {
  return new Map(arrays.map((array) => [array.name, initialValues(array, seed)]));
}

function initialValues({ name, shape }: ParameterArray, seed: number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  if (name.endsWith(':scale')) return values.fill(1);
  if (!name.endsWith(':w')) return values;
  const random = randomStream(seed, name);
  const deviation = 1 / Math.sqrt(shape[0]);
  for (let i = 0; i < values.length; i++) values[i] = deviation * truncatedNormal(random);
  return values;
}

/** Standard normal within two deviations: Box-Muller, drawn again when outside. */
function truncatedNormal(random: () => number): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const value = radius * Math.cos(2 * Math.PI * random());
    if (Math.abs(value) <= 2) return value;
  }
}
