import type { GraphCastGraph } from '../mesh/graph';
import type { Memory } from '../webgpu/memory';
import { matrix, type Tensor } from '../webgpu/tensor';
import type { ModelConfig } from './config';
import { type DecoderTape, recordDecoder, recordDecoderBackward } from './decoder';
import { type BlockedEdges, uploadEdgeBlocks } from './edge_blocks';
import { type EncoderTape, recordEncoder, recordEncoderBackward } from './encoder';
import { type ProcessorTape, recordProcessor, recordProcessorBackward } from './processor';
import type { RecomputePolicy, Recorder } from './recorder';

/** The graph as the network reads it on the GPU. */
export interface GraphTensors {
  /** [grid nodes, 3] */
  gridFeatures: Tensor;
  /** [mesh nodes, 3] */
  meshFeatures: Tensor;
  grid2mesh: BlockedEdges;
  mesh: BlockedEdges;
  mesh2grid: BlockedEdges;
}

export interface NetworkTape {
  encoder: EncoderTape;
  processor: ProcessorTape;
  decoder: DecoderTape;
}

/**
 * Uploads the graph.
 * @param blockBytes what the latents of one block of edges should take, and `maxBytes` what they may take at most
 */
export function uploadGraph(
  memory: Memory,
  graph: GraphCastGraph,
  latent: number,
  blockBytes: number,
  maxBytes: number,
): GraphTensors {
  const { gridNodes, meshNodes } = graph;
  const features = (name: string, rows: number, values: Float32Array) => {
    const tensor = matrix(name, rows, 3);
    memory.add(tensor);
    memory.write(tensor, values);
    return tensor;
  };
  const edges = (name: 'grid2mesh' | 'mesh' | 'mesh2grid', senders: number, receivers: number) =>
    uploadEdgeBlocks(memory, name, graph[name], senders, receivers, latent, blockBytes, maxBytes);
  return {
    gridFeatures: features('grid node features', gridNodes, graph.gridNodeFeatures),
    meshFeatures: features('mesh node features', meshNodes, graph.meshNodeFeatures),
    grid2mesh: edges('grid2mesh', gridNodes, meshNodes),
    mesh: edges('mesh', meshNodes, meshNodes),
    mesh2grid: edges('mesh2grid', meshNodes, gridNodes),
  };
}

/**
 * Records GraphCast's network, encoder to decoder (spec 5.2).
 * @param gridInput [grid nodes, input channels + 3], normalised
 * @returns y [grid nodes, output channels], normalised
 */
export function recordNetwork(
  net: Recorder,
  config: ModelConfig,
  graph: GraphTensors,
  gridInput: Tensor,
  outputChannels: number,
  policy: RecomputePolicy,
): { y: Tensor; tape: NetworkTape; latents: { grid: Tensor; mesh: Tensor; processed: Tensor } } {
  const encoded = recordEncoder(net, gridInput, graph.meshFeatures, graph.grid2mesh, policy);
  const processed = recordProcessor(net, encoded.mesh, graph.mesh, config.gnn_msg_steps, policy);
  const decoded = recordDecoder(net, processed.mesh, encoded.grid, graph.mesh2grid, outputChannels, policy);
  return {
    y: decoded.y,
    tape: { encoder: encoded.tape, processor: processed.tape, decoder: decoded.tape },
    latents: { grid: encoded.grid, mesh: encoded.mesh, processed: processed.mesh },
  };
}

/**
 * Records the network's gradient: parameters' gradients are added up in `net.gradients`.
 * @param dy gradient of the output [grid nodes, output channels]
 * @param dGridInput takes the gradient of the grid input where a rollout wants it
 */
export function recordNetworkBackward(
  net: Recorder,
  tape: NetworkTape,
  dy: Tensor,
  dGridInput?: Tensor,
): void {
  const { dGrid, dMesh } = recordDecoderBackward(net, tape.decoder, dy);
  recordProcessorBackward(net, tape.processor, dMesh);
  recordEncoderBackward(net, tape.encoder, dGrid, dMesh, dGridInput);
}
