/** What the Network room shows on the globe, as coloured shapes, and the colours that its figures share with it. */
import { type ReceptiveField, UNREACHED } from '../../mesh/receptive_field';
import type { NetworkGraph, NetworkReadings } from '../../worker/protocol';
import type { NodeReading, Zoom } from '../rooms_hash';
import { feedingGridNodes, incomingMessages } from '../state/network_node';
import type { Theme } from '../state/theme';
import { type ColourMapName, colourTable } from './colour_map';
import { type Colour, NetworkShapes, type Triangles } from './network_shapes';

/** From the icosahedron's own edges to the finest: told apart by colour-blind eyes, and legible on dark and light. */
export const LEVEL_COLOURS = [
  '#d55e00',
  '#e69f00',
  '#cc79a7',
  '#0072b2',
  '#56b4e9',
  '#009e73',
  '#5aa02c',
  '#8c6bb1',
  '#7f7f7f',
];

export const NODE_COLOUR_MAPS: Record<NodeReading, ColourMapName> = {
  latent: 'neutral',
  gradient: 'light',
  reach: 'neutral',
};

export interface NetworkPicture {
  graph: NetworkGraph;
  readings: NetworkReadings | null;
  zoom: Zoom;
  node: number;
  field: ReceptiveField | null;
  edge: number | null;
  step: number;
  shows: NodeReading;
}

/** Colours of the theme: marks stand out from the veil, what is unreached does not. */
const INKS: Record<Theme, { veil: string; mark: Colour; faint: Colour; grid: Colour }> = {
  dark: {
    veil: '#0b0f14',
    mark: [1, 1, 1, 1],
    faint: [0.6, 0.68, 0.76, 0.35],
    grid: [0.36, 0.88, 0.78, 0.9],
  },
  light: {
    veil: '#ffffff',
    mark: [0.07, 0.1, 0.13, 1],
    faint: [0.3, 0.36, 0.42, 0.3],
    grid: [0.04, 0.46, 0.4, 0.9],
  },
};

/** Angle between neighbours on level 0, radians. */
const BASE_SPACING = 1.107;
/** Radians: on a coarse mesh a ring need not grow with its nodes. */
const THICKEST_RING = 0.012;
/** From here on discs are squares: there are many of them, and each is small. */
const MANY_NODES = 5000;
/** Share of the strongest message within which all count as equally strong. */
export const EQUAL_SHARE = 0.01;

/** Shapes of the picture, and the veil that lies between them and the field; no veil leaves the field as it is. */
export function drawNetwork(
  picture: NetworkPicture,
  gridVectors: Float32Array,
  theme: Theme,
  veiled: boolean,
): { triangles: Triangles; veil: string | null } {
  const { graph, zoom, node } = picture;
  const ink = INKS[theme];
  const shapes = new NetworkShapes();
  const spacing = BASE_SPACING / 2 ** graph.meshSize;
  if (zoom === 'mesh') drawNodes(shapes, picture, spacing, ink.faint);
  if (zoom === 'node') drawReceived(shapes, picture, gridVectors, spacing, ink);
  if (zoom === 'message') drawMessage(shapes, picture, spacing, ink.mark);
  const ring = 0.4 * spacing;
  shapes.ring(graph.vertices, node, ring - Math.min(0.08 * spacing, THICKEST_RING), ring, ink.mark);
  return { triangles: shapes.triangles(), veil: veiled && zoom !== 'globe' ? ink.veil : null };
}

/** All mesh nodes, coloured by what they are asked to show. */
function drawNodes(shapes: NetworkShapes, picture: NetworkPicture, spacing: number, faint: Colour): void {
  const { graph } = picture;
  const values = shownValues(picture);
  if (!values) return;
  const { low, high } = shownRange(picture);
  const table = colourTable(NODE_COLOUR_MAPS[picture.shows]);
  const sides = graph.meshNodes > MANY_NODES ? 4 : 20;
  for (let node = 0; node < graph.meshNodes; node++) {
    const value = values[node];
    const isBeyond = picture.shows === 'reach' && value > picture.step;
    const colour = isBeyond ? faint : colourAt(table, (value - low) / (high - low));
    shapes.disc(graph.vertices, node, (isBeyond ? 0.14 : 0.28) * spacing, colour, sides);
  }
}

/** What the picked node receives: messages from its neighbours, and what the encoder brought from the grid. */
function drawReceived(
  shapes: NetworkShapes,
  picture: NetworkPicture,
  gridVectors: Float32Array,
  spacing: number,
  ink: (typeof INKS)[Theme],
): void {
  const { graph, node, field, step, readings } = picture;
  if (field && graph.meshNodes <= MANY_NODES) {
    field.mesh.forEach((hop, other) => {
      if (hop !== UNREACHED && hop <= step) shapes.disc(graph.vertices, other, 0.12 * spacing, ink.faint);
    });
  }
  const feeding = feedingGridNodes(graph, node);
  for (const gridNode of feeding) {
    shapes.arc(gridVectors, gridNode, graph.vertices, node, 0.012 * spacing, [...rgbOf(ink.grid), 0.5]);
    shapes.disc(gridVectors, gridNode, 0.07 * spacing, ink.grid, 8);
  }
  const norms = readings?.messages[step - 1];
  const incoming = incomingMessages(graph, node);
  const ofNode = incoming.map(({ edge }) => norms?.[edge] ?? 0);
  const [least, most] = [Math.min(...ofNode), Math.max(...ofNode)];
  const areEqual = most - least < EQUAL_SHARE * most;
  for (const { edge, sender, level } of incoming) {
    // From the weakest to the strongest: a layer norm keeps all of them near one size.
    const share = norms && !areEqual ? (norms[edge] - least) / (most - least) : 0.5;
    const colour: Colour = [...hexRgb(LEVEL_COLOURS[level]), 0.5 + 0.5 * share];
    shapes.arc(graph.vertices, sender, graph.vertices, node, (0.015 + 0.04 * share) * spacing, colour);
    shapes.disc(graph.vertices, sender, 0.13 * spacing, [...hexRgb(LEVEL_COLOURS[level]), 1]);
  }
  shapes.disc(graph.vertices, node, 0.2 * spacing, ink.mark);
}

function drawMessage(shapes: NetworkShapes, picture: NetworkPicture, spacing: number, mark: Colour): void {
  const { graph, node } = picture;
  const edge = shownMessage(picture);
  const sender = graph.mesh.senders[edge];
  const colour: Colour = [...hexRgb(LEVEL_COLOURS[graph.levels[edge]]), 1];
  shapes.arc(graph.vertices, sender, graph.vertices, node, 0.04 * spacing, colour);
  shapes.disc(graph.vertices, sender, 0.2 * spacing, colour);
  shapes.disc(graph.vertices, node, 0.2 * spacing, mark);
}

/** The picked message of the picked node; without one, the strongest of the step. */
export function shownMessage({ graph, readings, node, edge, step }: NetworkPicture): number {
  const incoming = incomingMessages(graph, node);
  if (edge !== null && graph.mesh.receivers[edge] === node) return edge;
  const norms = readings?.messages[Math.max(0, step - 1)];
  return incoming.reduce(
    (best, { edge: other }) => (norms && norms[other] > norms[best] ? other : best),
    incoming[0].edge,
  );
}

/** One number per mesh node; null where it was not read. */
export function shownValues({ readings, field, step, shows }: NetworkPicture): ArrayLike<number> | null {
  if (shows === 'reach') return field && Array.from(field.mesh);
  const steps = shows === 'latent' ? readings?.nodes : readings?.gradients;
  return steps?.[step] ?? null;
}

/** From the least to the greatest number of all steps, so that a step's colours can be compared with the next's. */
export function shownRange({ readings, field, shows }: NetworkPicture): { low: number; high: number } {
  const all = shows === 'reach' ? [] : ((shows === 'latent' ? readings?.nodes : readings?.gradients) ?? []);
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const values of all) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (shows === 'reach') {
    low = 0;
    for (const hop of field?.mesh ?? []) if (hop !== UNREACHED) high = Math.max(high, hop);
  }
  return high > low ? { low, high } : { low: 0, high: 1 };
}

function colourAt(table: Uint8Array, share: number): Colour {
  const entry = 4 * Math.round(255 * Math.max(0, Math.min(1, share)));
  return [table[entry] / 255, table[entry + 1] / 255, table[entry + 2] / 255, 1];
}

function hexRgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

function rgbOf([red, green, blue]: Colour): [number, number, number] {
  return [red, green, blue];
}
