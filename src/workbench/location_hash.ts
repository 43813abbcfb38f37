/**
 * The address holds what decides the picture, so that a link reopens it:
 * `#room=forecast&field=geopotential&level=500&layer=error&init=2018-10-06T18&lead=72&view=lon,lat,zoom`, and
 * `compare=truth,beside` (or `truth,0.5`: the divider's place), `map=flat`, `over=wind,isolines` (what is drawn over
 * the field), `meshlevels=0,1`, `range=automatic`, `units=K,kt`, `pick=lon,lat`,
 * `lesson=3&step=2`; after it the settings of a run (`settings_hash.ts`).
 * Defaults are left out; anything unreadable is ignored.
 */

export const ROOMS = ['train', 'forecast', 'score', 'network', 'kernels', 'learn'] as const;
export type Room = (typeof ROOMS)[number];

export const LAYERS = ['forecast', 'truth', 'error', 'tendency', 'sensitivity'] as const;
export type Layer = (typeof LAYERS)[number];

/** Layers that need no forecast. */
export const LAYERS_IN_FILE: readonly Layer[] = ['truth', 'tendency'];

export const PROJECTIONS = ['globe', 'flat'] as const;
export type Projection = (typeof PROJECTIONS)[number];

/** What a colour range follows: the file's usual spread, the shown values, or these with equal ends about zero. */
export const RANGE_KINDS = ['fixed', 'automatic', 'symmetric'] as const;
export type RangeKind = (typeof RANGE_KINDS)[number];

/** What can be drawn over a field; `cells`: the field itself as its grid has it, not smoothly. */
export const OVERLAYS = ['isolines', 'extremes', 'graticule', 'wind', 'mesh', 'cells'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** A second layer beside the first. */
export interface Comparison {
  layer: Layer;
  /** Share of the globe's width left of the divider; null: two globes. */
  divider: number | null;
}

/** A place on the globe, degrees. */
export interface Point {
  longitude: number;
  latitude: number;
}

/** A step of a lesson, both counted from 1. */
export interface LessonPlace {
  lesson: number;
  step: number;
}

export interface Camera {
  /** Degrees, the point in the middle of the globe. */
  longitude: number;
  latitude: number;
  /** 1 shows the whole globe. */
  zoom: number;
}

export interface Place {
  room: Room;
  variable: string;
  /** hPa; null for a surface variable. */
  level: number | null;
  layer: Layer;
  /** Seconds since 1970; null until a dataset gives one. */
  initialTime: number | null;
  leadHours: number;
  camera: Camera;
  compare: Comparison | null;
  projection: Projection;
  overlays: Record<Overlay, boolean>;
  /** Levels of the multi-mesh that are drawn; null: all. */
  meshLevels: number[] | null;
  rangeKind: RangeKind;
  /** Units chosen in place of the usual ones. */
  units: string[];
  /** The place whose values are read through time and height. */
  pick: Point | null;
  /** Where in the Learn room; null: at its list of lessons. */
  lesson: LessonPlace | null;
}

export const DEFAULT_CAMERA: Camera = { longitude: 15, latitude: 38, zoom: 1 };

export const DEFAULT_PLACE: Place = {
  room: 'train',
  variable: 'geopotential',
  level: 500,
  layer: 'truth',
  initialTime: null,
  leadHours: 0,
  camera: DEFAULT_CAMERA,
  compare: null,
  projection: 'globe',
  overlays: { isolines: true, extremes: true, graticule: true, wind: false, mesh: false, cells: false },
  meshLevels: null,
  rangeKind: 'fixed',
  units: [],
  pick: null,
  lesson: null,
};

export function encodePlace(place: Place): string {
  const parts: string[] = [];
  if (place.room !== DEFAULT_PLACE.room) parts.push(`room=${place.room}`);
  if (place.variable !== DEFAULT_PLACE.variable) parts.push(`field=${encodeURIComponent(place.variable)}`);
  if (place.level !== DEFAULT_PLACE.level) parts.push(`level=${place.level ?? 'surface'}`);
  if (place.layer !== DEFAULT_PLACE.layer) parts.push(`layer=${place.layer}`);
  if (place.initialTime !== null) parts.push(`init=${hourStamp(place.initialTime)}`);
  if (place.leadHours !== 0) parts.push(`lead=${place.leadHours}`);
  const view = viewText(place.camera);
  if (view !== viewText(DEFAULT_CAMERA)) parts.push(`view=${view}`);
  if (place.compare) parts.push(`compare=${comparisonText(place.compare)}`);
  if (place.projection !== DEFAULT_PLACE.projection) parts.push(`map=${place.projection}`);
  const over = overlaysText(place.overlays);
  if (over !== overlaysText(DEFAULT_PLACE.overlays)) parts.push(`over=${over}`);
  if (place.meshLevels) parts.push(`meshlevels=${place.meshLevels.join(',')}`);
  if (place.rangeKind !== DEFAULT_PLACE.rangeKind) parts.push(`range=${place.rangeKind}`);
  if (place.units.length > 0) parts.push(`units=${place.units.map(encodeURIComponent).join(',')}`);
  if (place.pick) parts.push(`pick=${pointText(place.pick)}`);
  if (place.room === 'learn' && place.lesson) {
    parts.push(`lesson=${place.lesson.lesson}`, `step=${place.lesson.step}`);
  }
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

export function decodePlace(hash: string): Place {
  const read = new URLSearchParams(hash.replace(/^#/, ''));
  const level = read.get('level');
  const lead = Number(read.get('lead') ?? 0);
  return {
    room: oneOf(ROOMS, read.get('room')) ?? DEFAULT_PLACE.room,
    variable: read.get('field') ?? DEFAULT_PLACE.variable,
    level: level === 'surface' ? null : (positive(level) ?? DEFAULT_PLACE.level),
    layer: oneOf(LAYERS, read.get('layer')) ?? DEFAULT_PLACE.layer,
    initialTime: hourTime(read.get('init')),
    leadHours: Number.isInteger(lead) && lead >= 0 ? lead : 0,
    camera: camera(read.get('view')),
    compare: comparison(read.get('compare')),
    projection: oneOf(PROJECTIONS, read.get('map')) ?? DEFAULT_PLACE.projection,
    overlays: overlays(read.get('over')),
    meshLevels: wholeNumbers(read.get('meshlevels')),
    rangeKind: oneOf(RANGE_KINDS, read.get('range')) ?? DEFAULT_PLACE.rangeKind,
    units: read.get('units')?.split(',').filter(Boolean) ?? [],
    pick: point(read.get('pick')),
    lesson: lesson(read.get('lesson'), read.get('step')),
  };
}

const BESIDE = 'beside';

function comparisonText({ layer, divider }: Comparison): string {
  if (divider === null) return `${layer},${BESIDE}`;
  return divider === 0.5 ? layer : `${layer},${Number(divider.toFixed(3))}`;
}

function comparison(text: string | null): Comparison | null {
  const [name, place] = text?.split(',') ?? [];
  const layer = oneOf(LAYERS, name ?? null);
  if (!layer) return null;
  if (place === BESIDE) return { layer, divider: null };
  const divider = Number(place ?? 0.5);
  return { layer, divider: divider >= 0 && divider <= 1 ? divider : 0.5 };
}

function overlaysText(shown: Record<Overlay, boolean>): string {
  return OVERLAYS.filter((overlay) => shown[overlay]).join(',') || 'none';
}

function overlays(text: string | null): Record<Overlay, boolean> {
  if (text === null) return DEFAULT_PLACE.overlays;
  const named = text.split(',');
  return Object.fromEntries(OVERLAYS.map((name) => [name, named.includes(name)])) as Record<Overlay, boolean>;
}

function wholeNumbers(text: string | null): number[] | null {
  const numbers = text ? text.split(',').map(Number) : [];
  return numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && n >= 0) ? numbers : null;
}

function lesson(text: string | null, step: string | null): LessonPlace | null {
  const [number] = wholeNumbers(text) ?? [];
  const [at] = wholeNumbers(step) ?? [1];
  return number >= 1 && at >= 1 ? { lesson: number, step: at } : null;
}

export function pointText({ longitude, latitude }: Point): string {
  return [longitude, latitude].map((degrees) => Number(degrees.toFixed(2))).join(',');
}

function point(text: string | null): Point | null {
  const numbers = text?.split(',').map(Number) ?? [];
  if (numbers.length !== 2 || !numbers.every(Number.isFinite) || Math.abs(numbers[1]) > 90) return null;
  return { longitude: numbers[0], latitude: numbers[1] };
}

function viewText(c: Camera): string {
  return [c.longitude.toFixed(1), c.latitude.toFixed(1), c.zoom.toFixed(2)].map(Number).join(',');
}

function camera(text: string | null): Camera {
  const numbers = text?.split(',').map(Number) ?? [];
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return DEFAULT_CAMERA;
  const [longitude, latitude, zoom] = numbers;
  if (Math.abs(latitude) > 90 || zoom < 0.5 || zoom > 20) return DEFAULT_CAMERA;
  return { longitude, latitude, zoom };
}

/** '2018-10-06T18', with minutes only when they are not zero. */
export function hourStamp(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return iso.slice(14, 16) === '00' ? iso.slice(0, 13) : iso.slice(0, 16);
}

function hourTime(text: string | null): number | null {
  if (!text || !/^\d{4}-\d\d-\d\dT\d\d(:\d\d)?$/.test(text)) return null;
  const milliseconds = Date.parse(text.length === 13 ? `${text}:00Z` : `${text}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function positive(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return value > 0 ? value : null;
}

/** The choice that a part of the address names, if any. */
export function oneOf<T extends string>(choices: readonly T[], text: string | null | undefined): T | null {
  return choices.find((choice) => choice === text) ?? null;
}
