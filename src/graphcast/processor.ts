import type { Tensor } from '../webgpu/tensor';
import type { BlockedEdges } from './edge_blocks';
import { recordRowNorms } from './inspection';
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
import type { RecomputePolicy, Recorder } from './recorder';

const PATH = 'mesh_gnn/~_networks_builder';

/** Latents of mesh nodes [mesh nodes, latent] and, block by block, of mesh edges [edges, latent]. */
interface MeshState {
  nodes: Tensor;
  edges: Tensor[];
}

interface StepTape {
  messages: MessagesTape;
  update: NormedMlp;
}

export interface ProcessorTape {
  edges: BlockedEdges;
  steps: number;
  policy: RecomputePolicy;
  embeddings: NormedMlp[];
  /** State before step i for every i that begins a segment. */
  checkpoints: Map<number, MeshState>;
  /** Tapes of the last segment, whose backward pass comes first: they need not be recorded again. */
  last: StepTape[];
}

/**
 * Records the processor, mesh_gnn (spec 5.2 step 3): embeds the multi-mesh's edges, then sends `steps` rounds of
 * messages with weights of their own.
 *
 * Latents are kept every `policy.segment` steps, and what lies between is recorded again for the backward pass.
 */
export function recordProcessor(
  net: Recorder,
  nodes: Tensor,
  edges: BlockedEdges,
  steps: number,
  policy: RecomputePolicy,
): { mesh: Tensor; tape: ProcessorTape } {
  const embedded = edges.blocks.map(({ features }) =>
    recordConstantEmbedding(net, `${PATH}/encoder_edges_mesh`, features, { keep: policy.keepMessages }),
  );
  let state: MeshState = { nodes, edges: embedded.map(({ latents }) => latents) };
  const checkpoints = new Map<number, MeshState>();
  let last: StepTape[] = [];
  recordRowNorms(net, net.norms?.nodes[0], nodes);
  for (let i = 0; i < steps; i++) {
    if (i % policy.segment === 0) {
      checkpoints.set(i, state);
      last = [];
    }
    const { next, tape } = recordStep(net, state, edges, i, steps, policy);
    last.push(tape);
    state = next;
    recordRowNorms(net, net.norms?.nodes[i + 1], state.nodes);
  }
  const embeddings = embedded.map(({ embedding }) => embedding);
  return { mesh: state.nodes, tape: { edges, steps, policy, embeddings, checkpoints, last } };
}

function recordStep(
  net: Recorder,
  state: MeshState,
  edges: BlockedEdges,
  i: number,
  steps: number,
  policy: RecomputePolicy,
): { next: MeshState; tape: StepTape } {
  const { sums, updated, tape } = recordMessages(
    net,
    `${PATH}/processor_edges_${i}_mesh`,
    edges,
    { senders: state.nodes, receivers: state.nodes },
    (_, block) => ({ latents: state.edges[block] }),
    {
      updateEdges: i < steps - 1, // nobody reads the edges after the last step
      keep: policy.keepSteps,
      onMessages:
        net.norms && ((messages, block) => recordRowNorms(net, net.norms?.messages[i][block], messages)),
    },
  );
  const update = recordNodeUpdate(
    net,
    `${PATH}/processor_nodes_${i}_mesh_nodes`,
    state.nodes,
    sums,
    policy.keepSteps,
  );
  return { next: { nodes: update.latents, edges: updated }, tape: { messages: tape, update: update.tape } };
}

/**
 * Records the processor's gradient.
 * @param dMesh gradient of the mesh latents after the last step; on return, before the first
 */
export function recordProcessorBackward(net: Recorder, tape: ProcessorTape, dMesh: Tensor): void {
  let dEdges: Tensor[] | undefined;
  let i = tape.steps;
  recordRowNorms(net, net.norms?.gradients[i], dMesh);
  const starts = [...tape.checkpoints.keys()].reverse();
  for (const start of starts) {
    const end = Math.min(start + tape.policy.segment, tape.steps);
    const isKept = end === tape.steps && tape.policy.keepSteps;
    const segment = isKept ? tape.last : recordSegment(net, tape, start, end);
    for (const step of segment.toReversed()) {
      const dSums = recordNodeUpdateBackward(net, step.update, dMesh)!;
      const gradient = { tensor: dMesh, fresh: false };
      dEdges = recordMessagesBackward(net, step.messages, dSums, dEdges, gradient, gradient);
      recordRowNorms(net, net.norms?.gradients[--i], dMesh);
    }
  }
  tape.embeddings.forEach((embedding, block) => {
    recordEmbeddingBackward(net, embedding, dEdges![block]);
  });
}

/** Steps [start, end) once more from their checkpoint, this time for their tapes. */
function recordSegment(net: Recorder, tape: ProcessorTape, start: number, end: number): StepTape[] {
  let state = tape.checkpoints.get(start)!;
  const tapes: StepTape[] = [];
  for (let i = start; i < end; i++) {
    const unread = { ...net, norms: undefined }; // read in the forward pass already
    const { next, tape: step } = recordStep(unread, state, tape.edges, i, tape.steps, tape.policy);
    tapes.push(step);
    state = next;
  }
  return tapes;
}
