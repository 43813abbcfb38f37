/** What a lesson is made of. The texts are the English keys of `t()`, which is called where they are shown. */
import type { Overlay, Place } from '../location_hash';
import type { NodeReading, Zoom } from '../rooms_hash';

/** Something of the page to change or to start, in the lesson's own panel. */
export type LessonControl =
  | 'forecast'
  | 'forecast steps'
  | 'input'
  | 'latent size'
  | 'latitude'
  | 'lead time'
  | 'learning rate'
  | 'level'
  | 'mesh levels'
  | 'mesh size'
  | 'message steps'
  | 'node'
  | 'processor step'
  | 'rollout'
  | 'train'
  | 'updates'
  | 'variable';

/** Something to see happen, beside the globe. */
export type LessonFigure =
  | 'area weights'
  | 'channels'
  | 'error growth'
  | 'gradient norm'
  | 'graph'
  | 'learning curve'
  | 'level weights'
  | 'mesh nodes'
  | 'mesh sizes'
  | 'message shape'
  | 'node'
  | 'parameters'
  | 'reach'
  | 'row spacing'
  | 'schedule'
  | 'variable weights';

export interface LessonStep {
  heading: string;
  /** Paragraphs. */
  text: string[];
  /** A line of mathematics between text and controls. */
  formula?: string;
  controls: LessonControl[];
  figure: LessonFigure;
  /** What to look at. */
  see: string;
  /** What of the network's inside lies over the globe, read with the parameters as they are. */
  network?: { zoom: Zoom; shows?: NodeReading };
  /** How the page is set up when the step is entered, from how it is. */
  show?(place: Place): Partial<Place>;
}

export interface Lesson {
  title: string;
  summary: string;
  steps: LessonStep[];
}

/** Nothing over the field but these. */
export function only(...shown: Overlay[]): Record<Overlay, boolean> {
  const has = (overlay: Overlay) => shown.includes(overlay);
  return {
    isolines: has('isolines'),
    extremes: has('extremes'),
    graticule: has('graticule'),
    wind: has('wind'),
    mesh: has('mesh'),
    cells: has('cells'),
  };
}

/** One globe with one layer of 500 hPa geopotential. */
export const PLAIN: Partial<Place> = {
  ...{ variable: 'geopotential', level: 500 },
  ...{ projection: 'globe', compare: null, rangeKind: 'fixed' },
};

/** Land and sea only, in pale colours: a ground for the mesh. */
export const PALE: Partial<Place> = { ...PLAIN, variable: 'land_sea_mask', level: null, layer: 'truth' };
