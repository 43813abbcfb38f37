import { FRAME_SECONDS } from '../weather/window_index';
import type { Evaluation, SpectrumSum } from './evaluation';
import { fieldId } from './field_names';
import { METRICS, type ScoreSums } from './score_sums';
import {
  rounded,
  type ScoredField,
  type ScoreName,
  type ScoreSeries,
  type Scores,
  type Series,
  type Source,
} from './scores_file';

/** Wind vectors, whose squared error is the sum of that of their components (WeatherBench 2). */
const WIND_VECTORS = [
  { vector: 'wind_vector', u: 'u_component_of_wind', v: 'v_component_of_wind' },
  { vector: '10m_wind_vector', u: '10m_u_component_of_wind', v: '10m_v_component_of_wind' },
];

/** What an evaluation cannot know of itself. */
export interface AboutScores {
  name: string;
  description: string;
  /** Name of the dataset. */
  data: string;
  /** Units by variable, in ERA5's spelling. */
  units: (variable: string) => string;
}

/** A field and where its scores come from: one state channel, or the two components of a vector. */
interface Origin extends ScoredField {
  fields: number[];
}

/** The scores so far. */
export function scoresOf(evaluation: Evaluation, about: AboutScores): Scores {
  const { job, means, begun, sums } = evaluation;
  const origins = originsOf(evaluation, about.units);
  const steps = Array.from({ length: evaluation.steps }, (_, i) => i + 1).filter(
    (step) => sums.persistence[step - 1].count(0) > 0,
  );
  const sources: Source[] = [
    ...(job.forecast ? ['forecast' as const] : []),
    'persistence',
    ...(job.climatology ? ['climatology' as const] : []),
  ];
  const table = <T>(entry: (origin: Origin, region: number) => T): Record<string, Record<string, T>> =>
    Object.fromEntries(
      origins.map((origin) => [
        origin.id,
        Object.fromEntries(means.regions.map(({ id }, r) => [id, entry(origin, r)])),
      ]),
    );
  const series = (value: (step: number) => number): Series => steps.map((step) => rounded(value(step)));
  const rmseOf = (source: Source, { fields }: Origin, region: number) =>
    steps.map((step) => Math.hypot(...fields.map((f) => sums[source][step - 1].scores(f, region).rmse)));

  const scoresFrom = (source: Source, origin: Origin, region: number): ScoreSeries => {
    const own = rmseOf(source, origin, region);
    const found: Partial<Record<ScoreName, Series>> = { rmse: own.map(rounded) };
    if (origin.fields.length === 1) {
      const all = steps.map((step) => sums[source][step - 1].scores(origin.fields[0], region));
      for (const metric of METRICS) found[metric] = all.map((scores) => rounded(scores[metric]));
    }
    for (const baseline of ['persistence', 'climatology'] as const) {
      if (baseline === source || !sources.includes(baseline)) continue;
      const other = rmseOf(baseline, origin, region);
      found[`skill_${baseline}`] = own.map((value, i) => rounded(1 - value / other[i]));
    }
    return Object.fromEntries(
      Object.entries(found).filter(([, values]) => values.some((value) => value !== null)),
    );
  };
  const single = origins.filter(({ fields }) => fields.length === 1);
  const mostAnomalies = (s: ScoreSums) =>
    Math.max(0, ...evaluation.channels.map((_, field) => s.anomalyCount(field)));

  return {
    format: 'graphcast-scores',
    version: 1,
    name: about.name,
    description: about.description,
    data: { name: about.data, latitudes: job.grid.latitudes.length, longitudes: job.grid.longitudes.length },
    initial_times: {
      first: begun.length > 0 ? isoTime(begun[0].initialTime) : null,
      last: begun.length > 0 ? isoTime(begun[begun.length - 1].initialTime) : null,
      count: begun.length,
      planned: job.forecasts.length,
    },
    lead_hours: steps.map(leadHours),
    n: steps.map((step) => sums.persistence[step - 1].count(0)),
    n_anomaly: steps.map((step) => mostAnomalies(sums.persistence[step - 1])),
    climatology: climatologyOf(evaluation),
    regions: means.regions.map(({ id, title }, r) => ({
      id,
      title,
      area_fraction: rounded(means.areaFractions[r])!,
    })),
    fields: origins.map(({ fields, ...field }) => field),
    scores: Object.fromEntries(
      sources.map((source) => [source, table((origin, region) => scoresFrom(source, origin, region))]),
    ),
    truth_activity: Object.fromEntries(
      single.flatMap(({ id, fields: [field] }) => {
        const regions = means.regions.map((region, r) => [
          region.id,
          series((step) => sums.persistence[step - 1].truthActivity(field, r)),
        ]);
        return job.climatology ? [[id, Object.fromEntries(regions)]] : [];
      }),
    ),
    spectra: spectraOf(evaluation, single, steps),
    warnings: warningsOf(evaluation),
  };
}

function originsOf({ job, channels }: Evaluation, unitsOf: (variable: string) => string): Origin[] {
  const fields = channels.map((channel, field) => {
    const { variable, level } = job.layout.state[channel];
    return { id: fieldId({ variable, level }), variable, level, units: unitsOf(variable), fields: [field] };
  });
  const vectors = WIND_VECTORS.flatMap(({ vector: variable, u, v }) =>
    fields
      .filter((field) => field.variable === u)
      .flatMap((east) => {
        const north = fields.find((field) => field.variable === v && field.level === east.level);
        const { level, units } = east;
        return north
          ? [
              {
                id: fieldId({ variable, level }),
                variable,
                level,
                units,
                fields: [east.fields[0], north.fields[0]],
              },
            ]
          : [];
      }),
  );
  return [...fields, ...vectors];
}

function climatologyOf({ job }: Evaluation): Scores['climatology'] {
  if (!job.climatology) return null;
  const { name, computed, period, note } = job.climatology.origin;
  return { name, computed, ...(period && { first: isoTime(period[0]), last: isoTime(period[1]) }), note };
}

function spectraOf(
  { spectra, spectrumSums, channels }: Evaluation,
  fields: Origin[],
  steps: number[],
): Scores['spectra'] {
  const inOrder = [...spectrumSums.values()].sort((a, b) => a.channel - b.channel || a.step - b.step);
  return {
    bands: spectra.bands.map(({ id, title, latitudes, wavelengths }) => ({
      id,
      title,
      latitudes,
      wavelength_km: Array.from(wavelengths, (metres) => rounded(metres / 1000)),
    })),
    series: inOrder
      .filter(({ step }: SpectrumSum) => steps.includes(step))
      .flatMap(({ source, channel, step, energies, times }) =>
        energies.map((energy, band) => ({
          source,
          field: fields[channels.indexOf(channel)].id,
          lead_hours: leadHours(step),
          band: spectra.bands[band].id,
          energy: Array.from(energy, (sum) => rounded(sum / times)),
        })),
      ),
  };
}

function warningsOf({ job, begun, finished, diverged, means, sums, channels }: Evaluation): string[] {
  const warnings: string[] = [];
  if (!finished)
    warnings.push(`Not complete: ${begun.length} of ${job.forecasts.length} forecasts have been begun.`);
  if (diverged.size > 0) {
    const first = leadHours(Math.min(...diverged.values()));
    warnings.push(
      `${diverged.size} of ${begun.length} forecasts are not finite numbers, from +${first} h on; lead times that they reach have no score.`,
    );
  }
  const left = job.regions.filter(({ id }) => !means.regions.some((region) => region.id === id));
  if (left.length > 0)
    warnings.push(
      `No grid point lies in ${left.map(({ id }) => id).join(', ')}, or there is no land-sea mask; these regions have no scores.`,
    );
  const without = channels.filter((_, field) =>
    sums.persistence.every((sum) => sum.anomalyCount(field) === 0),
  );
  if (job.climatology && without.length > 0 && begun.length > 0) {
    const names = without.map((channel) => fieldId(job.layout.state[channel]));
    warnings.push(
      `The climatology has no mean at the scored times for ${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}.`,
    );
  }
  return warnings;
}

function leadHours(step: number): number {
  return (step * FRAME_SECONDS) / 3600;
}

/** 2024-06-03T06:00Z */
function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`;
}
