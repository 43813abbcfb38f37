/** A run with a long history, from one with a short one: what the charts of a night's training have to draw. */
import { unzipSync, zipSync } from 'fflate';

const UPDATES = 20_000;

/** @param archive a run as the page exports it @returns the same with metrics of many updates */
export function longRun(archive, seed) {
  const files = unzipSync(archive);
  const first = JSON.parse(new TextDecoder().decode(files['metrics.jsonl']).split('\n')[0]);
  const lines = Array.from({ length: UPDATES }, (_, i) => {
    const falls = (1 + 0.1 * Math.sin(i * (0.7 + seed))) / (1 + i / 200);
    const byVariable = Object.entries(first.loss_by_variable ?? {});
    return JSON.stringify({
      ...first,
      update: i + 1,
      loss: first.loss * falls,
      loss_by_variable: Object.fromEntries(byVariable.map(([name, loss]) => [name, loss * falls])),
      gradient_norm: first.gradient_norm * falls,
    });
  });
  files['metrics.jsonl'] = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return Buffer.from(zipSync(files, { level: 0 }));
}
