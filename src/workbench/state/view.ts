/** What is looked at: room, field, layers, times, camera, projection, and what is drawn over the field. */
import { create } from 'zustand';
import {
  type Camera,
  DEFAULT_PLACE,
  type Layer,
  type Overlay,
  type Place,
  type Point,
  type Room,
} from '../location_hash';

export interface View extends Place {
  playing: boolean;
  /** Frames per usual frame of playing. */
  playSpeed: number;
  /** The sheet over the globe on narrow screens. */
  sheetOpen: boolean;
  keysOpen: boolean;
}

export const useView = create<View>(() => ({
  ...DEFAULT_PLACE,
  playing: false,
  playSpeed: 1,
  sheetOpen: false,
  keysOpen: false,
}));

const set = useView.setState;

export function showRoom(room: Room): void {
  set((view) => ({ room, sheetOpen: view.room === room ? !view.sheetOpen : true }));
}

export function showField(variable: string, level: number | null): void {
  set({ variable, level });
}

export function showLayer(layer: Layer): void {
  set({ layer });
}

export function showLead(leadHours: number): void {
  set({ leadHours });
}

export function moveCamera(camera: Camera): void {
  set({ camera });
}

export function toggleOverlay(overlay: Overlay): void {
  set(({ overlays }) => ({ overlays: { ...overlays, [overlay]: !overlays[overlay] } }));
}

export function toggleProjection(): void {
  set(({ projection }) => ({ projection: projection === 'globe' ? 'flat' : 'globe' }));
}

/** One layer, two layers with a divider, two globes, and one layer again. */
export function nextComparison(): void {
  set(({ compare, layer }) => {
    if (!compare) return { compare: { layer: layer === 'truth' ? 'forecast' : 'truth', divider: 0.5 } };
    return { compare: compare.divider === null ? null : { ...compare, divider: null } };
  });
}

/** Moves the divider to a share of the globe's width. */
export function moveDivider(divider: number): void {
  const within = Math.max(0, Math.min(1, divider));
  set(({ compare }) => ({ compare: compare && { ...compare, divider: within } }));
}

/** Marks a place, whose values are then read through time and height; null forgets it. */
export function pickPlace(pick: Point | null): void {
  set({ pick });
}

/** Shows a quantity in one of its units; the first is the usual one, which needs no mention. */
export function chooseUnit(choices: string[], unit: string): void {
  set(({ units }) => {
    const others = units.filter((one) => !choices.includes(one));
    return { units: unit === choices[0] ? others : [...others, unit] };
  });
}
