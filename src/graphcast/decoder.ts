import type { Tensor } from '../webgpu/tensor';
import type { BlockedEdges } from './edge_blocks';
import {
  type MessagesTape,
  type NormedMlp,
  recordConstantEmbedding,
  recordEmbeddingBackward,
  recordMessages,
  recordMessagesBackward,
  recordNodeUpdate,
  recordNodeUpdateBackward,
} from './messages';
import { type MlpTape, recordMlp, recordMlpBackward } from './mlp';
import { gradientSum, type RecomputePolicy, type Recorder } from './recorder';

const PATH = 'mesh2grid_gnn/~_networks_builder';

export interface DecoderTape {
  messages: MessagesTape;
  update: NormedMlp;
  output: MlpTape;
}

/**
 * Records the decoder, mesh2grid_gnn (spec 5.2 step 4): one round of messages from the mesh to the grid, the grid
 * nodes' update, and the output network without layer norm. The reference also updates the mesh nodes and drops the
 * result; that is never computed here.
 *
 * @returns y [grid nodes, output channels], normalised
 */
export function recordDecoder(
  net: Recorder,
  mesh: Tensor,
  grid: Tensor,
  edges: BlockedEdges,
  outputChannels: number,
  policy: RecomputePolicy,
): { y: Tensor; tape: DecoderTape } {
  const { sums, tape: messages } = recordMessages(
    net,
    `${PATH}/processor_edges_0_mesh2grid`,
    edges,
    { senders: mesh, receivers: grid },
    (block) =>
      recordConstantEmbedding(net, `${PATH}/encoder_edges_mesh2grid`, block.features, { keep: true }),
    { updateEdges: false, keep: policy.keepMessages },
  );
  const update = recordNodeUpdate(net, `${PATH}/processor_nodes_0_grid_nodes`, grid, sums, policy.keepNodes);
  const first = { terms: [{ x: update.latents, section: 0 }] };
  const y = net.plan.transient('network output', grid.rows, outputChannels);
  const output = recordMlp(net, `${PATH}/decoder_nodes_grid_nodes`, first, y);
  return { y, tape: { messages, update: update.tape, output } };
}

/**
 * Records the decoder's gradient.
 * @param dy gradient of the output [grid nodes, output channels]
 * @returns gradients of the grid and mesh latents that the decoder was given
 */
export function recordDecoderBackward(
  net: Recorder,
  tape: DecoderTape,
  dy: Tensor,
): { dGrid: Tensor; dMesh: Tensor } {
  const { senders, receivers } = tape.messages;
  const dGrid = gradientSum(net, 'decoder grid gradient', receivers.rows);
  const dMesh = gradientSum(net, 'decoder mesh gradient', senders.rows);
  recordMlpBackward(net, tape.output, dy, [{ dx: dGrid, accumulate: false }]);
  const dSums = recordNodeUpdateBackward(net, tape.update, dGrid)!;
  recordMessagesBackward(
    net,
    tape.messages,
    dSums,
    undefined,
    { tensor: dMesh, fresh: true },
    { tensor: dGrid, fresh: false },
    ({ embedding }, gradient) => recordEmbeddingBackward(net, embedding!, gradient),
  );
  return { dGrid, dMesh };
}
