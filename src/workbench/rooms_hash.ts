/**
 * What the Network and the Score room are looked at with, in the address after the place, so that a link reopens it:
 * `network=node,17,3` (zoom, mesh node, processor steps done; a fourth number: the edge of the picked message),
 * `nodes=gradient`; `sensitivity=temperature,850,4,12.5,40` (what the gradient on the globe is of: field, level or
 * `surface`, lead time in steps, longitude, latitude), `inputframe=previous`, `per=unit`; `score=acc,climatology,tropics`.
 * Defaults are left out; anything unreadable is ignored.
 */
import { REGIONS } from '../forecast/regions';
import type { SensitivityQuestion } from '../worker/protocol';
import { oneOf, pointText } from './location_hash';

/** From the whole to the least part. */
export const ZOOMS = ['globe', 'mesh', 'node', 'message'] as const;
export type Zoom = (typeof ZOOMS)[number];

/** What the mesh's nodes are coloured by. */
export const NODE_READINGS = ['latent', 'gradient', 'reach'] as const;
export type NodeReading = (typeof NODE_READINGS)[number];

export const METRICS = ['rmse', 'acc'] as const;
export type Metric = (typeof METRICS)[number];

/** `against`: other scores, which only this visit has, so that no link tells it. */
export const BASELINES = ['persistence', 'climatology', 'against'] as const;
export type Baseline = (typeof BASELINES)[number];

export const INPUT_FRAMES = ['previous', 'last'] as const;
export type InputFrame = (typeof INPUT_FRAMES)[number];

/** Where in the network. */
export interface NetworkPlace {
  zoom: Zoom;
  node: number;
  /** Processor steps done: 0 is after the encoder. */
  step: number;
  /** Edge of the picked message; null: the strongest. */
  edge: number | null;
}

/** The forecast number that a sensitivity is of; its initial time is the place's. */
export type AskedSensitivity = Omit<SensitivityQuestion, 'initialFrame'>;

export interface RoomsPlace {
  /** Null: where the picked place leads to. */
  network: NetworkPlace | null;
  shows: NodeReading;
  sensitivity: AskedSensitivity | null;
  frame: InputFrame;
  perDeviation: boolean;
  metric: Metric;
  baseline: Baseline;
  /** Key of the scores' regions. */
  region: string;
}

export const DEFAULT_ROOMS: RoomsPlace = {
  network: null,
  shows: 'latent',
  sensitivity: null,
  frame: 'last',
  perDeviation: true,
  metric: 'rmse',
  baseline: 'persistence',
  region: 'global',
};

/** The longest lead time that a sensitivity is asked at, steps of 6 h. */
export const MOST_SENSITIVITY_STEPS = 4;

export function encodeRooms(rooms: RoomsPlace): string[] {
  const { network, shows, sensitivity, frame, perDeviation, metric, region } = rooms;
  const baseline = rooms.baseline === 'against' ? DEFAULT_ROOMS.baseline : rooms.baseline;
  const parts: string[] = [];
  if (network) {
    const { zoom, node, step, edge } = network;
    parts.push(`network=${[zoom, node, step, ...(edge === null ? [] : [edge])].join(',')}`);
  }
  if (shows !== DEFAULT_ROOMS.shows) parts.push(`nodes=${shows}`);
  if (sensitivity) {
    const { variable, level, steps } = sensitivity;
    const field = `${encodeURIComponent(variable)},${level ?? 'surface'}`;
    parts.push(`sensitivity=${field},${steps},${pointText(sensitivity)}`);
  }
  if (frame !== DEFAULT_ROOMS.frame) parts.push(`inputframe=${frame}`);
  if (!perDeviation) parts.push('per=unit');
  const score = [metric, baseline, region];
  const usual = [DEFAULT_ROOMS.metric, DEFAULT_ROOMS.baseline, DEFAULT_ROOMS.region];
  if (score.join() !== usual.join()) parts.push(`score=${score.join(',')}`);
  return parts;
}

export function decodeRooms(hash: string): RoomsPlace {
  const read = new URLSearchParams(hash.replace(/^#/, ''));
  const [metric, baseline, region] = read.get('score')?.split(',') ?? [];
  const known = REGIONS.find(({ id }) => id === region);
  return {
    network: networkPlace(read.get('network')),
    shows: oneOf(NODE_READINGS, read.get('nodes')) ?? DEFAULT_ROOMS.shows,
    sensitivity: askedSensitivity(read.get('sensitivity')),
    frame: oneOf(INPUT_FRAMES, read.get('inputframe')) ?? DEFAULT_ROOMS.frame,
    perDeviation: read.get('per') !== 'unit',
    metric: oneOf(METRICS, metric) ?? DEFAULT_ROOMS.metric,
    baseline: oneOf(['persistence', 'climatology'], baseline) ?? DEFAULT_ROOMS.baseline,
    region: known?.id ?? DEFAULT_ROOMS.region,
  };
}

function networkPlace(text: string | null): NetworkPlace | null {
  const [name, ...numbers] = text?.split(',') ?? [];
  const zoom = oneOf(ZOOMS, name);
  const [node, step, edge = null] = numbers.map(Number);
  const counts = [node, step, edge ?? 0];
  return zoom && counts.every((n) => Number.isSafeInteger(n) && n >= 0) ? { zoom, node, step, edge } : null;
}

function askedSensitivity(text: string | null): AskedSensitivity | null {
  const words = text?.split(',') ?? [];
  const [steps, longitude, latitude] = words.slice(-3).map(Number);
  const levelText = words.at(-4);
  const variable = words.slice(0, -4).join(',');
  const level = levelText === 'surface' ? null : Number(levelText);
  const isReadable =
    variable &&
    (level === null || level > 0) &&
    Number.isInteger(steps) &&
    steps >= 1 &&
    steps <= MOST_SENSITIVITY_STEPS &&
    Number.isFinite(longitude) &&
    Math.abs(latitude) <= 90;
  return isReadable ? { variable, level, steps, longitude, latitude } : null;
}
