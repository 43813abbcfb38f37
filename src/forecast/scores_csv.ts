import type { Scores, Series } from './scores_file';

const COLUMNS = ['source', 'variable', 'level', 'units', 'region', 'lead_hours', 'n', 'score', 'value'];
/** Those of which the climatology is a part. */
const OF_ANOMALIES = new Set(['acc', 'activity', 'skill_climatology']);
/** Those that have the field's units. */
const WITH_UNITS = new Set(['rmse', 'mae', 'bias', 'activity']);

/**
 * Scores as a table in long form, one number per row; `truth` is a source too, with its activity. `n` counts the
 * initial times behind the number. Numbers that do not exist have no row.
 */
export function scoresCsv(scores: Scores): string {
  const rows: (string | number | null)[][] = [COLUMNS];
  for (const { id, variable, level, units } of scores.fields) {
    for (const { id: region } of scores.regions) {
      const add = (source: string, score: string, series: Series) => {
        const anomalies = OF_ANOMALIES.has(score) || source === 'climatology';
        const counts = anomalies ? scores.n_anomaly : scores.n;
        const unit = WITH_UNITS.has(score) ? units : '1';
        series.forEach((value, i) => {
          if (value === null) return;
          rows.push([source, variable, level, unit, region, scores.lead_hours[i], counts[i], score, value]);
        });
      };
      for (const [source, fields] of Object.entries(scores.scores))
        for (const [score, series] of Object.entries(fields[id][region])) add(source, score, series);
      const activity = scores.truth_activity[id]?.[region];
      if (activity) add('truth', 'activity', activity);
    }
  }
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`;
}

/** Quoted where a comma, a quote or a line break asks for it (RFC 4180). */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
