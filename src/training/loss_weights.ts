import { ConfigError, DatasetError } from '../errors';
import type { TrainingTerms } from '../graphcast/model';
import type { ChannelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';

/** Latitudes within this many degrees of ±90 are a pole (spec 8). */
const POLE_TOLERANCE = 9e-4;
/** Deviation from equal spacing that is rounding; a Gaussian grid deviates by 1e-2 near the poles. */
const SPACING_TOLERANCE = 1e-3;

/** The reference's weights; every variable it does not name weighs 1. */
const VARIABLE_WEIGHTS: Record<string, number> = {
  '10m_u_component_of_wind': 0.1,
  '10m_v_component_of_wind': 0.1,
  mean_sea_level_pressure: 0.1,
  total_precipitation_6hr: 0.1,
};

/**
 * Area weights a(lat) with mean 1 over the rows (spec 8): cos(lat)·sin(Δ/2), and sin²(Δ/4) for the two pole rows
 * of a grid that has them; cos(lat) on a grid half a spacing off the poles.
 *
 * @param latitudes degrees, equally spaced from pole to pole
 * @returns [latitudes]
 * @throws DatasetError when the latitudes are not such a grid
 */
export function latitudeWeights(latitudes: ArrayLike<number>): Float32Array {
  const rows = latitudes.length;
  const first = latitudes[0];
  const last = latitudes[rows - 1];
  const spacing = Math.abs(last - first) / (rows - 1);
  const uniform = Array.from(latitudes).every(
    (latitude, i) =>
      Math.abs(latitude - (first + ((last - first) * i) / (rows - 1))) <= spacing * SPACING_TOLERANCE,
  );
  const margin = 90 - Math.abs(first);
  const poles = margin <= POLE_TOLERANCE;
  const offset = Math.abs(margin - spacing / 2) <= spacing * SPACING_TOLERANCE + POLE_TOLERANCE;
  const symmetric = Math.abs(first + last) <= spacing * SPACING_TOLERANCE + POLE_TOLERANCE;
  if (rows < 2 || !uniform || !symmetric || !(poles || offset)) {
    throw new DatasetError(
      `The ${rows} latitudes from ${first} to ${last} degrees are not equally spaced from pole to pole (with the poles, ` +
        'or half a spacing off them), so they have no area weights; interpolate the data to a regular latitude-longitude grid.',
    );
  }
  const raw = Float64Array.from(latitudes, (latitude, i) => {
    const cosine = Math.cos(radians(latitude));
    if (!poles) return cosine;
    if (i === 0 || i === rows - 1) return Math.sin(radians(spacing) / 4) ** 2;
    return cosine * Math.sin(radians(spacing) / 2);
  });
  return Float32Array.from(withUnitMean(raw));
}

/** Weights s(level) = p / mean(p) over the levels present (spec 8). */
export function levelWeights(levels: ArrayLike<number>): Float32Array {
  return Float32Array.from(withUnitMean(Float64Array.from(levels)));
}

/**
 * Weights w of variables in the loss: the reference's, 1 where it has none, replaced by `given`.
 *
 * @throws ConfigError when a given weight is negative or names a variable that is not among `names`, or all are 0
 */
export function variableWeights(names: string[], given: Record<string, number> = {}): Record<string, number> {
  for (const [name, weight] of Object.entries(given)) {
    if (!names.includes(name)) {
      throw new ConfigError(
        `A loss weight is given for '${name}', which the task does not predict; its targets are ${names.join(', ')}.`,
      );
    }
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new ConfigError(
        `The loss weight of '${name}' is ${weight}; it must be a number that is not negative.`,
      );
    }
  }
  const weights = names.map((name) => given[name] ?? VARIABLE_WEIGHTS[name] ?? 1);
  if (weights.every((weight) => weight === 0)) {
    throw new ConfigError(
      'Every loss weight is 0: give one variable at least a weight, or nothing can be learnt.',
    );
  }
  return Object.fromEntries(names.map((name, i) => [name, weights[i]]));
}

/** Factors of a channel's mean squared error mean_g(a(g)·e²), e in normalised space. [state channels] each. */
export interface ChannelWeights {
  /** Summed over all channels with these, the loss Σᵥ wᵥ ℓᵥ. */
  weighted: Float32Array;
  /** Summed over a variable's channels with these, its own ℓᵥ. */
  unweighted: Float32Array;
}

/**
 * The loss's weights by state channel (spec 8): ℓᵥ is the mean over a variable's levels of s(level)·mean_g(a(g)·e²).
 *
 * @throws ConfigError as `variableWeights`
 */
export function channelWeights(layout: ChannelLayout, given?: Record<string, number>): ChannelWeights {
  const names = [...new Set(layout.state.map(({ variable }) => variable))];
  const byVariable = variableWeights(names, given);
  const unweighted = Float64Array.from(layout.state, ({ variable, level }) => {
    if (level === null) return 1;
    const levels = layout.state.flatMap((channel) =>
      channel.variable === variable ? [channel.level ?? 0] : [],
    );
    return levelWeights(levels)[levels.indexOf(level)] / levels.length;
  });
  return {
    weighted: Float32Array.from(layout.state, ({ variable }, c) => byVariable[variable] * unweighted[c]),
    unweighted: Float32Array.from(unweighted),
  };
}

function withUnitMean(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Area weight of every grid node, mean 1 (spec 8). */
export function nodeAreas(dataset: Pick<Dataset, 'latitudes' | 'longitudes'>): Float32Array {
  const rows = latitudeWeights(dataset.latitudes);
  const columns = dataset.longitudes.length;
  return Float32Array.from({ length: rows.length * columns }, (_, i) => rows[Math.floor(i / columns)]);
}

/**
 * What a model needs to be trained on a dataset's grid with the reference's loss (spec 8).
 *
 * @param weights by variable, in place of the reference's
 * @throws ConfigError as `variableWeights`
 */
export function trainingTerms(
  dataset: Pick<Dataset, 'latitudes' | 'longitudes'>,
  channels: ChannelLayout,
  stateGradients: boolean,
  weights?: Record<string, number>,
): TrainingTerms {
  const { weighted: channelFactors } = channelWeights(channels, weights);
  return { area: nodeAreas(dataset), channelFactors, stateGradients };
}
