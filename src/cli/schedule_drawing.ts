/** A schedule for a terminal: a curve in block characters and a table of its phases. */
import type { Phase } from '../training/run_config';
import { mostArSteps, scheduled } from '../training/schedule';
import { phaseWidths } from '../training/schedule_points';
import { shortRate } from '../training/schedule_words';

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const COLUMNS = 72;
const ROWS = 8;
/** Of a phase, in columns. */
const NARROWEST = 8;
const MARGIN = 9;

/** The learning rate as a filled curve, below it the autoregressive steps where there are several. */
export function drawSchedule(phases: Phase[]): string {
  const widths = wholeWidths(phases);
  const columns = phases.flatMap((phase, i) => {
    const start = phases.slice(0, i).reduce((sum, { updates }) => sum + updates, 0);
    return Array.from({ length: widths[i] }, (_, column) =>
      scheduled(phases, start + Math.floor(((column + 0.5) / widths[i]) * phase.updates)),
    );
  });
  const peak = Math.max(...columns.map(({ learningRate }) => learningRate));
  const most = mostArSteps(phases);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const label = row === 0 ? shortRate(peak) : '';
    const eighths = columns.map(({ learningRate }) => (peak > 0 ? (learningRate / peak) * ROWS * 8 : 0));
    // A rate above 0 is never drawn as none.
    const filled = eighths.map((height) =>
      Math.min(8, Math.max(0, Math.ceil(height) - (ROWS - 1 - row) * 8)),
    );
    return `${label.padStart(MARGIN - 2)} │${filled.map((eighth) => BLOCKS[eighth]).join('')}`;
  });
  lines.push(`${''.padStart(MARGIN - 1)}└${widths.map((width) => `${'─'.repeat(width - 1)}┴`).join('')}`);
  if (most > 1) {
    const bars = columns.map(({ arSteps }) => BLOCKS[Math.ceil((arSteps / most) * 8)]);
    lines.push(`${'AR steps'.padStart(MARGIN - 1)} ${bars.join('')} 1 to ${most}`);
  }
  const numbers = widths.map((width, i) => `phase ${i + 1}`.padStart((width + 7) >> 1).padEnd(width));
  lines.push(`${''.padStart(MARGIN)}${numbers.join('')}`);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Whole columns, which together are `COLUMNS`, or more where there are many phases. */
function wholeWidths(phases: Phase[]): number[] {
  const all = Math.max(COLUMNS, NARROWEST * phases.length);
  let [end, before] = [0, 0];
  return phaseWidths(phases, all, NARROWEST).map((width) => {
    end += width;
    const columns = Math.round(end) - before;
    before += columns;
    return columns;
  });
}

/** Columns of text, numbers to the right; the first row is the head. */
export function textTable(rows: string[][], isNumber: boolean[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
