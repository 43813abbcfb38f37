import type { Tensor } from '../webgpu/tensor';
import type { BlockedEdges } from './edge_blocks';
import {
  type MessagesTape,
  type NormedMlp,
  recordConstantEmbedding,
  recordEmbedding,
  recordEmbeddingBackward,
  recordMessages,
  recordMessagesBackward,
  recordNodeUpdate,
  recordNodeUpdateBackward,
} from './messages';
import type { RecomputePolicy, Recorder } from './recorder';

const PATH = 'grid2mesh_gnn/~_networks_builder';

/** Rows of the mesh nodes' first weight that meet the structural features; the rows before meet only zeros. */
const STRUCTURAL_SECTION = 1;

export interface EncoderTape {
  grid: NormedMlp;
  mesh: NormedMlp;
  messages: MessagesTape;
  meshUpdate: NormedMlp;
  gridUpdate: NormedMlp;
}

/**
 * Records the encoder, grid2mesh_gnn (spec 5.2 step 2): embeds grid nodes, mesh nodes and edges, sends one round of
 * messages from the grid to the mesh, updates both.
 *
 * @param gridInput [grid nodes, channels + 3], normalised
 * @param meshFeatures [mesh nodes, 3]
 * @returns latents [grid nodes, latent] and [mesh nodes, latent]
 */
export function recordEncoder(
  net: Recorder,
  gridInput: Tensor,
  meshFeatures: Tensor,
  edges: BlockedEdges,
  policy: RecomputePolicy,
): { grid: Tensor; mesh: Tensor; tape: EncoderTape } {
  const grid = recordEmbedding(net, `${PATH}/encoder_nodes_grid_nodes`, gridInput, {
    keep: policy.keepNodes,
  });
  const mesh = recordConstantEmbedding(net, `${PATH}/encoder_nodes_mesh_nodes`, meshFeatures, {
    section: STRUCTURAL_SECTION,
    keep: policy.keepNodes,
  });
  const { sums, tape: messages } = recordMessages(
    net,
    `${PATH}/processor_edges_0_grid2mesh`,
    edges,
    { senders: grid.latents, receivers: mesh.latents },
    (block) =>
      recordConstantEmbedding(net, `${PATH}/encoder_edges_grid2mesh`, block.features, { keep: true }),
    { updateEdges: false, keep: policy.keepMessages },
  );
  const meshUpdate = recordNodeUpdate(
    net,
    `${PATH}/processor_nodes_0_mesh_nodes`,
    mesh.latents,
    sums,
    policy.keepNodes,
  );
  const gridUpdate = recordNodeUpdate(
    net,
    `${PATH}/processor_nodes_0_grid_nodes`,
    grid.latents,
    undefined,
    policy.keepNodes,
  );
  return {
    grid: gridUpdate.latents,
    mesh: meshUpdate.latents,
    tape: {
      grid: grid.embedding,
      mesh: mesh.embedding,
      messages,
      meshUpdate: meshUpdate.tape,
      gridUpdate: gridUpdate.tape,
    },
  };
}

/**
 * Records the encoder's gradient.
 * @param dGrid, dMesh gradients of the encoder's latents; their memory is used for the gradients further down
 * @param dGridInput takes the gradient of the grid input where a rollout wants it
 */
export function recordEncoderBackward(
  net: Recorder,
  tape: EncoderTape,
  dGrid: Tensor,
  dMesh: Tensor,
  dGridInput?: Tensor,
): void {
  recordNodeUpdateBackward(net, tape.gridUpdate, dGrid);
  const dSums = recordNodeUpdateBackward(net, tape.meshUpdate, dMesh)!;
  recordMessagesBackward(
    net,
    tape.messages,
    dSums,
    undefined,
    { tensor: dGrid, fresh: false },
    { tensor: dMesh, fresh: false },
    ({ embedding }, gradient) => recordEmbeddingBackward(net, embedding!, gradient),
  );
  recordEmbeddingBackward(net, tape.mesh, dMesh);
  recordEmbeddingBackward(net, tape.grid, dGrid, dGridInput);
}
