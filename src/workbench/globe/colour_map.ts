/**
 * Perceptual, colour-blind-safe colour maps, named for what they show. Cold is blue and warm is red, moisture
 * starts from white, and anything with a sign diverges about a light middle.
 */
import {
  interpolateBrBG,
  interpolateCividis,
  interpolateGnBu,
  interpolateInferno,
  interpolatePiYG,
  interpolatePRGn,
  interpolatePuOr,
  interpolateRdBu,
  interpolateRdYlBu,
  interpolateViridis,
} from 'd3-scale-chromatic';

const MAPS = {
  warmth: (t: number) => interpolateRdYlBu(1 - inner(t)),
  pressure: (t: number) => interpolateRdBu(1 - inner(t)),
  wind: (t: number) => interpolatePuOr(1 - inner(t)),
  vertical: (t: number) => interpolateBrBG(1 - inner(t)),
  moisture: (t: number) => interpolateGnBu(t),
  light: (t: number) => interpolateInferno(t),
  terrain: (t: number) => interpolateCividis(t),
  neutral: (t: number) => interpolateViridis(t),
  error: (t: number) => interpolateRdBu(1 - inner(t)),
  tendency: (t: number) => interpolatePRGn(inner(t)),
  sensitivity: (t: number) => interpolatePiYG(1 - inner(t)),
} as const;

/** Without a diverging scheme's darkest ends, which would swallow coastlines and isolines. */
function inner(t: number): number {
  return 0.05 + 0.9 * t;
}

export type ColourMapName = keyof typeof MAPS;

const ENTRIES = 256;

/** RGBA bytes of a map, [256, 4], from the low end of the range to the high end. */
export function colourTable(name: ColourMapName): Uint8Array {
  const table = new Uint8Array(ENTRIES * 4);
  for (let i = 0; i < ENTRIES; i++) {
    const [r, g, b] = channels(MAPS[name](i / (ENTRIES - 1)));
    table.set([r, g, b, 255], i * 4);
  }
  return table;
}

/** The map as a CSS gradient to the right, for the legend. */
export function colourGradient(name: ColourMapName): string {
  const stops = Array.from({ length: 17 }, (_, i) => MAPS[name](i / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** d3's schemes answer 'rgb(r, g, b)', and the sampled ones '#rrggbb'. */
function channels(colour: string): [number, number, number] {
  if (colour.startsWith('#')) {
    const value = Number.parseInt(colour.slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const [r, g, b] = colour.match(/[\d.]+/g)!.map(Number);
  return [r, g, b];
}
