/** The range of values that a colour map spans: a little inside the data's extremes, with round ends. */

export interface ColourRange {
  low: number;
  high: number;
}

/** A step of 1, 2, 2.5 or 5 times a power of ten that cuts `span` into about `pieces`. */
export function niceStep(span: number, pieces: number): number {
  const rough = span / pieces;
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 2.5 ? 2.5 : fraction <= 5 ? 5 : 10);
}

/**
 * A range with round ends around [low, high], both in the shown unit.
 * `symmetric` makes the ends equal about zero; `from zero` starts at zero unless the data lie clearly below.
 */
export function niceRange(
  low: number,
  high: number,
  kind: 'spread' | 'symmetric' | 'from zero',
): ColourRange {
  if (kind === 'symmetric') {
    const end = roundUp(Math.max(Math.abs(low), Math.abs(high)));
    return { low: -end, high: end };
  }
  if (kind === 'from zero' && low > -0.05 * Math.abs(high)) return { low: 0, high: roundUp(high) };
  if (!(high > low)) {
    const margin = Math.abs(low) > 0 ? Math.abs(low) * 0.01 : 1;
    return { low: low - margin, high: high + margin };
  }
  const step = niceStep(high - low, 12);
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step };
}

function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const step = niceStep(value, 8);
  return Math.ceil(value / step - 1e-6) * step;
}

/** Round tick values inside the range, both ends included when they are round. */
export function ticks(range: ColourRange, pieces: number): number[] {
  const step = niceStep(range.high - range.low, pieces);
  const first = Math.ceil(range.low / step - 1e-6);
  const last = Math.floor(range.high / step + 1e-6);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = (first + i) * step;
    return Math.abs(value) < step * 1e-6 ? 0 : value;
  });
}

/** Values to write under a colour bar: its ends where they are not round, and round ones between; with their step. */
export function legendTicks(range: ColourRange, pieces: number): { values: number[]; step: number } {
  const { low, high } = range;
  const span = high - low;
  const step = niceStep(span, pieces);
  const round = ticks(range, pieces);
  const isRound = (end: number) => Math.abs(end / step - Math.round(end / step)) < 1e-3;
  if (isRound(low) && isRound(high)) return { values: round, step };
  // An end that is not round is written out, finer, and round values keep clear of it.
  const inner = round.filter((value) => value - low > 0.14 * span && high - value > 0.14 * span);
  return { values: [low, ...inner, high], step: step / 10 };
}
