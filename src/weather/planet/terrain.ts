/** Continents and mountains of the planet's own making, from a seed. */
import { randomStream } from '../random';
import { GRAVITY } from './constants';
import { gaussianGrid, SpectralTransform, type SphereGrid } from './spectral_transform';
import { Truncation } from './truncation';

/** Truncation of the terrain, the same for every model, so that a seed is a planet whatever its resolution. */
const TERRAIN_TRUNCATION = 63;
/** The variance of terrain by degree n falls as n⁻², as that of Earth's topography does. */
const SPECTRAL_SLOPE = -2;
const LAND_FRACTION = 0.3;
/** Height of plains far inland and of the highest mountain, m. */
const PLAIN_HEIGHT = 500;
const MOUNTAIN_HEIGHT = 4500;
/** Width of mountain ranges, in standard deviations of the field whose zero lines they follow. */
const RANGE_WIDTH = 0.25;
/** Samples along each side of a grid cell for its fraction of land. */
const CELL_SAMPLES = 4;

/** What lies under the air. */
export interface Landscape {
  /**
   * Geopotential of the ground for a model.
   *
   * @returns spherical harmonics, m² s⁻²
   */
  surfaceGeopotential(truncation: Truncation): Float64Array;
  /**
   * Fraction of land in every cell of a grid.
   *
   * @param latitudes degrees, equally or almost equally spaced from pole to pole, mirrored at the equator
   * @param columns longitudes from 0
   * @returns 0 … 1, [latitudes, columns]
   */
  landFraction(latitudes: ArrayLike<number>, columns: number): Float32Array;
}

/** No land anywhere, as in the benchmark of Held and Suarez (1994). */
export const OCEAN: Landscape = {
  surfaceGeopotential: (truncation) => truncation.field(),
  landFraction: (latitudes, columns) => new Float32Array(latitudes.length * columns),
};

/** Continents and mountains. */
export class Terrain implements Landscape {
  private readonly truncation = new Truncation(TERRAIN_TRUNCATION);
  /** Continents: land where it is above `seaLevel`. */
  private readonly elevation: Float64Array;
  /** Mountain ranges follow its zero lines. */
  private readonly ranges: Float64Array;
  private readonly seaLevel: number;
  /** Of `elevation` above sea level, over land. */
  private readonly highest: number;

  constructor(seed: number) {
    this.elevation = randomField(this.truncation, randomStream(seed, 'continents'));
    this.ranges = randomField(this.truncation, randomStream(seed, 'mountain ranges'));
    const transform = new SpectralTransform(this.truncation, gaussianGrid(TERRAIN_TRUNCATION));
    const { rows, columns, grid } = transform;
    const values = new Float64Array(rows * columns);
    transform.synthesise(this.elevation, values);
    const byHeight = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
    let area = 0;
    let at = 0;
    while (area < LAND_FRACTION) area += grid.weights![Math.floor(byHeight[at++] / columns)] / (2 * columns);
    this.seaLevel = values[byHeight[at]];
    this.highest = values[byHeight[0]] - this.seaLevel;
  }

  /** Smoothed, because a truncated field ripples around what is sharp. */
  surfaceGeopotential(truncation: Truncation): Float64Array {
    const grid = gaussianGrid(Math.max(TERRAIN_TRUNCATION, truncation.last));
    const own = new SpectralTransform(this.truncation, grid);
    const values = new Float64Array(own.rows * own.columns);
    const ranges = new Float64Array(values.length);
    own.synthesise(this.elevation, values);
    own.synthesise(this.ranges, ranges);
    for (let i = 0; i < values.length; i++) values[i] = GRAVITY * this.height(values[i], ranges[i]);
    const result = truncation.field();
    new SpectralTransform(truncation, grid).analyse(values, result);
    truncation.degree.forEach((n, c) => {
      const kept = n > truncation.last ? 0 : Math.exp(-2 * (n / truncation.last) ** 4);
      result[2 * c] *= kept;
      result[2 * c + 1] *= kept;
    });
    return result;
  }

  /** Height of the ground, m, from the two fields. */
  private height(elevation: number, range: number): number {
    const inland = Math.max(0, (elevation - this.seaLevel) / this.highest);
    const ridge = Math.exp(-((range / RANGE_WIDTH) ** 2));
    // Ranges rise behind the coast, not out of the sea.
    return PLAIN_HEIGHT * Math.sqrt(inland) + MOUNTAIN_HEIGHT * ridge * Math.min(1, 4 * inland) ** 2;
  }

  landFraction(latitudes: ArrayLike<number>, columns: number): Float32Array {
    const rows = latitudes.length;
    const edge = (j: number) => (j === 0 ? -90 : j === rows ? 90 : (latitudes[j - 1] + latitudes[j]) / 2);
    const sines = Float64Array.from({ length: rows * CELL_SAMPLES }, (_, s) => {
      const j = Math.floor(s / CELL_SAMPLES);
      const inside = ((s % CELL_SAMPLES) + 0.5) / CELL_SAMPLES;
      return Math.sin(((edge(j) + inside * (edge(j + 1) - edge(j))) * Math.PI) / 180);
    });
    const refinement = CELL_SAMPLES * Math.ceil((2 * TERRAIN_TRUNCATION + 1) / (CELL_SAMPLES * columns));
    const grid: SphereGrid = { sines, columns: columns * refinement };
    const values = new Float64Array(sines.length * grid.columns);
    new SpectralTransform(this.truncation, grid).synthesise(this.elevation, values);
    const fraction = new Float32Array(rows * columns);
    for (let s = 0; s < sines.length; s++) {
      const j = Math.floor(s / CELL_SAMPLES);
      for (let i = 0; i < columns; i++) {
        let land = 0;
        // The cell reaches half a spacing to either side; its two edges count half.
        for (let x = -refinement / 2; x <= refinement / 2; x++) {
          const column = (i * refinement + x + grid.columns) % grid.columns;
          const weight = Math.abs(x) === refinement / 2 ? 0.5 : 1;
          if (values[s * grid.columns + column] > this.seaLevel) land += weight;
        }
        fraction[j * columns + i] += land / (refinement * CELL_SAMPLES);
      }
    }
    return fraction;
  }
}

/** A Gaussian random field of unit variance over the sphere. */
function randomField(truncation: Truncation, random: () => number): Float64Array {
  const field = truncation.field();
  const { degree, order, size, last } = truncation;
  let variance = 0;
  for (let c = 0; c < size; c++) {
    const n = degree[c];
    if (n === 0 || n > last) continue;
    // Box and Muller: two independent normal numbers.
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    const amplitude = Math.sqrt((n + 1) ** SPECTRAL_SLOPE / (2 * n + 1));
    const zonal = order[c] === 0;
    field[2 * c] = amplitude * radius * Math.cos(angle) * (zonal ? 1 : Math.SQRT1_2);
    if (!zonal) field[2 * c + 1] = amplitude * radius * Math.sin(angle) * Math.SQRT1_2;
    variance += (zonal ? 1 : 2) * (field[2 * c] ** 2 + field[2 * c + 1] ** 2);
  }
  return field.map((value) => value / Math.sqrt(variance));
}
