/** Looking into the processor: how strong its messages, its nodes' latents and the latents' gradients are. */
import { rowNorm } from '../../shaders/row_norm/row_norm';
import { edgeOrder } from '../mesh/edge_order';
import type { Edges } from '../mesh/multi_mesh';
import type { Memory } from '../webgpu/memory';
import { list, ROW_ALIGNMENT, rowsOf, type Tensor } from '../webgpu/tensor';
import type { BlockedEdges } from './edge_blocks';
import { overRows, type Recorder } from './recorder';

/**
 * Where a model that was built to be inspected writes Euclidean norms while it runs. Only norms are kept, so that a
 * model of any size can be inspected: one number per node or edge and step, whatever the latent size.
 */
export interface ProcessorNorms {
  /** Everything below in one list. */
  all: Tensor;
  /** Per step and block of receivers, norms of the messages [edges of the block]: what a step adds to edge latents. */
  messages: Tensor[][];
  /** Norms of the mesh latents [mesh nodes] before the first step and after each. */
  nodes: Tensor[];
  /** Norms of the gradient at the same latents, of the last replayed backward pass. */
  gradients: Tensor[];
}

/** Norms read back, by processor step: [steps, mesh edges] and [steps + 1, mesh nodes]. */
export interface NormReadings {
  /** Edges in the graph's own order. */
  messages: Float32Array[];
  nodes: Float32Array[];
  gradients: Float32Array[];
}

/** Allocates the norms of a processor with `steps` steps on these edges. */
export function createNorms(memory: Memory, mesh: BlockedEdges, steps: number): ProcessorNorms {
  const counts: number[] = [];
  const nodes = Array<number>(steps + 1).fill(mesh.receiverNodes);
  const edges = mesh.blocks.map((block) => block.edges);
  for (let step = 0; step < steps; step++) counts.push(...edges);
  counts.push(...nodes, ...nodes);

  const aligned = (count: number) => Math.ceil(count / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const all = list(
    'norms of the processor',
    counts.reduce((sum, count) => sum + aligned(count), 0),
  );
  memory.add(all);
  let start = 0;
  const parts = counts.map((count) => {
    const part = rowsOf(all, start, count);
    start += aligned(count);
    return part;
  });
  return {
    all,
    messages: Array.from({ length: steps }, () => parts.splice(0, edges.length)),
    nodes: parts.splice(0, steps + 1),
    gradients: parts,
  };
}

/** Records the norm of every row of `x` into `norms`; nothing for a model that is not inspected. */
export function recordRowNorms(net: Recorder, norms: Tensor | undefined, x: Tensor): void {
  if (!norms) return;
  overRows(net, x.rows, [x], 2 * x.width, (cut) => net.plan.add(rowNorm({ norms: cut(norms), x: cut(x) })));
}

/**
 * Reads what the last replays wrote.
 * @param mesh the multi-mesh of the model's graph
 * @throws DeviceError when the device was lost or has reported an error
 */
export async function readNorms(memory: Memory, norms: ProcessorNorms, mesh: Edges): Promise<NormReadings> {
  const values = await memory.read(norms.all);
  const partOf = ({ offset, rows }: Tensor) => values.slice(offset / 4, offset / 4 + rows);
  const [nodes, gradients] = [norms.nodes.map(partOf), norms.gradients.map(partOf)];
  const { order } = edgeOrder(mesh.receivers, nodes[0].length);
  const messages = norms.messages.map((blocks) => {
    const byEdge = new Float32Array(order.length);
    let position = 0;
    // Block after block the edges come sorted by receiver.
    for (const block of blocks) for (const norm of partOf(block)) byEdge[order[position++]] = norm;
    return byEdge;
  });
  return { messages, nodes, gradients };
}
