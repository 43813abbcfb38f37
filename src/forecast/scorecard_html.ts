/** Words and choices that all parts of the scorecard share. */
import { headlineFields } from './field_names';
import { type ScoredField, type Scores, type Series, type Source, seriesOf } from './scores_file';

/** What is drawn: an evaluation, perhaps with another one beside it. */
export interface Card {
  scores: Scores;
  against?: Scores;
}

/** A line to draw or to compare with. */
export interface Line {
  /** Of the CSS classes that give its colour. */
  id: 'forecast' | 'against' | 'persistence' | 'climatology';
  name: string;
  scores: Scores;
  source: Source;
}

/** What an evaluation is about: its model, or persistence where there is none. */
export function subjectOf({ scores }: Scores): Source {
  return scores.forecast ? 'forecast' : 'persistence';
}

/** All that can be drawn, the subject first. */
export function linesOf({ scores, against }: Card): Line[] {
  const baselines: Line[] = (['persistence', 'climatology'] as const)
    .filter((source) => source in scores.scores)
    .map((source) => ({
      id: source,
      name: source[0].toUpperCase() + source.slice(1),
      scores,
      source,
    }));
  const otherName = against?.name === scores.name ? `${against.name} (the other)` : against?.name;
  const other: Line[] = against
    ? [{ id: 'against', name: otherName!, scores: against, source: subjectOf(against) }]
    : [];
  if (!scores.scores.forecast) return [baselines[0], ...other, ...baselines.slice(1)];
  return [{ id: 'forecast', name: scores.name, scores, source: 'forecast' }, ...other, ...baselines];
}

/** A score of a line at the lead times of the card: those that the other evaluation lacks are null. */
export function valuesOf(
  { scores }: Card,
  line: Line,
  score: 'rmse' | 'mae' | 'bias' | 'acc' | 'activity',
  field: string,
  region: string,
): Series {
  const found = seriesOf(line.scores, line.source, field, region)?.[score] ?? [];
  return scores.lead_hours.map((hours) => found[line.scores.lead_hours.indexOf(hours)] ?? null);
}

/** The fields that get curves and a spectrum. */
export function shownFields({ fields }: Scores): ScoredField[] {
  return headlineFields(fields).slice(0, 8);
}

/** Up to `most` lead times, those that people name before others, the first half day and the last one; indices. */
export function shownLeads({ lead_hours: leads }: Scores, most: number): number[] {
  const all = [...leads.keys()];
  const multiples = (of: number) => all.filter((i) => leads[i] % of === 0 || i === leads.length - 1);
  const rounds = [6, 12, 24, 48, 72, 120].map(multiples);
  const found = rounds.find((some) => some.length <= most) ?? rounds[rounds.length - 1].slice(-most);
  const early = all.filter((i) => leads[i] <= 12 && !found.includes(i)).slice(0, most - found.length);
  return [...early, ...found];
}

/** '+6 h', '+3 d' */
export function leadName(hours: number): string {
  return hours > 24 && hours % 24 === 0 ? `+${hours / 24} d` : `+${hours} h`;
}

/** Text as it may stand in HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (sign) => names[sign]);
}
