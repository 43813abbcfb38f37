/** The scorecard as a picture to put into a talk. */

import { wordsOfParameters } from '../state/data';
import { reportError } from '../state/notices';
import { saveFile } from '../state/save_file';
import { baselineOf, cardOf, fileName, useScores } from '../state/scores';
import { t } from '../words/words';
import { scoreRows } from './score_table';

const SCALE = 2;
const CELL = { width: 72, height: 28 };
const MARGIN = 24;
const NAMES = 96;
const HEAD = 76;

export async function saveScorePicture(): Promise<void> {
  try {
    const { scores, against, baseline, metric, region } = useScores.getState();
    const card = cardOf({ scores, against });
    if (!card) return;
    const line = baselineOf(card, baseline);
    const table = scoreRows(card, line, metric, region);
    const name = wordsOfParameters(card.scores.name);
    const title = line
      ? t('{score} of {name} against {baseline}', {
          score: metric === 'rmse' ? 'RMSE' : 'ACC',
          name,
          baseline: t(line.name),
        })
      : name;
    const { first, last, count } = card.scores.initial_times;
    const about = `${card.scores.data.name} · ${count} × ${first} – ${last}`;
    const blob = await draw(table, title, about);
    saveFile(new Uint8Array(await blob.arrayBuffer()), `${fileName(card.scores)}.png`);
  } catch (error) {
    reportError(error);
  }
}

function draw({ heads, rows }: ReturnType<typeof scoreRows>, title: string, about: string): Promise<Blob> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const width = 2 * MARGIN + NAMES + heads.length * CELL.width;
  const canvas = document.createElement('canvas');
  canvas.width = SCALE * Math.max(width, 480);
  canvas.height = SCALE * (2 * MARGIN + HEAD + rows.length * CELL.height);
  const context = canvas.getContext('2d')!;
  context.scale(SCALE, SCALE);
  context.fillStyle = colour('--page');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  const write = (text: string, x: number, y: number, size: number, name: string, align: CanvasTextAlign) => {
    context.font = `${size}px system-ui, sans-serif`;
    context.fillStyle = colour(name);
    context.textAlign = align;
    context.fillText(text, x, y);
  };
  write(title, MARGIN, MARGIN, 15, '--text', 'left');
  write(about, MARGIN, MARGIN + 22, 11, '--soft', 'left');
  const left = (column: number) => MARGIN + NAMES + column * CELL.width;
  for (const [column, head] of heads.entries()) {
    write(head, left(column) + CELL.width / 2, MARGIN + HEAD - 14, 11, '--soft', 'center');
  }
  for (const [i, { name, unit, cells }] of rows.entries()) {
    const y = MARGIN + HEAD + i * CELL.height;
    write(unit ? `${name} (${unit})` : name, MARGIN, y + CELL.height / 2, 11, '--text', 'left');
    for (const [column, { text, verdict }] of cells.entries()) {
      if (verdict !== null) {
        context.globalAlpha = 0.55 * Math.abs(verdict);
        context.fillStyle = colour(verdict < 0 ? '--accent' : '--bad');
        context.fillRect(left(column) + 1, y + 1, CELL.width - 2, CELL.height - 2);
        context.globalAlpha = 1;
      }
      write(text, left(column) + CELL.width / 2, y + CELL.height / 2, 12, '--text', 'center');
    }
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))),
      'image/png',
    );
  });
}
