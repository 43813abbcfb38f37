/** The graph behind the lessons on mesh and messages, as the engine builds it for the network's sizes. */
import { useEffect, useState } from 'react';
import { receptiveField, UNREACHED } from '../../mesh/receptive_field';
import type { MeshEdges, NetworkGraph } from '../../worker/protocol';
import { useData } from './data';
import { engine } from './engine';
import { useModel } from './lessons_model';
import { pickNode, useNetwork } from './network';
import { placeOfNode } from './network_node';
import { reportError } from './notices';
import { useTraining } from './training';
import { useView } from './view';

/** The graph of the network on the open data's grid; null until it is there. */
export function useGraph(): NetworkGraph | null {
  const settings = useTraining((state) => state.settings);
  const { model } = useModel();
  const dataset = useData((data) => data.dataset);
  const [graph, setGraph] = useState<NetworkGraph | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an open run or checkpoint decides the graph, not the settings
  useEffect(() => {
    if (!dataset) return;
    let current = true;
    engine.call('networkGraph', { settings }).then((answer) => {
      if (current) setGraph(answer);
    }, reportError);
    return () => {
      current = false;
    };
  }, [settings, model, dataset]);
  return graph;
}

/** Edges of every refinement up to the network's, on their nodes. */
export function useMeshEdges(): MeshEdges | null {
  const { model } = useModel();
  const [edges, setEdges] = useState<MeshEdges | null>(null);
  useEffect(() => {
    let current = true;
    engine.call('meshEdges', { meshSize: model.mesh_size }).then((answer) => {
      if (current) setEdges(answer);
    }, reportError);
    return () => {
      current = false;
    };
  }, [model.mesh_size]);
  return edges;
}

/** Picks a mesh node and turns the globe to it. */
export function walkToNode(node: number): void {
  pickNode(node);
  const { graph } = useNetwork.getState();
  if (!graph) return;
  useView.setState(({ camera }) => ({ camera: { ...camera, ...placeOfNode(graph.vertices, node) } }));
}

/**
 * Share of the mesh that a node's latent can depend on after 0, 1, … steps, 0 to 1: over the whole multi-mesh, and over
 * the finest level's edges alone.
 */
export function reachBySteps(graph: NetworkGraph, steps: number): { all: number[]; finest: number[] } {
  const isFinest = (_: number, edge: number) => graph.levels[edge] === graph.meshSize;
  const { senders, receivers } = graph.mesh;
  const finest = { senders: senders.filter(isFinest), receivers: receivers.filter(isFinest) };
  // The last node belongs to the finest level alone, as most do.
  const node = graph.meshNodes - 1;
  const share = (edges: NetworkGraph['mesh']) => {
    const { mesh } = receptiveField({ ...graph, mesh: edges }, node);
    return Array.from({ length: steps + 1 }, (_, step) => {
      const count = mesh.reduce((sum, hop) => sum + Number(hop !== UNREACHED && hop <= step), 0);
      return count / graph.meshNodes;
    });
  };
  return { all: share(graph.mesh), finest: share(finest) };
}
