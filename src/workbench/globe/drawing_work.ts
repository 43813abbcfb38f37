/** What is made ready for the globe in a thread of its own: grids and meshes can be large, and the page must not wait. */
import { type Coastlines, earthCoastlines, planetCoastlines } from './coastlines';
import { type Extreme, extremes } from './extremes';
import type { Isolines } from './field_material';
import { cellRaster, type FieldRaster, fieldRaster, straight } from './field_raster';
import { type IsolineLabel, isolineLabels } from './isoline_labels';
import { coastOf } from './planet_coast';
import { meshArcs } from './sphere_geometry';
import { type WindRaster, windRaster } from './wind_step';

interface Grid {
  /** Degrees, ascending. */
  latitudes: Float32Array;
  longitudes: Float32Array;
}

/** Between grid points: smooth, straight for single peaks, or the grid's cells as they are. */
export type Between = 'smooth' | 'straight' | 'cells';

export interface MarksRequest extends Grid {
  values: Float32Array;
  isolines: Isolines;
  /** Degrees of arc between the values of isolines. */
  spacing: number;
  /** Of highs and lows, in the unit of the values; null: none are marked. */
  prominence: number | null;
}

/** By name: what is given, and what comes back. */
export interface DrawingWork {
  field: [Grid & { values: Float32Array; between: Between }, FieldRaster];
  marks: [MarksRequest, { extremes: Extreme[]; labels: IsolineLabel[] }];
  wind: [Grid & { u: Float32Array; v: Float32Array }, WindRaster];
  earth: [{ address: string }, Coastlines];
  planet: [Grid & { land: Float32Array }, Coastlines];
  mesh: [MeshRequest, { positions: Float32Array; strengths: Float32Array }];
}

export interface MeshRequest {
  vertices: Float32Array;
  /** [edges, 2], coarse levels first. */
  edges: Int32Array;
  levelOfEdge: Uint8Array;
  /** Those whose edges are drawn; null: all. */
  levels: number[] | null;
}

type Workers = {
  [K in keyof DrawingWork]: (request: DrawingWork[K][0]) => DrawingWork[K][1] | Promise<DrawingWork[K][1]>;
};

export const DRAWING_WORK: Workers = {
  field({ values, latitudes, longitudes, between }) {
    if (between === 'cells') return cellRaster(values, latitudes, longitudes);
    const interpolation = between === 'straight' ? straight : undefined;
    return fieldRaster(values, latitudes, longitudes, undefined, interpolation);
  },
  marks({ values, latitudes, longitudes, isolines, spacing, prominence }) {
    return {
      extremes: prominence === null ? [] : extremes(values, latitudes, longitudes, prominence),
      labels: isolineLabels(values, latitudes, longitudes, isolines, spacing),
    };
  },
  wind: ({ u, v, latitudes, longitudes }) => windRaster(u, v, latitudes, longitudes),
  earth: ({ address }) => earthCoastlines(address),
  planet({ land, latitudes, longitudes }) {
    const { lines, loops } = coastOf(land, latitudes, longitudes);
    return planetCoastlines(lines, loops);
  },
  mesh: chosenArcs,
};

/** Arcs of the chosen levels. Fine edges are many: they recede, so that the coarse ones read. */
function chosenArcs({ vertices, edges, levelOfEdge, levels }: MeshRequest): DrawingWork['mesh'][1] {
  const finest = Math.max(1, levelOfEdge[levelOfEdge.length - 1]);
  const isDrawn = Array.from({ length: finest + 1 }, (_, level) => levels === null || levels.includes(level));
  const drawn = levelOfEdge.reduce((sum, level) => sum + Number(isDrawn[level]), 0);
  const ends = new Int32Array(2 * drawn);
  const ofDrawn = new Uint8Array(drawn);
  let at = 0;
  for (let edge = 0; edge < levelOfEdge.length; edge++) {
    if (!isDrawn[levelOfEdge[edge]]) continue;
    ends.set(edges.subarray(2 * edge, 2 * edge + 2), 2 * at);
    ofDrawn[at++] = levelOfEdge[edge];
  }
  const arcs = meshArcs(vertices, ends, ofDrawn);
  return {
    positions: arcs.positions,
    strengths: arcs.levels.map((level) => 0.95 - 0.65 * (level / finest)),
  };
}
