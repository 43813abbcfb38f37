/** What is known of one mesh node: who sends to it, how far, and what it depends on. Pure functions of the graph. */
import { degreesFromVectors } from '../../mesh/positions';
import { type ReceptiveField, UNREACHED } from '../../mesh/receptive_field';
import type { NetworkGraph } from '../../worker/protocol';
import type { Point } from '../location_hash';

/** Mean radius of the Earth, km. */
const EARTH_RADIUS = 6371;

/** One incoming message of the multi-mesh. */
export interface Incoming {
  edge: number;
  sender: number;
  /** The finest has the most edges; 0 joins the icosahedron's own vertices. */
  level: number;
  /** Along the sphere, km. */
  distance: number;
}

/** Messages that a node receives in every processor step, coarse levels first, then by sender. */
export function incomingMessages(graph: NetworkGraph, node: number): Incoming[] {
  const { senders, receivers } = graph.mesh;
  const found: Incoming[] = [];
  receivers.forEach((receiver, edge) => {
    if (receiver !== node) return;
    const sender = senders[edge];
    found.push({
      edge,
      sender,
      level: graph.levels[edge],
      distance: distanceBetween(graph.vertices, sender, node),
    });
  });
  return found.sort((a, b) => a.level - b.level || a.sender - b.sender);
}

/** Degrees of a mesh node, longitude in [−180, 180). */
export function placeOfNode(vertices: Float32Array, node: number): Point {
  const { latitudes, longitudes } = degreesFromVectors(vertices.subarray(3 * node, 3 * node + 3));
  return { longitude: longitudes[0] >= 180 ? longitudes[0] - 360 : longitudes[0], latitude: latitudes[0] };
}

/** Angle at the Earth's centre between two places. */
export function degreesBetween(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [from, to] = [radians(a.latitude), radians(b.latitude)];
  const cosine =
    Math.sin(from) * Math.sin(to) +
    Math.cos(from) * Math.cos(to) * Math.cos(radians(a.longitude - b.longitude));
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}

/** Grid nodes whose input the encoder sends to a mesh node. */
export function feedingGridNodes({ grid2mesh }: NetworkGraph, node: number): number[] {
  return [...grid2mesh.senders].filter((_, edge) => grid2mesh.receivers[edge] === node);
}

/** How many mesh nodes and grid points a node's latent depends on after a number of steps. */
export function reached({ mesh, gridInput }: ReceptiveField, step: number): { mesh: number; grid: number } {
  const count = (hops: Uint8Array) =>
    hops.reduce((sum, hop) => sum + Number(hop !== UNREACHED && hop <= step), 0);
  return { mesh: count(mesh), grid: count(gridInput) };
}

function distanceBetween(vectors: Float32Array, a: number, b: number): number {
  const chord = Math.hypot(...[0, 1, 2].map((axis) => vectors[3 * a + axis] - vectors[3 * b + axis]));
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, chord / 2));
}
