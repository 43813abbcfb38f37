/** What is looked at: room, field, layer, times, camera, and what is drawn over the field. */
import { create } from 'zustand';
import { type Camera, DEFAULT_PLACE, type Layer, type Place, type Room } from '../location_hash';

export interface View extends Place {
  playing: boolean;
  isolines: boolean;
  /** The multi-mesh of the chosen configuration, drawn over the field. */
  mesh: boolean;
  /** The sheet over the globe on narrow screens. */
  sheetOpen: boolean;
  keysOpen: boolean;
}

export const useView = create<View>(() => ({
  ...DEFAULT_PLACE,
  playing: false,
  isolines: true,
  mesh: false,
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
