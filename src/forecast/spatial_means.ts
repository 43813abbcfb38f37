import type { Dataset } from '../weather/dataset';
import { cellAreaWeights } from './area_weights';
import { coversLatitude, coversLongitude, GLOBAL, type Region } from './regions';

/** What is averaged over a region for one time; f forecast, t truth, c climatology, all at that time. */
export const MEASURES = [
  /** f - t */
  'error',
  /** |f - t| */
  'absoluteError',
  /** (f - t)² */
  'squaredError',
  /** (f - c)² */
  'squaredForecastAnomaly',
  /** (t - c)² */
  'squaredTruthAnomaly',
  /** (f - c)(t - c) */
  'anomalyProduct',
  /** t - c */
  'truthAnomaly',
  /** |t - c| */
  'absoluteTruthAnomaly',
] as const;

/** Means of all measures over one region; the anomalies' are NaN without a climatology. */
export type Means = Record<(typeof MEASURES)[number], number>;

/** A run of neighbouring grid points on one latitude circle that belong to the same boxes. */
interface Segment {
  start: number;
  end: number;
  /** Bit r: they belong to region r. */
  boxes: number;
}

/**
 * Area-weighted means over regions (WeatherBench 2: cells' areas, region by region divided by the region's own area).
 * Grid points that belong to the same boxes are summed once, so twelve boxes cost little more than the globe.
 */
export class SpatialMeans {
  readonly regions: readonly Region[];
  /** Share of the globe's area that each region's grid points have. */
  readonly areaFractions: readonly number[];
  /** Of all grid points that belong to any box. */
  private readonly segments: Segment[] = [];
  /** Area of every grid point. */
  private readonly area: Float64Array;
  /** Regions by surface and the weight of every grid point there. */
  private readonly surfaces: { region: number; weights: Float64Array }[] = [];

  /**
   * Regions without a grid point, and surfaces when there is no mask, are left out of `regions`.
   *
   * @param regions at most 31
   * @param landFraction [grid nodes], 0 to 1
   */
  constructor(
    { latitudes, longitudes }: Pick<Dataset, 'latitudes' | 'longitudes'>,
    regions: readonly Region[] = [GLOBAL],
    landFraction?: ArrayLike<number>,
  ) {
    const columns = longitudes.length;
    const rows = cellAreaWeights(latitudes);
    const area = Float64Array.from(
      { length: rows.length * columns },
      (_, g) => rows[Math.floor(g / columns)],
    );
    this.area = area;
    this.regions = regions.filter(
      (region) =>
        (region.surface === undefined || landFraction !== undefined) &&
        latitudes.some((latitude) => coversLatitude(region, latitude)) &&
        longitudes.some((longitude) => coversLongitude(region, longitude)),
    );
    const bits = (covers: (region: Region) => boolean) =>
      this.regions.reduce((all, region, r) => all | (Number(covers(region)) << r), 0);
    const rowBits = Array.from(latitudes, (latitude) => bits((region) => coversLatitude(region, latitude)));
    const columnBits = Array.from(longitudes, (longitude) =>
      bits((region) => coversLongitude(region, longitude)),
    );
    const boxBits = bits(({ surface }) => surface === undefined);
    const totals = this.regions.map(() => 0);
    for (const [row, inRow] of rowBits.entries()) {
      let last: Segment | undefined;
      for (const [column, inColumn] of columnBits.entries()) {
        const boxes = inRow & inColumn & boxBits;
        const node = row * columns + column;
        if (last?.boxes === boxes) last.end++;
        else {
          last = { start: node, end: node + 1, boxes };
          if (boxes !== 0) this.segments.push(last);
        }
      }
    }
    for (const { start, end, boxes } of this.segments)
      for (const r of totals.keys()) if ((boxes >> r) & 1) totals[r] += area[start] * (end - start);
    for (const [r, { surface }] of this.regions.entries()) {
      if (surface === undefined) continue;
      const weights = area.map((cell, g) => {
        const inside = ((rowBits[Math.floor(g / columns)] & columnBits[g % columns]) >> r) & 1;
        const land = landFraction![g];
        return inside * cell * (surface === 'land' ? land : 1 - land);
      });
      this.surfaces.push({ region: r, weights });
      totals[r] = weights.reduce((sum, weight) => sum + weight, 0);
    }
    this.areaFractions = totals.map((total) => total / area.length);
  }

  /**
   * Means over every region of one field at one time.
   *
   * @param forecast [grid nodes]; so are `truth` and `climatology`
   * @returns one entry per region
   */
  of(forecast: Float32Array, truth: Float32Array, climatology?: Float32Array | Float64Array): Means[] {
    const measures = MEASURES.length;
    const sums = this.regions.map(() => new Float64Array(measures + 1));
    const fields = { forecast, truth, climatology };
    const part = new Float64Array(measures + 1);
    for (const { start, end, boxes } of this.segments) {
      part.fill(0);
      addSums(part, fields, this.area, start, end);
      for (const [r, sum] of sums.entries())
        if ((boxes >> r) & 1) for (let m = 0; m <= measures; m++) sum[m] += part[m];
    }
    for (const { region, weights } of this.surfaces)
      addSums(sums[region], fields, weights, 0, weights.length);
    return sums.map(
      (sum) => Object.fromEntries(MEASURES.map((name, m) => [name, sum[m] / sum[measures]])) as Means,
    );
  }
}

/** Adds the weighted measures of grid points `start` to `end` to `sums`, and their weights to its last place. */
function addSums(
  sums: Float64Array,
  fields: { forecast: Float32Array; truth: Float32Array; climatology?: Float32Array | Float64Array },
  weights: Float64Array,
  start: number,
  end: number,
): void {
  const { forecast, truth, climatology } = fields;
  let [error, absolute, square, weight] = [0, 0, 0, 0];
  for (let g = start; g < end; g++) {
    const w = weights[g];
    const difference = forecast[g] - truth[g];
    weight += w;
    error += w * difference;
    absolute += w * Math.abs(difference);
    square += w * difference * difference;
  }
  sums[0] += error;
  sums[1] += absolute;
  sums[2] += square;
  sums[MEASURES.length] += weight;
  if (!climatology) {
    sums.fill(Number.NaN, 3, MEASURES.length);
    return;
  }
  let [forecastSquare, truthSquare, product, anomaly, absoluteAnomaly] = [0, 0, 0, 0, 0];
  for (let g = start; g < end; g++) {
    const w = weights[g];
    const normal = climatology[g];
    const predicted = forecast[g] - normal;
    const actual = truth[g] - normal;
    forecastSquare += w * predicted * predicted;
    truthSquare += w * actual * actual;
    product += w * predicted * actual;
    anomaly += w * actual;
    absoluteAnomaly += w * Math.abs(actual);
  }
  sums[3] += forecastSquare;
  sums[4] += truthSquare;
  sums[5] += product;
  sums[6] += anomaly;
  sums[7] += absoluteAnomaly;
}

/** Area-weighted global root mean square difference of two fields, [grid nodes]. */
export function rootMeanSquareError(means: SpatialMeans, a: Float32Array, b: Float32Array): number {
  return Math.sqrt(means.of(a, b)[0].squaredError);
}
