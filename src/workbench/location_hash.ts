/**
 * The address holds what decides the picture, so that a link reopens it:
 * `#room=forecast&field=geopotential&level=500&layer=error&init=2018-10-06T18&lead=72&view=lon,lat,zoom`.
 * Defaults are left out; anything unreadable is ignored.
 */

export const ROOMS = ['train', 'forecast', 'kernels'] as const;
export type Room = (typeof ROOMS)[number];

export const LAYERS = ['forecast', 'truth', 'error'] as const;
export type Layer = (typeof LAYERS)[number];

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
  };
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

function oneOf<T extends string>(choices: readonly T[], text: string | null): T | null {
  return choices.find((choice) => choice === text) ?? null;
}
