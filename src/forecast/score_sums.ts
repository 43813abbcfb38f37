import type { Means } from './spatial_means';

/** Scores of one field over one region and all times that were added (WeatherBench 2); NaN where there was none. */
export interface FieldScores {
  /** Root of the mean over times and area of the squared error. */
  rmse: number;
  /** Mean absolute error. */
  mae: number;
  /** Mean of forecast minus truth. */
  bias: number;
  /** Anomaly correlation: of one time without removal of the mean anomaly, then the mean over times. */
  acc: number;
  /** Root mean square anomaly of the forecast: how much weather there is in it. */
  activity: number;
}

/** The scores that each source has, in the order in which they are listed. */
export const METRICS = ['rmse', 'mae', 'bias', 'acc', 'activity'] as const;

const [SQUARE, ABSOLUTE, ERROR, CORRELATION, FORECAST_ANOMALY, TRUTH_ANOMALY] = [0, 1, 2, 3, 4, 5];
const SUMS = 6;

/**
 * Sums over times, float64, of one source of forecasts at one lead time, for every field and region. Sums of two
 * halves of the times add up to those of all.
 */
export class ScoreSums {
  private readonly regions: number;
  /** [fields, regions, SUMS] */
  private readonly sums: Float64Array;
  /** Times per field. */
  private readonly times: Uint32Array;
  /** Times per field for which there was a climatology. */
  private readonly anomalyTimes: Uint32Array;

  constructor(fields: number, regions: number) {
    this.regions = regions;
    this.sums = new Float64Array(fields * regions * SUMS);
    this.times = new Uint32Array(fields);
    this.anomalyTimes = new Uint32Array(fields);
  }

  /** Adds one time of a forecast. @param means one entry per region */
  add(field: number, means: readonly Means[]): void {
    const hasAnomalies = !Number.isNaN(means[0].squaredTruthAnomaly);
    this.times[field]++;
    if (hasAnomalies) this.anomalyTimes[field]++;
    means.forEach((mean, region) => {
      const at = this.offset(field, region);
      this.sums[at + SQUARE] += mean.squaredError;
      this.sums[at + ABSOLUTE] += mean.absoluteError;
      this.sums[at + ERROR] += mean.error;
      if (!hasAnomalies) return;
      this.sums[at + CORRELATION] +=
        mean.anomalyProduct / Math.sqrt(mean.squaredForecastAnomaly * mean.squaredTruthAnomaly);
      this.sums[at + FORECAST_ANOMALY] += mean.squaredForecastAnomaly;
      this.sums[at + TRUTH_ANOMALY] += mean.squaredTruthAnomaly;
    });
  }

  /** Adds one time of the forecast "as in the climatology", out of the means of any other forecast of that time. */
  addClimatology(field: number, means: readonly Means[]): void {
    if (Number.isNaN(means[0].squaredTruthAnomaly)) return;
    this.add(
      field,
      means.map((mean) => ({
        ...mean,
        error: -mean.truthAnomaly,
        absoluteError: mean.absoluteTruthAnomaly,
        squaredError: mean.squaredTruthAnomaly,
        squaredForecastAnomaly: 0, // no anomaly, and so no correlation: 0 / 0
        anomalyProduct: 0,
      })),
    );
  }

  /** Adds the times of another instance of the same shape. */
  merge(other: ScoreSums): void {
    other.sums.forEach((sum, i) => {
      this.sums[i] += sum;
    });
    other.times.forEach((count, field) => {
      this.times[field] += count;
    });
    other.anomalyTimes.forEach((count, field) => {
      this.anomalyTimes[field] += count;
    });
  }

  /** Number of times of a field. */
  count(field: number): number {
    return this.times[field];
  }

  /** Number of times of a field for which there was a climatology. */
  anomalyCount(field: number): number {
    return this.anomalyTimes[field];
  }

  scores(field: number, region: number): FieldScores {
    const [times, anomalyTimes] = [this.times[field], this.anomalyTimes[field]];
    const sum = (which: number) => this.sums[this.offset(field, region) + which];
    return {
      rmse: Math.sqrt(sum(SQUARE) / times),
      mae: sum(ABSOLUTE) / times,
      bias: sum(ERROR) / times,
      acc: sum(CORRELATION) / anomalyTimes,
      activity: Math.sqrt(sum(FORECAST_ANOMALY) / anomalyTimes),
    };
  }

  /** Root mean square anomaly of the truth at the same times. */
  truthActivity(field: number, region: number): number {
    const sum = this.sums[this.offset(field, region) + TRUTH_ANOMALY];
    return Math.sqrt(sum / this.anomalyTimes[field]);
  }

  private offset(field: number, region: number): number {
    return (field * this.regions + region) * SUMS;
  }
}
