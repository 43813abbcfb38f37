/** The network as the Network room shows it: its graph, what went through it, the picked node, and sensitivities. */
import { create } from 'zustand';
import { nearestNode } from '../../mesh/positions';
import { type ReceptiveField, receptiveField } from '../../mesh/receptive_field';
import type { NetworkGraph, NetworkReadings } from '../../worker/protocol';
import type { NetworkPlace, NodeReading } from '../rooms_hash';
import { useData } from './data';
import { useDevice } from './device';
import { engine } from './engine';
import { shownForecast } from './field_values';
import { degreesBetween, placeOfNode } from './network_node';
import { useTraining } from './training';
import { moveCamera, pickPlace, useView } from './view';

interface NetworkState extends NetworkPlace {
  graph: NetworkGraph | null;
  readings: NetworkReadings | null;
  reading: boolean;
  /** Why there is nothing to read. */
  message: string;
  /** Of the picked mesh node. */
  field: ReceptiveField | null;
  shows: NodeReading;
}

export const useNetwork = create<NetworkState>(() => ({
  graph: null,
  readings: null,
  reading: false,
  message: '',
  zoom: 'mesh',
  node: 0,
  field: null,
  edge: null,
  step: 1,
  shows: 'latent',
}));

const { getState, setState } = useNetwork;

/** While a run trains it is read again so often, ms. */
const EVERY_MILLISECONDS = 4000;

export function pickNode(node: number): void {
  const { graph } = getState();
  if (!graph) return;
  const within = (node + graph.meshNodes) % graph.meshNodes;
  setState({ node: within, edge: null, field: receptiveField(graph, within) });
}

/** Picks a node as a click on the globe would; one that lies far from the middle of the view is brought there. */
export function goToNode(node: number): void {
  const { graph } = getState();
  if (!graph) return;
  pickNode(node);
  const place = placeOfNode(graph.vertices, getState().node);
  pickPlace(place);
  const { camera } = useView.getState();
  if (degreesBetween(place, camera) > SEEN_DEGREES) moveCamera({ ...camera, ...place });
}

export function pickMessage(edge: number): void {
  setState({ edge, zoom: 'message' });
}

export function showStep(step: number): void {
  const { graph } = getState();
  if (graph) setState({ step: Math.max(0, Math.min(graph.steps, step)) });
}

/** What the graph and its readings follow from. */
function subject() {
  const { settings, phase, leads } = useTraining.getState();
  const { dataset, checkpoint } = useData.getState();
  const { initialTime } = useView.getState();
  const stands = phase === 'paused' || phase === 'finished';
  const updates = stands ? useTraining.getState().updates : 0;
  return {
    settings,
    leads,
    updates,
    dataset,
    checkpoint,
    initialTime,
    device: useDevice.getState().status,
    busy: phase === 'preparing',
  };
}

let asked: ReturnType<typeof subject> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let readAt = 0;

const SETTLE_MILLISECONDS = 200;
const ICOSAHEDRON_NODES = 12;
/** From the middle of the globe, as far as is seen well. */
const SEEN_DEGREES = 55;

function follow(): void {
  if (useView.getState().room !== 'network') return;
  const wanted = subject();
  const same =
    asked && Object.entries(wanted).every(([key, value]) => asked![key as keyof typeof wanted] === value);
  if (same || wanted.busy) return;
  asked = wanted;
  clearTimeout(timer);
  timer = setTimeout(() => void readNetwork(), SETTLE_MILLISECONDS);
}

/** Reads the network with the parameters that forecasts use now, from the shown initial time. */
export async function readNetwork(): Promise<void> {
  const { dataset } = useData.getState();
  const { initialFrame } = shownForecast();
  if (getState().reading) return;
  if (!dataset) {
    setState({ readings: null, graph: null, field: null, message: '' });
    return;
  }
  const { settings } = useTraining.getState();
  const question = asked;
  setState({ reading: true, message: '' });
  try {
    const graph = await engine.call('networkGraph', { settings });
    takeGraph(graph, dataset);
    if (useDevice.getState().status !== 'ready') {
      setState({ readings: null, message: 'Norms and gradients need a WebGPU device.' });
    } else if (dataset.initialFrames.includes(initialFrame)) {
      const readings = await engine.call('readNetwork', { settings, initialFrame });
      if (useData.getState().dataset === dataset) setState({ readings });
    } else {
      setState({ readings: null, message: 'A step starts from two frames: choose a later initial time.' });
    }
  } catch (error) {
    setState({ readings: null, message: error instanceof Error ? error.message : String(error) });
  } finally {
    readAt = performance.now();
    setState({ reading: false });
    // Something may have changed while this was read.
    if (question !== asked) void readNetwork();
  }
}

let graphOf: unknown;

/** Where a link wants to be, once there is a graph. */
let linked: NetworkPlace | null = null;

/** Goes to a link's place in the network as soon as its graph is known; null: nowhere. */
export function takeLinkedNetwork(place: NetworkPlace | null): void {
  linked = place;
  goToLinked();
}

function goToLinked(): void {
  const { graph } = getState();
  if (!graph || !linked) return;
  const { zoom, node, step, edge } = linked;
  linked = null;
  pickNode(Math.min(node, graph.meshNodes - 1));
  const isIncoming = edge !== null && graph.mesh.receivers[edge] === getState().node;
  setState({ zoom, step: Math.min(step, graph.steps), edge: isIncoming ? edge : null });
}

/** Keeps what is picked where the graph is still the same. */
function takeGraph(graph: NetworkGraph, dataset: unknown): void {
  const { graph: before, node, step } = getState();
  const same = before?.meshSize === graph.meshSize && before.steps === graph.steps && dataset === graphOf;
  if (same) return;
  graphOf = dataset;
  setState({ graph, readings: null, step: Math.min(step, graph.steps) });
  const { pick, camera } = useView.getState();
  const { longitude, latitude } = pick ?? camera;
  // A vertex of the icosahedron hears neighbours on every level: the one to begin with.
  const first = pick ? graph.vertices : graph.vertices.subarray(0, 3 * ICOSAHEDRON_NODES);
  pickNode(before ? Math.min(node, graph.meshNodes - 1) : nearestNode(first, longitude, latitude));
  goToLinked();
}

for (const store of [useTraining, useData, useDevice, useView]) store.subscribe(follow);

engine.on('updates', () => {
  const { room } = useView.getState();
  if (room !== 'network' || performance.now() - readAt < EVERY_MILLISECONDS) return;
  void readNetwork();
});

useView.subscribe(({ pick, room }, before) => {
  const { graph } = getState();
  const isNew = pick !== before.pick || room !== before.room;
  if (room === 'network' && pick && isNew && graph) {
    pickNode(nearestNode(graph.vertices, pick.longitude, pick.latitude));
  }
});
