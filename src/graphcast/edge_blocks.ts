import { ConfigError } from '../errors';
import { edgeOrder } from '../mesh/edge_order';
import type { EdgeSet } from '../mesh/graph';
import type { Memory } from '../webgpu/memory';
import { list, matrix, padded, ROW_ALIGNMENT, type Tensor } from '../webgpu/tensor';

/** Edges of a run of receivers, receiver-sorted, with what both directions of the segment sum need. */
export interface EdgeBlock {
  edges: number;
  /** Receivers [receiverStart, receiverStart + receiverCount); the start is a multiple of 64. */
  receiverStart: number;
  receiverCount: number;
  /** [edges, 4] structural features. */
  features: Tensor;
  /** u32 [edges]. */
  senders: Tensor;
  /** u32 [edges], over all receivers. */
  receivers: Tensor;
  /** u32 [receiverCount + 1]: where each receiver's edges start. */
  receiverStarts: Tensor;
  /** Most edges that a receiver has, and a sender. */
  mostReceived: number;
  mostSent: number;
  /** u32 [senderNodes + 1] and [edges]: the block's edges in sender order. */
  senderStarts: Tensor;
  senderOrder: Tensor;
}

/** An edge set cut into blocks, on the GPU. */
export interface BlockedEdges {
  name: string;
  blocks: EdgeBlock[];
  senderNodes: number;
  receiverNodes: number;
}

/**
 * Sorts edges by receiver (stably, so that sums keep one order) and cuts them into blocks of whole receivers whose
 * latents [edges, latent] take about `blockBytes`; where 64 neighbouring receivers alone take more (near the poles of
 * fine grids), up to `maxBytes`. Uploads the index lists.
 *
 * @throws ConfigError when 64 neighbouring receivers alone take more than `maxBytes`
 */
export function uploadEdgeBlocks(
  memory: Memory,
  name: string,
  set: EdgeSet,
  senderNodes: number,
  receiverNodes: number,
  latent: number,
  blockBytes: number,
  maxBytes: number,
): BlockedEdges {
  const { starts, order } = edgeOrder(set.receivers, receiverNodes);
  const edgesIn = (bytes: number) => Math.floor(bytes / (padded(latent) * 4));
  const blocks: EdgeBlock[] = [];
  for (let first = 0; first < receiverNodes; ) {
    const least = Math.min(first + ROW_ALIGNMENT, receiverNodes);
    if (starts[least] - starts[first] > edgesIn(maxBytes)) {
      throw new ConfigError(
        `${name}: 64 receivers share more than ${edgesIn(maxBytes)} edges, too many for one binding of this adapter at latent size ${latent}: choose a finer mesh or a smaller latent size.`,
      );
    }
    let end = least;
    while (end < receiverNodes) {
      const next = Math.min(end + ROW_ALIGNMENT, receiverNodes);
      if (starts[next] - starts[first] > edgesIn(blockBytes)) break;
      end = next;
    }
    const edges = order.subarray(starts[first], starts[end]);
    blocks.push(uploadBlock(memory, `${name} ${blocks.length}`, set, edges, starts, first, end, senderNodes));
    first = end;
  }
  return { name, blocks, senderNodes, receiverNodes };
}

function uploadBlock(
  memory: Memory,
  name: string,
  set: EdgeSet,
  edges: Uint32Array,
  starts: Uint32Array,
  first: number,
  end: number,
  senderNodes: number,
): EdgeBlock {
  const count = edges.length;
  const senders = new Uint32Array(count);
  const receivers = new Uint32Array(count);
  const features = new Float32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const e = edges[i];
    senders[i] = set.senders[e];
    receivers[i] = set.receivers[e];
    for (let k = 0; k < 4; k++) features[4 * i + k] = set.features[4 * e + k];
  }
  const bySender = edgeOrder(senders, senderNodes);
  const upload = <T extends Uint32Array | Float32Array>(tensor: Tensor, values: T) => {
    memory.add(tensor);
    memory.write(tensor, values);
    return tensor;
  };
  const indices = (what: string, values: Uint32Array) =>
    upload(list(`${name} ${what}`, values.length), values);
  return {
    edges: count,
    receiverStart: first,
    receiverCount: end - first,
    mostReceived: longest(starts.subarray(first, end + 1)),
    mostSent: longest(bySender.starts),
    features: upload(matrix(`${name} features`, count, 4), features),
    senders: indices('senders', senders),
    receivers: indices('receivers', receivers),
    receiverStarts: indices(
      'receiver starts',
      starts.slice(first, end + 1).map((s) => s - starts[first]),
    ),
    senderStarts: indices('sender starts', bySender.starts),
    senderOrder: indices('sender order', bySender.order),
  };
}

/** Of segments that begin and end at `starts`. */
function longest(starts: Uint32Array): number {
  let most = 0;
  for (let v = 0; v + 1 < starts.length; v++) most = Math.max(most, starts[v + 1] - starts[v]);
  return most;
}
