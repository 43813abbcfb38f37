import { type EdgeOrder, edgeOrder } from './edge_order';
import type { Edges } from './multi_mesh';

/** Hops to a node that cannot be reached. */
export const UNREACHED = 255;

/** The three edge sets of a graph: from the grid to the mesh, on the mesh, and back. */
export interface NetworkEdges {
  gridNodes: number;
  meshNodes: number;
  grid2mesh: Edges;
  mesh: Edges;
  mesh2grid: Edges;
}

/**
 * What a mesh node's latent depends on, and what depends on it, by the processor's step from which it does: step 0 is
 * the encoder alone. A number is a count of messages on the multi-mesh; {@link UNREACHED} where no path leads.
 */
export interface ReceptiveField {
  /** [mesh nodes]: from this step on the node's latent depends on that mesh node's first latent. */
  mesh: Uint8Array;
  /** [grid nodes]: from this step on it depends on that grid node's input, through the encoder. */
  gridInput: Uint8Array;
  /** [grid nodes]: steps that the node's first latent takes before the decoder carries it to that output. */
  gridOutput: Uint8Array;
}

/** The receptive field of a mesh node, growing by one message a step. */
export function receptiveField(graph: NetworkEdges, node: number): ReceptiveField {
  const { mesh, meshNodes, gridNodes, grid2mesh, mesh2grid } = graph;
  const hopsIn = hops(mesh.senders, edgeOrder(mesh.receivers, meshNodes), node);
  const hopsOut = hops(mesh.receivers, edgeOrder(mesh.senders, meshNodes), node);
  return {
    mesh: hopsIn,
    gridInput: nearest(hopsIn, grid2mesh.receivers, grid2mesh.senders, gridNodes),
    gridOutput: nearest(hopsOut, mesh2grid.senders, mesh2grid.receivers, gridNodes),
  };
}

/** Breadth-first hops from `node` along edges ordered by their near end; `far` holds every edge's other end. */
function hops(far: Int32Array, { starts, order }: EdgeOrder, node: number): Uint8Array {
  const found = new Uint8Array(starts.length - 1).fill(UNREACHED);
  found[node] = 0;
  let front = [node];
  for (let hop = 1; front.length > 0 && hop < UNREACHED; hop++) {
    const next: number[] = [];
    for (const near of front) {
      for (let i = starts[near]; i < starts[near + 1]; i++) {
        const other = far[order[i]];
        if (found[other] !== UNREACHED) continue;
        found[other] = hop;
        next.push(other);
      }
    }
    front = next;
  }
  return found;
}

/** Per grid node, the least of `hops` over the mesh nodes that its edges join it to. */
function nearest(hops: Uint8Array, meshEnds: Int32Array, gridEnds: Int32Array, gridNodes: number) {
  const found = new Uint8Array(gridNodes).fill(UNREACHED);
  for (let edge = 0; edge < gridEnds.length; edge++) {
    found[gridEnds[edge]] = Math.min(found[gridEnds[edge]], hops[meshEnds[edge]]);
  }
  return found;
}
