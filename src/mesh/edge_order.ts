/** Edges in the order of one of their ends: those of node n are order[starts[n]] to order[starts[n + 1] - 1]. */
export interface EdgeOrder {
  /** [nodes + 1] */
  starts: Uint32Array;
  /** [edges], edge ids; edges of one node keep their order. */
  order: Uint32Array;
}

/**
 * Sorts edges by one of their ends, by counting.
 * @param ends node id of every edge: its senders or its receivers
 */
export function edgeOrder(ends: ArrayLike<number>, nodes: number): EdgeOrder {
  const starts = new Uint32Array(nodes + 1);
  for (let edge = 0; edge < ends.length; edge++) starts[ends[edge] + 1]++;
  for (let node = 0; node < nodes; node++) starts[node + 1] += starts[node];
  const next = starts.slice();
  const order = new Uint32Array(ends.length);
  for (let edge = 0; edge < ends.length; edge++) order[next[ends[edge]]++] = edge;
  return { starts, order };
}
