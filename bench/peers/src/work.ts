/**
 * The `train_step:6deg` work: one AdamW step of a small GraphCast on arrays that anybody can make again. Each array is
 * uniform noise from an integer hash of its name, so every peer, in Node or in a browser, sees the same bits.
 */
import type { ModelConfig } from '../../../src/graphcast/config';
import { buildGraph, type EdgeSet, type GraphCastGraph } from '../../../src/mesh/graph';
import { latitudeWeights } from '../../../src/training/loss_weights';
import type { OptimizerConfig } from '../../../src/training/run_config';
import type { Task } from '../../../src/weather/task';

export const WORK_NAME = 'train_step:6deg';
export const LEARNING_RATE = 1e-3;
/** Without clipping, which no peer has: the norm never comes near. */
export const ADAMW: OptimizerConfig = { b1: 0.9, b2: 0.95, eps: 1e-8, weight_decay: 0.1, clip_norm: 1e9 };

export const MODEL: ModelConfig = {
  resolution: 6,
  mesh_size: 3,
  latent_size: 64,
  gnn_msg_steps: 4,
  hidden_layers: 1,
  radius_query_fraction_edge_length: 0.6,
};

const SURFACE = [
  '10m_u_component_of_wind',
  '10m_v_component_of_wind',
  '2m_temperature',
  'mean_sea_level_pressure',
  'total_precipitation_6hr',
];
const ATMOSPHERIC = [
  'geopotential',
  'specific_humidity',
  'temperature',
  'u_component_of_wind',
  'v_component_of_wind',
  'vertical_velocity',
];
const FORCINGS = ['toa_incident_solar_radiation', 'year_progress_cos', 'year_progress_sin'];

/** 17 fields to predict from 45: two frames of them, three forcings at three times, two static fields. */
export const TASK: Task = {
  inputVariables: [...SURFACE, ...ATMOSPHERIC, ...FORCINGS, 'geopotential_at_surface', 'land_sea_mask'],
  targetVariables: [...SURFACE, ...ATMOSPHERIC],
  forcingVariables: FORCINGS,
  pressureLevels: [500, 850],
  inputDuration: '12h',
};
const INPUTS = 45;
const OUTPUTS = 17;
/** sin(latitude), cos(longitude), sin(longitude), behind the channels of every node. */
const STRUCTURE = 3;

/** A matrix or a vector, row by row. */
export interface FloatArray {
  shape: number[];
  data: Float32Array;
}

interface Module {
  /** In the names of the work's arrays. */
  peer: string;
  /** In GraphCast's checkpoints. */
  graphcast: string;
  inputs: number;
  outputs: number;
  layerNorm: boolean;
}

const LATENT = MODEL.latent_size;
const latentModule = (peer: string, graphcast: string, inputs: number): Module => ({
  peer,
  graphcast,
  inputs,
  outputs: LATENT,
  layerNorm: true,
});
const [ENCODER, PROCESSOR, DECODER] = ['grid2mesh_gnn', 'mesh_gnn', 'mesh2grid_gnn'].map(
  (name) => `${name}/~_networks_builder`,
);

/** Every network of the model but the decoder's update of mesh nodes, which nothing reads. */
const MODULES: Module[] = [
  latentModule('embed_grid', `${ENCODER}/encoder_nodes_grid_nodes`, INPUTS + STRUCTURE),
  latentModule('embed_mesh', `${ENCODER}/encoder_nodes_mesh_nodes`, INPUTS + STRUCTURE),
  latentModule('embed_g2m', `${ENCODER}/encoder_edges_grid2mesh`, 4),
  latentModule('g2m_edge', `${ENCODER}/processor_edges_0_grid2mesh`, 3 * LATENT),
  latentModule('g2m_mesh', `${ENCODER}/processor_nodes_0_mesh_nodes`, 2 * LATENT),
  latentModule('g2m_grid', `${ENCODER}/processor_nodes_0_grid_nodes`, LATENT),
  latentModule('embed_mesh_edge', `${PROCESSOR}/encoder_edges_mesh`, 4),
  ...Array.from({ length: MODEL.gnn_msg_steps }, (_, s) => [
    latentModule(`proc${s}_edge`, `${PROCESSOR}/processor_edges_${s}_mesh`, 3 * LATENT),
    latentModule(`proc${s}_node`, `${PROCESSOR}/processor_nodes_${s}_mesh_nodes`, 2 * LATENT),
  ]).flat(),
  latentModule('embed_m2g', `${DECODER}/encoder_edges_mesh2grid`, 4),
  latentModule('m2g_edge', `${DECODER}/processor_edges_0_mesh2grid`, 3 * LATENT),
  latentModule('m2g_grid', `${DECODER}/processor_nodes_0_grid_nodes`, 2 * LATENT),
  {
    peer: 'decode',
    graphcast: `${DECODER}/decoder_nodes_grid_nodes`,
    inputs: LATENT,
    outputs: OUTPUTS,
    layerNorm: false,
  },
];

/** GraphCast's name of a parameter array: `g2m_edge.w0` is `.../processor_edges_0_grid2mesh_mlp/~/linear_0:w`. */
export function graphcastName(parameter: string): string {
  const [peer, array] = parameter.split('.');
  const { graphcast } = MODULES.find((module) => module.peer === peer)!;
  const [, letter, layer] = /^([wb])(\d)$/.exec(array) ?? [];
  return letter ? `${graphcast}_mlp/~/linear_${layer}:${letter}` : `${graphcast}_layer_norm:${array}`;
}

export interface Work {
  graph: GraphCastGraph;
  /** Normalised input channels [grid nodes, 45], without structural features. */
  channels: FloatArray;
  /** Normalised target [grid nodes, 17]. */
  target: FloatArray;
  /** What each square error counts for in the mean that is the loss: area (mean 1) times channel weight. */
  area: Float32Array;
  channelWeights: Float32Array;
  /** By the work's own names. */
  parameters: Record<string, FloatArray>;
  /** Of forward and backward, in multiply-adds counted twice, with concatenated edge inputs as GraphCast writes them. */
  flops: number;
}

export function trainStepWork(): Work {
  const latitudes = Float32Array.from({ length: 31 }, (_, i) => -90 + 6 * i);
  const longitudes = Float32Array.from({ length: 60 }, (_, i) => 6 * i);
  const graph = buildGraph({
    latitudes,
    longitudes,
    meshSize: MODEL.mesh_size,
    radiusQueryFractionEdgeLength: MODEL.radius_query_fraction_edge_length,
  });
  const rows = latitudeWeights(latitudes);
  const unit = Math.sqrt(3); // scale that gives unit variance
  return {
    graph,
    channels: uniform('train.in', [graph.gridNodes, INPUTS], unit),
    target: uniform('train.target', [graph.gridNodes, OUTPUTS], unit),
    area: Float32Array.from({ length: graph.gridNodes }, (_, g) => rows[Math.floor(g / longitudes.length)]),
    channelWeights: Float32Array.from({ length: OUTPUTS }, (_, c) => (c < 5 && c !== 2 ? 0.1 : 1)),
    parameters: Object.assign({}, ...MODULES.map((module) => moduleParameters(module, unit))),
    flops: workFlops(graph),
  };
}

function moduleParameters(module: Module, unit: number): Record<string, FloatArray> {
  const { peer, inputs, outputs, layerNorm } = module;
  const arrays: Record<string, FloatArray> = {
    [`${peer}.w0`]: uniform(`${peer}.w0`, [inputs, LATENT], unit / Math.sqrt(inputs)),
    [`${peer}.b0`]: uniform(`${peer}.b0`, [LATENT], 0.1),
    [`${peer}.w1`]: uniform(`${peer}.w1`, [LATENT, outputs], unit / Math.sqrt(LATENT)),
    [`${peer}.b1`]: uniform(`${peer}.b1`, [outputs], 0.1),
  };
  if (layerNorm) {
    arrays[`${peer}.scale`] = uniform(`${peer}.scale`, [outputs], 0.1, 1);
    arrays[`${peer}.offset`] = uniform(`${peer}.offset`, [outputs], 0.1);
  }
  return arrays;
}

/** Uniform numbers in [-scale, scale) plus `shift`; the stream depends on the name alone. */
function uniform(name: string, shape: number[], scale: number, shift = 0): FloatArray {
  let state = 2166136261;
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 16777619);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    mixed ^= mixed >>> 15;
    data[i] = ((mixed >>> 8) / 8388608 - 1) * scale + shift;
  }
  return { shape, data };
}

function workFlops({ gridNodes, meshNodes, grid2mesh, mesh, mesh2grid }: GraphCastGraph): number {
  const edges = ({ senders }: EdgeSet) => senders.length;
  const rowsOf: Record<string, number> = {
    embed_grid: gridNodes,
    embed_mesh: meshNodes,
    embed_g2m: edges(grid2mesh),
    g2m_edge: edges(grid2mesh),
    g2m_mesh: meshNodes,
    g2m_grid: gridNodes,
    embed_mesh_edge: edges(mesh),
    embed_m2g: edges(mesh2grid),
    m2g_edge: edges(mesh2grid),
    m2g_grid: gridNodes,
    decode: gridNodes,
  };
  return MODULES.reduce((sum, { peer, inputs, outputs }) => {
    const rows = rowsOf[peer] ?? (peer.endsWith('_edge') ? edges(mesh) : meshNodes);
    const isEmbedding = peer.startsWith('embed_'); // nobody wants the gradient of its input
    return sum + 2 * rows * LATENT * (inputs * (isEmbedding ? 2 : 3) + outputs * 3);
  }, 0);
}
