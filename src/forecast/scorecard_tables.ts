/** The scorecard's tables: RMSE relative to a baseline, coloured, and the plain numbers. */
import { prettyUnits, shortName, shortNumber } from './field_names';
import {
  type Card,
  escapeHtml,
  type Line,
  leadName,
  linesOf,
  shownFields,
  shownLeads,
  valuesOf,
} from './scorecard_html';
import type { ScoredField } from './scores_file';

/** Bounds of the classes of relative difference, as fractions; beyond the last one is the fifth class. */
export const CLASS_BOUNDS = [0.02, 0.05, 0.1, 0.2, 0.5];
/** Cells beyond which only the first region's tables hold all fields. */
const MOST_CELLS = 20_000;
const MOST_LEADS = 12;

/** One table per baseline and region; which one is seen is for the page's controls to say. */
export function relativeTables(card: Card): string {
  const { scores } = card;
  const [subject, ...baselines] = linesOf(card);
  const leads = shownLeads(scores, MOST_LEADS);
  const cells = scores.fields.length * leads.length * scores.regions.length * baselines.length;
  const tables = baselines.flatMap((baseline, b) =>
    scores.regions.map((region, r) => {
      const fields = cells > MOST_CELLS && r > 0 ? shownFields(scores) : scores.fields;
      const rows = fields.map((field) => relativeRow(card, subject, baseline, field, region.id, leads));
      const caption = `RMSE of ${subject.name} relative to ${baseline.name}, ${region.title}`;
      return `<div class="panel base${b} region${r} scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}">
<table class="relative"><caption>${escapeHtml(caption)}</caption>
${headRow(card, leads)}
<tbody>${rows.join('\n')}</tbody></table></div>`;
    }),
  );
  return tables.join('\n');
}

function headRow({ scores }: Card, leads: number[]): string {
  const cell = (i: number) =>
    `<th scope="col">${leadName(scores.lead_hours[i])}<small>n ${scores.n[i]}</small></th>`;
  return `<thead><tr><th scope="col">Field</th>${leads.map(cell).join('')}</tr></thead>`;
}

function fieldHead(field: ScoredField): string {
  const level = field.level === null ? '' : ` at ${field.level} hPa`;
  const title = escapeHtml(field.variable.replaceAll('_', ' ') + level);
  return `<th scope="row" title="${title}">${escapeHtml(shortName(field))}<small>${prettyUnits(field.units)}</small></th>`;
}

function relativeRow(
  card: Card,
  subject: Line,
  baseline: Line,
  field: ScoredField,
  region: string,
  leads: number[],
): string {
  const own = valuesOf(card, subject, 'rmse', field.id, region);
  const other = valuesOf(card, baseline, 'rmse', field.id, region);
  const cells = leads.map((i) => {
    const [value, reference] = [own[i], other[i]];
    if (value === null) return '<td class="none">–</td>';
    if (reference === null) return `<td class="none">–<small>${shortNumber(value)}</small></td>`;
    const difference = reference === 0 ? 0 : value / reference - 1;
    const title = `${shortNumber(value)} against ${shortNumber(reference)} ${prettyUnits(field.units)}`;
    return `<td class="${classOf(difference)}" title="${title}">${percent(difference)}<small>${shortNumber(value)}</small></td>`;
  });
  return `<tr>${fieldHead(field)}${cells.join('')}</tr>`;
}

/** 'b1' … 'b5' for better (a smaller error), 'w1' … 'w5' for worse, 'same' in between. */
function classOf(difference: number): string {
  const size = CLASS_BOUNDS.filter((bound) => Math.abs(difference) >= bound - 1e-9).length;
  if (size === 0) return 'same';
  return `${difference < 0 ? 'b' : 'w'}${size}`;
}

/** '−12 %', with a decimal below ten. @param difference a fraction */
export function percent(difference: number): string {
  const value = 100 * difference;
  const text = Math.abs(value).toFixed(Math.abs(value) < 9.95 ? 1 : 0);
  const sign = Number(text) === 0 ? '' : value < 0 ? '−' : '+';
  return `${sign}${text}\u00a0%`;
}

/** What the colours of the relative tables mean. */
export function colourLegend(): string {
  const classes = [...CLASS_BOUNDS.keys()].map((i) => i + 1);
  const bound = (i: number) => `${100 * CLASS_BOUNDS[i - 1]}`;
  const entry = (name: string, text: string) => `<li class="${name}">${text}</li>`;
  return `<ul class="key" aria-label="Colours">${[
    ...classes.toReversed().map((i) => entry(`b${i}`, `−${bound(i)}`)),
    entry('same', '±'),
    ...classes.map((i) => entry(`w${i}`, `+${bound(i)}`)),
  ].join('')}<li>% or more</li></ul>`;
}

const NUMBERS = [
  ['rmse', 'RMSE'],
  ['mae', 'MAE'],
  ['bias', 'Bias'],
  ['acc', 'ACC'],
  ['activity', 'Activity'],
] as const;

/** All scores of the fields that are looked at first, one table per region. */
export function numberTables(card: Card): string {
  const { scores } = card;
  const leads = shownLeads(scores, MOST_LEADS);
  const tables = scores.regions.map((region, r) => {
    const bodies = shownFields(scores).map((field) => {
      const rows = linesOf(card).flatMap((line) =>
        NUMBERS.flatMap(([score, name]) => {
          const values = valuesOf(card, line, score, field.id, region.id);
          if (values.every((value) => value === null)) return [];
          const cells = leads.map((i) => `<td>${values[i] === null ? '–' : shortNumber(values[i])}</td>`);
          return `<tr><th scope="row">${escapeHtml(line.name)}<small>${name}</small></th>${cells.join('')}</tr>`;
        }),
      );
      const units = prettyUnits(field.units);
      const title = `${escapeHtml(shortName(field))} <small>${units}</small>`;
      return `<tbody><tr><th scope="rowgroup" colspan="${leads.length + 1}">${title}</th></tr>
${rows.join('\n')}</tbody>`;
    });
    const caption = `Scores, ${escapeHtml(region.title)}`;
    return `<div class="only region${r} scroll" tabindex="0" role="region" aria-label="${caption}">
<table class="numbers"><caption>${caption}</caption>
${headRow(card, leads)}
${bodies.join('\n')}</table></div>`;
  });
  return tables.join('\n');
}
