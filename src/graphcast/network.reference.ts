/**
 * GraphCast's network in float64, forward and backward, as GraphCast itself writes it (spec 5.2): edge inputs are
 * concatenated [edge, sender, receiver], node inputs [node, Σ messages], and every latent is kept.
 */
import type { EdgeSet, GraphCastGraph } from '../mesh/graph';
import { add, concatenate, gather, mlp, type Parameters, segmentSum } from './layers.reference';
import { NODE_FEATURES } from './parameters';

/** The network's latents and output for one sample; all `[nodes, width]`. */
export interface NetworkResult {
  latentMeshAfterEncoder: Float64Array;
  latentGridAfterEncoder: Float64Array;
  latentMeshAfterProcessor: Float64Array;
  /** Of each processor step: its messages [mesh edges, L] and the mesh latents after it [mesh nodes, L]. */
  processorSteps: { messages: Float64Array; mesh: Float64Array }[];
  /** Gradients of the mesh latents before the first processor step and after each, once `backward` has run. */
  meshGradients: Float64Array[];
  /** [grid nodes, output channels] */
  output: Float64Array;
  /**
   * Adds to the gradients of `parameters` and returns the gradient with respect to the input channels,
   * [grid nodes, input channels], given the one with respect to `output`.
   */
  backward: (outputGradient: Float64Array) => Float64Array;
}

/**
 * Runs encoder, processor and decoder on one sample.
 * @param channels normalised input channels without structural features, [grid nodes, input channels]
 */
export function network(
  parameters: Parameters,
  graph: GraphCastGraph,
  channels: Float64Array,
): NetworkResult {
  const encoded = encoder(parameters, graph, channels);
  const processed = processor(parameters, graph, encoded.mesh);
  const decoded = decoder(parameters, graph, processed.mesh, encoded.grid);
  return {
    latentMeshAfterEncoder: encoded.mesh,
    latentGridAfterEncoder: encoded.grid,
    latentMeshAfterProcessor: processed.mesh,
    processorSteps: processed.steps.map(({ messages, mesh }) => ({ messages: messages.output, mesh })),
    meshGradients: processed.gradients,
    output: decoded.output,
    backward: (outputGradient) => {
      const gradient = decoded.backward(outputGradient);
      return encoded.backward(processed.backward(gradient.mesh), gradient.grid);
    },
  };
}

/** grid2mesh_gnn: embeds grid, mesh and edges, and sends one message along every grid-to-mesh edge. */
function encoder(parameters: Parameters, graph: GraphCastGraph, channels: Float64Array) {
  const module = 'grid2mesh_gnn/~_networks_builder';
  const gridInput = withStructure(channels, graph.gridNodeFeatures, graph.gridNodes);
  const noChannels = new Float64Array((channels.length / graph.gridNodes) * graph.meshNodes);
  const meshInput = withStructure(noChannels, graph.meshNodeFeatures, graph.meshNodes);

  const grid = mlp(parameters, `${module}/encoder_nodes_grid_nodes`, gridInput);
  const mesh = mlp(parameters, `${module}/encoder_nodes_mesh_nodes`, meshInput);
  const edges = mlp(
    parameters,
    `${module}/encoder_edges_grid2mesh`,
    Float64Array.from(graph.grid2mesh.features),
  );

  const messages = edgeUpdate(
    parameters,
    `${module}/processor_edges_0_grid2mesh`,
    graph.grid2mesh,
    edges.output,
    grid.output,
    mesh.output,
  );
  const meshUpdate = nodeUpdate(
    parameters,
    `${module}/processor_nodes_0_mesh_nodes`,
    graph.grid2mesh,
    mesh.output,
    messages.output,
  );
  const gridUpdate = mlp(parameters, `${module}/processor_nodes_0_grid_nodes`, grid.output);

  const backward = (dMesh: Float64Array, dGrid: Float64Array) => {
    const toMeshUpdate = meshUpdate.backward(dMesh);
    const toMessages = messages.backward(toMeshUpdate.messages);
    edges.backward(toMessages.edges);
    mesh.backward(add(dMesh, add(toMeshUpdate.nodes, toMessages.receivers)));
    const dGridInput = grid.backward(add(dGrid, add(gridUpdate.backward(dGrid), toMessages.senders)));
    return withoutStructure(dGridInput, graph.gridNodes);
  };
  return { mesh: add(mesh.output, meshUpdate.output), grid: add(grid.output, gridUpdate.output), backward };
}

/** mesh_gnn: `gnn_msg_steps` unshared message-passing steps on the multi-mesh, with residuals on nodes and edges. */
function processor(parameters: Parameters, graph: GraphCastGraph, latentMesh: Float64Array) {
  const module = 'mesh_gnn/~_networks_builder';
  const embedded = mlp(parameters, `${module}/encoder_edges_mesh`, Float64Array.from(graph.mesh.features));
  let nodes = latentMesh;
  let edges = embedded.output;
  const steps: { messages: EdgeUpdate; update: NodeUpdate; mesh: Float64Array }[] = [];
  const gradients: Float64Array[] = [];
  for (let i = 0; parameters.has(`${module}/processor_edges_${i}_mesh_mlp/~/linear_0:w`); i++) {
    const messages = edgeUpdate(
      parameters,
      `${module}/processor_edges_${i}_mesh`,
      graph.mesh,
      edges,
      nodes,
      nodes,
    );
    const update = nodeUpdate(
      parameters,
      `${module}/processor_nodes_${i}_mesh_nodes`,
      graph.mesh,
      nodes,
      messages.output, // the new messages alone, before the edge residual
    );
    nodes = add(nodes, update.output);
    edges = add(edges, messages.output);
    steps.push({ messages, update, mesh: nodes });
  }

  const backward = (dMesh: Float64Array) => {
    let dNodes = dMesh;
    gradients.unshift(dNodes);
    let dEdges: Float64Array = new Float64Array(edges.length); // the last edge latents go nowhere
    for (const { messages, update } of steps.toReversed()) {
      const toUpdate = update.backward(dNodes);
      const toMessages = messages.backward(add(dEdges, toUpdate.messages));
      dNodes = add(dNodes, add(toUpdate.nodes, add(toMessages.senders, toMessages.receivers)));
      dEdges = add(dEdges, toMessages.edges);
      gradients.unshift(dNodes);
    }
    embedded.backward(dEdges);
    return dNodes;
  };
  return { mesh: nodes, steps, gradients, backward };
}

/**
 * mesh2grid_gnn: one message along every mesh-to-grid edge, then the output MLP on the grid nodes. GraphCast
 * updates the mesh nodes here too; nothing reads the result, so it is left out and its gradients stay zero.
 */
function decoder(
  parameters: Parameters,
  graph: GraphCastGraph,
  latentMesh: Float64Array,
  latentGrid: Float64Array,
) {
  const module = 'mesh2grid_gnn/~_networks_builder';
  const edges = mlp(
    parameters,
    `${module}/encoder_edges_mesh2grid`,
    Float64Array.from(graph.mesh2grid.features),
  );
  const messages = edgeUpdate(
    parameters,
    `${module}/processor_edges_0_mesh2grid`,
    graph.mesh2grid,
    edges.output,
    latentMesh,
    latentGrid,
  );
  const update = nodeUpdate(
    parameters,
    `${module}/processor_nodes_0_grid_nodes`,
    graph.mesh2grid,
    latentGrid,
    messages.output,
  );
  const decoded = mlp(parameters, `${module}/decoder_nodes_grid_nodes`, add(latentGrid, update.output));

  const backward = (outputGradient: Float64Array) => {
    const dGrid = decoded.backward(outputGradient);
    const toUpdate = update.backward(dGrid);
    const toMessages = messages.backward(toUpdate.messages);
    edges.backward(toMessages.edges);
    return { mesh: toMessages.senders, grid: add(dGrid, add(toUpdate.nodes, toMessages.receivers)) };
  };
  return { output: decoded.output, backward };
}

type EdgeUpdate = ReturnType<typeof edgeUpdate>;
type NodeUpdate = ReturnType<typeof nodeUpdate>;

/** New messages of every edge: MLP of [edge, sender, receiver]. Latents are [edges, L] and [nodes, L]. */
function edgeUpdate(
  parameters: Parameters,
  module: string,
  { senders, receivers }: EdgeSet,
  edges: Float64Array,
  senderNodes: Float64Array,
  receiverNodes: Float64Array,
) {
  const width = edges.length / senders.length;
  const sent = gather(senderNodes, senders, width);
  const received = gather(receiverNodes, receivers, width);
  const joined = concatenate([edges, sent.output, received.output], width);
  const messages = mlp(parameters, module, joined.output);
  const backward = (dMessages: Float64Array) => {
    const [dEdges, dSent, dReceived] = joined.backward(messages.backward(dMessages));
    return { edges: dEdges, senders: sent.backward(dSent), receivers: received.backward(dReceived) };
  };
  return { output: messages.output, backward };
}

/** Update of every receiving node: MLP of [node, Σ messages]. */
function nodeUpdate(
  parameters: Parameters,
  module: string,
  { receivers }: EdgeSet,
  nodes: Float64Array,
  messages: Float64Array,
) {
  const width = messages.length / receivers.length;
  const sums = segmentSum(messages, receivers, nodes.length / width, width);
  const joined = concatenate([nodes, sums.output], width);
  const update = mlp(parameters, module, joined.output);
  const backward = (dUpdate: Float64Array) => {
    const [dNodes, dSums] = joined.backward(update.backward(dUpdate));
    return { nodes: dNodes, messages: sums.backward(dSums) };
  };
  return { output: update.output, backward };
}

/** [nodes, channels + 3]: the structural features are appended to the channels (spec 4.2). */
function withStructure(channels: Float64Array, features: Float32Array, nodes: number): Float64Array {
  const count = channels.length / nodes;
  const structural = features.length / nodes;
  const joined = new Float64Array(channels.length + features.length);
  for (let n = 0; n < nodes; n++) {
    const start = n * (count + structural);
    joined.set(channels.subarray(n * count, (n + 1) * count), start);
    joined.set(features.subarray(n * structural, (n + 1) * structural), start + count);
  }
  return joined;
}

function withoutStructure(joined: Float64Array, nodes: number): Float64Array {
  const width = joined.length / nodes;
  const count = width - NODE_FEATURES;
  const channels = new Float64Array(nodes * count);
  for (let n = 0; n < nodes; n++) {
    channels.set(joined.subarray(n * width, n * width + count), n * count);
  }
  return channels;
}
