/** What an evaluation finds, as it is written to `scores.json`. */
import { ConfigError } from '../errors';

/** What is compared with the truth: a model's forecast, "no change", and "as usual at this time of the year". */
export const SOURCES = ['forecast', 'persistence', 'climatology'] as const;
export type Source = (typeof SOURCES)[number];

/** One number per lead time, null where there is none. */
export type Series = (number | null)[];

/**
 * Scores of one source, field and region by lead time, in the field's units where they have any. A score that is not
 * defined for any lead time is absent: only `rmse` is there for wind vectors, no `acc` for the climatology itself.
 */
export interface ScoreSeries {
  rmse?: Series;
  mae?: Series;
  bias?: Series;
  acc?: Series;
  activity?: Series;
  /** 1 - rmse / rmse of persistence: 1 is perfect, 0 no better. */
  skill_persistence?: Series;
  /** 1 - rmse / rmse of the climatology. */
  skill_climatology?: Series;
}
export type ScoreName = keyof ScoreSeries;

export interface ScoredField {
  /** Key of `scores`: 'geopotential 500'. */
  id: string;
  variable: string;
  /** hPa */
  level: number | null;
  /** In ERA5's spelling. */
  units: string;
}

/** Zonal energy by wavelength, mean over times and over the circles of each band. */
export interface Spectra {
  bands: {
    id: string;
    title: string;
    /** Degrees north of the circles. */
    latitudes: number[];
    /** km; null, the zonal mean, comes first. */
    wavelength_km: Series;
  }[];
  series: {
    source: Source | 'truth';
    field: string;
    lead_hours: number;
    band: string;
    /** The field's unit squared times m, one per wavelength. */
    energy: Series;
  }[];
}

export interface Scores {
  format: 'graphcast-scores';
  version: 1;
  /** What was scored: the checkpoint's name, or the baselines'. */
  name: string;
  description: string;
  data: { name: string; latitudes: number; longitudes: number };
  initial_times: {
    /** ISO 8601, UTC; null before the first forecast. */
    first: string | null;
    last: string | null;
    count: number;
    /** How many there would have been, had nobody stopped the evaluation. */
    planned: number;
  };
  lead_hours: number[];
  /** Initial times by lead time that have a truth there, and so went into the scores. */
  n: number[];
  /** Those of them with a climatology too: what `acc`, `activity` and the climatology's own scores are means of. */
  n_anomaly: number[];
  climatology: { name: string; computed: boolean; first?: string; last?: string; note: string } | null;
  regions: {
    /** Key of `scores`. */
    id: string;
    title: string;
    /** Share of the globe. */
    area_fraction: number;
  }[];
  fields: ScoredField[];
  /** By source, field and region. */
  scores: Partial<Record<Source, Record<string, Record<string, ScoreSeries>>>>;
  /** Root mean square anomaly of the truth, by field and region. */
  truth_activity: Record<string, Record<string, Series>>;
  spectra: Spectra;
  /** Sentences for people: what is missing or went wrong. */
  warnings: string[];
}

/** Significant digits that are kept: more than float32 fields can give. */
const DIGITS = 8;

/** A number for a score file; null for what JSON has no word for. */
export function rounded(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
}

/** One line per lead-time series would be unreadable in thousands; so one line per source and field. */
export function writeScores(scores: Scores): string {
  return `${JSON.stringify(scores, null, 1).replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' '))}\n`;
}

/**
 * Reads a score file.
 * @param name of the file, for messages
 * @throws ConfigError when it is none, or of another version
 */
export function parseScores(text: string, name: string): Scores {
  let found: Partial<Scores> | null;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(
      `${name} is not JSON (${(cause as Error).message}); give a scores.json of graphcast evaluate.`,
      {
        cause,
      },
    );
  }
  if (found?.format !== 'graphcast-scores' || !Array.isArray(found.lead_hours) || !found.scores) {
    throw new ConfigError(`${name} holds no scores; give a scores.json of graphcast evaluate.`);
  }
  if (found.version !== 1) {
    throw new ConfigError(
      `${name} is of version ${found.version} of the score files, but version 1 is expected; evaluate again.`,
    );
  }
  return found as Scores;
}

/** The scores of one source, field and region; undefined when they are not there. */
export function seriesOf(
  { scores }: Scores,
  source: Source,
  field: string,
  region: string,
): ScoreSeries | undefined {
  return scores[source]?.[field]?.[region];
}
