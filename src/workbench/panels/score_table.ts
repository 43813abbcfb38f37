/** The scorecard as rows and cells: one field a row, one lead time a column, each relative to a baseline. */
import { headlineFields, prettyUnits, shortName, shortNumber } from '../../forecast/field_names';
import { type Card, type Line, leadName, linesOf, shownLeads, valuesOf } from '../../forecast/scorecard_html';
import { CLASS_BOUNDS, percent } from '../../forecast/scorecard_tables';
import type { ScoredField } from '../../forecast/scores_file';
import type { Metric } from '../rooms_hash';

/** Columns that the narrow panel has room for. */
const MOST_LEADS = 5;

export interface ScoreCell {
  leadHours: number;
  text: string;
  /** Both numbers with their unit. */
  title: string;
  /** −1 much better … 1 much worse than the baseline; null where there is nothing to compare. */
  verdict: number | null;
}

export interface ScoreRow {
  field: ScoredField;
  /** 'z500' */
  name: string;
  unit: string;
  cells: ScoreCell[];
}

/** @param baseline undefined: the scores alone */
export function scoreRows(
  card: Card,
  baseline: Line | undefined,
  metric: Metric,
  region: string,
): { heads: string[]; rows: ScoreRow[] } {
  const { scores } = card;
  const leads = shownLeads(scores, MOST_LEADS).slice(0, MOST_LEADS);
  const [subject] = linesOf(card);
  const first = headlineFields(scores.fields);
  const fields = [...first, ...scores.fields.filter((field) => !first.includes(field))];
  const rows = fields.map((field) => {
    const unit = metric === 'rmse' ? prettyUnits(field.units) : '';
    const own = valuesOf(card, subject, metric, field.id, region);
    const other = baseline && valuesOf(card, baseline, metric, field.id, region);
    const cells = leads.map((i) => cell(scores.lead_hours[i], own[i], other?.[i] ?? null, metric, unit));
    return { field, name: shortName(field), unit, cells };
  });
  const scored = rows.filter(({ cells }) => cells.some(({ text }) => text !== '–'));
  return { heads: leads.map((i) => leadName(scores.lead_hours[i])), rows: scored };
}

function cell(
  leadHours: number,
  own: number | null,
  other: number | null,
  metric: Metric,
  unit: string,
): ScoreCell {
  if (own === null) return { leadHours, text: '–', title: '', verdict: null };
  const number = metric === 'acc' ? own.toFixed(2) : shortNumber(own);
  const title = `${number} ${unit}`.trim();
  if (other === null) return { leadHours, text: number, title, verdict: null };
  const versus = `${number} : ${metric === 'acc' ? other.toFixed(2) : shortNumber(other)} ${unit}`.trim();
  if (metric === 'acc') {
    // A correlation is compared by what it lacks to 1, as an error is.
    return { leadHours, text: number, title: versus, verdict: shade((1 - own) / (1 - other) - 1) };
  }
  const difference = other === 0 ? 0 : own / other - 1;
  return { leadHours, text: percent(difference), title: versus, verdict: shade(difference) };
}

/** In the scorecard's classes: 2, 5, 10, 20 and 50 %. */
function shade(difference: number): number {
  const size = CLASS_BOUNDS.filter((bound) => Math.abs(difference) >= bound).length;
  return (Math.sign(difference) * size) / CLASS_BOUNDS.length;
}
