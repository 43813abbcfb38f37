/**
 * Several windows in one plan: their planets lie side by side, as one graph in which no edge leads from one to another.
 * Whatever has a row for each node or edge has the rows of the first window, then those of the second, and so on. A
 * model of such a graph takes a window whose grid nodes are those of all windows; its loss is the mean of theirs.
 */
import type { EdgeSet, GraphCastGraph } from '../mesh/graph';
import type { Window } from '../weather/windows';

/** A graph `count` times, each copy with node numbers of its own. */
export function graphSideBySide(graph: GraphCastGraph, count: number): GraphCastGraph {
  if (count === 1) return graph;
  const { gridNodes, meshNodes, gridNodeFeatures, meshNodeFeatures, grid2mesh, mesh, mesh2grid } = graph;
  const edges = (set: EdgeSet, senderNodes: number, receiverNodes: number): EdgeSet => ({
    senders: numbered(set.senders, senderNodes, count),
    receivers: numbered(set.receivers, receiverNodes, count),
    features: repeated(set.features, count),
  });
  return {
    ...graph,
    gridNodes: gridNodes * count,
    meshNodes: meshNodes * count,
    gridNodeFeatures: repeated(gridNodeFeatures, count),
    meshNodeFeatures: repeated(meshNodeFeatures, count),
    grid2mesh: edges(grid2mesh, gridNodes, meshNodes),
    mesh: edges(mesh, meshNodes, meshNodes),
    mesh2grid: edges(mesh2grid, meshNodes, gridNodes),
  };
}

/** Values `count` times, one after the other. */
export function repeated(values: Float32Array, count: number): Float32Array {
  const result = new Float32Array(values.length * count);
  for (let copy = 0; copy < count; copy++) result.set(values, copy * values.length);
  return result;
}

/** Node numbers of each copy of a graph: those of the copy before, plus its number of nodes. */
function numbered(nodes: Int32Array, nodesOfCopy: number, count: number): Int32Array {
  const { length } = nodes;
  return Int32Array.from({ length: length * count }, (_, i) => {
    return nodes[i % length] + nodesOfCopy * Math.floor(i / length);
  });
}

/**
 * Windows as one; its initial time is the first one's.
 * @param windows with equally many frames
 * @param nodes grid nodes of each
 */
export function windowsSideBySide(windows: readonly Window[], nodes: number): Window {
  if (windows.length === 1) return windows[0];
  const together = (part: 'state' | 'forcings' | 'statics') =>
    planesSideBySide(
      windows.map((window) => window[part]),
      nodes,
    );
  return {
    initialTime: windows[0].initialTime,
    state: together('state'),
    forcings: together('forcings'),
    statics: together('statics'),
  };
}

/** One window's planes [planes, grid nodes] after the other's, plane by plane: [planes, windows, grid nodes]. */
function planesSideBySide(windows: readonly Float32Array[], nodes: number): Float32Array {
  const count = windows.length;
  const [{ length }] = windows;
  const together = new Float32Array(length * count);
  for (let start = 0; start < length; start += nodes) {
    for (const [w, planes] of windows.entries()) {
      together.set(planes.subarray(start, start + nodes), start * count + w * nodes);
    }
  }
  return together;
}

/**
 * Planes of each of `count` windows, from those of all.
 * @param together [planes, windows, grid nodes]
 * @param nodes grid nodes of each
 * @returns [planes, grid nodes] of each window
 */
export function planesApart(together: Float32Array, nodes: number, count: number): Float32Array[] {
  if (count === 1) return [together];
  const length = together.length / count;
  return Array.from({ length: count }, (_, w) => {
    const planes = new Float32Array(length);
    for (let start = 0; start < length; start += nodes) {
      const from = start * count + w * nodes;
      planes.set(together.subarray(from, from + nodes), start);
    }
    return planes;
  });
}
