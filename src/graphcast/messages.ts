import { MOST_MESSAGES } from '../../shaders/layer_norm_sum/layer_norm_sum';
import { segmentSum } from '../../shaders/segment_sum/segment_sum';
import { rowsOf, type Tensor } from '../webgpu/tensor';
import type { BlockedEdges, EdgeBlock } from './edge_blocks';
import {
  type FirstLayer,
  type MlpTape,
  type NormOutputs,
  type NormTape,
  recordMlp,
  recordMlpBackward,
  recordNorm,
  recordNormAndSums,
  recordNormBackward,
  recordProjection,
  recordProjectionBackward,
} from './mlp';
import { activation, gradientSum, type Recorder } from './recorder';

/** An MLP followed by a layer norm, kept for its backward pass. */
export interface NormedMlpTape {
  mlp: MlpTape;
  norm: NormTape;
}

/** An {@link NormedMlpTape} for the backward pass: kept, or recorded once more when it is asked for. */
export type NormedMlp = () => NormedMlpTape;

/** Records LN(MLP(first)) into `out`; unless `keep`, the backward pass records it again. */
function recordNormedMlp(
  net: Recorder,
  path: string,
  rows: number,
  first: FirstLayer,
  out: NormOutputs,
  keep: boolean,
): NormedMlp {
  const record = (into: NormOutputs) => {
    const mlp = recordMlp(net, path, first, activation(net, `${path} output`, rows));
    return { mlp, norm: recordNorm(net, path, mlp.y, into) };
  };
  const tape = record(out);
  if (keep) return () => tape;
  return () => record({});
}

/** The latents of one block of edges before its messages, and how they came to be when nobody else keeps that. */
export interface BlockEdges {
  latents: Tensor;
  embedding?: NormedMlp;
}

interface BlockTape extends NormedMlpTape {
  edges: BlockEdges;
}

/** Products of the node latents with their sections of the first weight: computed per node, gathered per edge. */
interface Projections {
  sender: Tensor;
  receiver: Tensor;
}

/** Sections of the first edge weight: it acts on [edge | sender | receiver]. */
const EDGE = 0;
const SENDER = 1;
const RECEIVER = 2;

/** One round of messages over an edge set, as recorded by {@link recordMessages}. */
export interface MessagesTape {
  path: string;
  set: BlockedEdges;
  senders: Tensor;
  receivers: Tensor;
  edgesOf: (block: EdgeBlock, i: number) => BlockEdges;
  /** Absent when messages are thrown away and recorded again for the backward pass. */
  blocks?: BlockTape[];
}

/**
 * Records one round of messages (spec 5.1): every edge computes LN(MLP([edge | sender | receiver])), every receiver
 * sums what it gets. Block by block, so that messages never exist for all edges at once unless `keep` asks for it.
 *
 * @param edgesOf gives (and may record) a block's edge latents
 * @param options `updateEdges`: also return edge latents + messages; `keep`: keep what the backward pass needs;
 *   `onMessages` is shown each block's messages [edges, latent] while they exist
 * @returns sums [receivers, latent], and the updated edge latents of each block
 */
export function recordMessages(
  net: Recorder,
  path: string,
  set: BlockedEdges,
  nodes: { senders: Tensor; receivers: Tensor },
  edgesOf: MessagesTape['edgesOf'],
  options: { updateEdges: boolean; keep: boolean; onMessages?: (messages: Tensor, block: number) => void },
): { sums: Tensor; updated: Tensor[]; tape: MessagesTape } {
  const { plan } = net;
  const projections = project(net, path, nodes);
  const sums = activation(net, `${path} sums`, set.receiverNodes);
  const updated: Tensor[] = [];
  const blocks: BlockTape[] = [];
  set.blocks.forEach((block, i) => {
    const edges = edgesOf(block, i);
    const messages = activation(net, `${path} messages`, block.edges);
    const sum = options.updateEdges ? activation(net, `${path} updated edges`, block.edges) : undefined;
    const residual = options.updateEdges ? edges.latents : undefined;
    const mlp = recordBlock(net, path, block, edges, projections);
    const out = rowsOf(sums, block.receiverStart, block.receiverCount);
    const atReceivers = { out, starts: block.receiverStarts };
    const normed = { y: messages, sum, residual };
    if (block.mostReceived <= MOST_MESSAGES && !options.onMessages) {
      blocks.push({ edges, mlp, norm: recordNormAndSums(net, path, mlp.y, normed, atReceivers) });
    } else {
      blocks.push({ edges, mlp, norm: recordNorm(net, path, mlp.y, normed) });
      options.onMessages?.(messages, i);
      plan.add(segmentSum({ ...atReceivers, values: messages, longest: block.mostReceived }));
    }
    if (sum) updated.push(sum);
  });
  const tape = { path, set, ...nodes, edgesOf, blocks: options.keep ? blocks : undefined };
  return { sums, updated, tape };
}

/** What the backward pass needs of a block, without its messages. */
function recordBlockAgain(
  net: Recorder,
  path: string,
  block: EdgeBlock,
  edges: BlockEdges,
  projections: Projections,
): BlockTape {
  const mlp = recordBlock(net, path, block, edges, projections);
  return { edges, mlp, norm: recordNorm(net, path, mlp.y, {}) };
}

function project(net: Recorder, path: string, nodes: { senders: Tensor; receivers: Tensor }): Projections {
  return {
    sender: recordProjection(net, path, SENDER, nodes.senders),
    receiver: recordProjection(net, path, RECEIVER, nodes.receivers),
  };
}

function recordBlock(
  net: Recorder,
  path: string,
  block: EdgeBlock,
  edges: BlockEdges,
  projections: Projections,
): MlpTape {
  const first = {
    terms: [{ x: edges.latents, section: EDGE }],
    sender: { table: projections.sender, index: block.senders },
    receiver: { table: projections.receiver, index: block.receivers },
  };
  return recordMlp(net, path, first, activation(net, `${path} output`, block.edges));
}

/** Gradients of node latents, added to what the tensors hold unless `fresh` (then written over it). */
export interface NodeGradient {
  tensor: Tensor;
  fresh: boolean;
}

/**
 * Records the gradient of {@link recordMessages}.
 *
 * @param dSums gradient of the sums [receivers, latent]
 * @param dUpdated gradients of the updated edge latents, one tensor a block; on return they hold the gradients of the
 *   edge latents before the messages. Absent when the updated edges were not used.
 * @param dSenders, dReceivers where the node latents' gradients go; the same tensor may serve both
 * @returns per block, the gradient of the edge latents
 */
export function recordMessagesBackward(
  net: Recorder,
  tape: MessagesTape,
  dSums: Tensor,
  dUpdated: Tensor[] | undefined,
  dSenders: NodeGradient,
  dReceivers: NodeGradient,
  onEdgeGradient?: (edges: BlockEdges, gradient: Tensor) => void,
): Tensor[] {
  const { plan } = net;
  const { path, set } = tape;
  const projections = tape.blocks ? undefined : project(net, path, tape);
  const dSender = gradientSum(net, `${path} sender gradient`, set.senderNodes);
  const dReceiver = activation(net, `${path} receiver gradient`, set.receiverNodes);
  const dEdges: Tensor[] = [];
  set.blocks.forEach((block, i) => {
    const kept = tape.blocks?.[i] ?? recordBlockAgain(net, path, block, tape.edgesOf(block, i), projections!);
    const dy = dUpdated?.[i];
    const dMessages = recordNormBackward(net, kept.norm, {
      dy,
      gathered: { table: dSums, index: block.receivers },
    });
    const dEdge = dy ?? gradientSum(net, `${path} edge gradient`, block.edges);
    const input = { dx: dEdge, accumulate: dy !== undefined };
    const dPre = recordMlpBackward(net, kept.mlp, dMessages, [input]);
    const out = rowsOf(dReceiver, block.receiverStart, block.receiverCount);
    const { receiverStarts, mostReceived, senderStarts, senderOrder: order, mostSent } = block;
    plan.add(segmentSum({ out, values: dPre, starts: receiverStarts, longest: mostReceived }));
    const bySender = { starts: senderStarts, order, longest: mostSent };
    plan.add(segmentSum({ out: dSender, values: dPre, ...bySender, accumulate: i > 0 }));
    dEdges.push(dEdge);
    onEdgeGradient?.(kept.edges, dEdge);
  });
  for (const [section, nodes, gradient, to] of [
    [SENDER, tape.senders, dSender, dSenders],
    [RECEIVER, tape.receivers, dReceiver, dReceivers],
  ] as const) {
    recordProjectionBackward(net, path, section, nodes, gradient, { dx: to.tensor, accumulate: !to.fresh });
  }
  return dEdges;
}

/**
 * Records LN(MLP(x)): the embedding of node or edge features.
 * @param options `section`: rows of the first weight that x meets; `keep`: keep what the backward pass needs
 */
export function recordEmbedding(
  net: Recorder,
  path: string,
  x: Tensor,
  options: { section?: number; keep: boolean },
): { latents: Tensor; embedding: NormedMlp } {
  const latents = activation(net, `${path} embedded`, x.rows);
  return { latents, embedding: recordEmbeddingInto(net, path, x, latents, options) };
}

/** {@link recordEmbedding} of features that never change: once per set of parameters where memory allows. */
export function recordConstantEmbedding(
  net: Recorder,
  path: string,
  x: Tensor,
  options: { section?: number; keep: boolean },
): { latents: Tensor; embedding: NormedMlp } {
  if (!net.constant) return recordEmbedding(net, path, x, options);
  const latents = net.constant(`${path} embedded`, x.rows);
  net.plan.within('embed', () => recordEmbeddingInto(net, path, x, latents, options));
  const noBackward = () => {
    throw new Error(`${path}: constant embeddings have no backward pass`);
  };
  return { latents, embedding: noBackward };
}

function recordEmbeddingInto(
  net: Recorder,
  path: string,
  x: Tensor,
  latents: Tensor,
  options: { section?: number; keep: boolean },
): NormedMlp {
  const first = { terms: [{ x, section: options.section ?? 0 }] };
  return recordNormedMlp(net, path, x.rows, first, { y: latents }, options.keep);
}

/** The gradient of {@link recordEmbedding}; `dx` takes the gradient of the features where somebody wants it. */
export function recordEmbeddingBackward(
  net: Recorder,
  embedding: NormedMlp,
  dLatents: Tensor,
  dx?: Tensor,
): void {
  const { mlp, norm } = embedding();
  const dy = recordNormBackward(net, norm, { dy: dLatents });
  recordMlpBackward(net, mlp, dy, [dx && { dx, accumulate: false }]);
}

/**
 * Records h + LN(MLP([h | sums])), the update of nodes; without sums, of nodes that receive nothing.
 * @param keep keep what the backward pass needs
 */
export function recordNodeUpdate(
  net: Recorder,
  path: string,
  nodes: Tensor,
  sums: Tensor | undefined,
  keep: boolean,
): { latents: Tensor; tape: NormedMlp } {
  const terms = [{ x: nodes, section: 0 }, ...(sums ? [{ x: sums, section: 1 }] : [])];
  const latents = activation(net, `${path} updated`, nodes.rows);
  const out = { sum: latents, residual: nodes };
  return { latents, tape: recordNormedMlp(net, path, nodes.rows, { terms }, out, keep) };
}

/**
 * The gradient of {@link recordNodeUpdate}.
 * @param dNodes gradient of the updated latents; on return it holds the gradient of the latents before
 * @returns gradient of the sums, if there were any
 */
export function recordNodeUpdateBackward(net: Recorder, tape: NormedMlp, dNodes: Tensor): Tensor | undefined {
  const { mlp, norm } = tape();
  const dy = recordNormBackward(net, norm, { dy: dNodes });
  const hasSums = mlp.terms.length > 1;
  const dSums = hasSums ? activation(net, `${mlp.path} sums gradient`, dNodes.rows) : undefined;
  recordMlpBackward(net, mlp, dy, [
    { dx: dNodes, accumulate: true },
    dSums && { dx: dSums, accumulate: false },
  ]);
  return dSums;
}
