/** The command palette: whether it is open, and which commands a few typed letters mean. */
import { create } from 'zustand';

/** Something that the page can do at once. */
export interface Command {
  /** What it is about: rooms, fields, levels … */
  group: string;
  words: string;
  /** A key that does the same. */
  key?: string;
  run(): void;
}

export const usePalette = create<{ open: boolean }>(() => ({ open: false }));

/** Commands that hold the query's letters in their order, the best first; all of them for an empty query. */
export function matching(query: string, commands: Command[]): Command[] {
  const letters = fold(query);
  if (letters === '') return commands;
  return commands
    .map((command) => ({
      command,
      score: Math.max(
        score(letters, command.words),
        // Also by what it is about, though less so.
        score(letters, `${command.group} ${command.words}`) - 1,
      ),
    }))
    .filter(({ score: value }) => value > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

const WORD_START = 8;
const RUN = 5;
const GAP = 0.2;

/**
 * How well letters fit a text: the best of all ways to find them in their order. Letters that begin a word or follow
 * each other count most; gaps and what is left over count against it. −∞: they are not all there.
 */
function score(letters: string, text: string): number {
  const target = text.toLowerCase();
  // best[i]: of the letters so far, with the last of them at i.
  let best: number[] = [];
  for (let k = 0; k < letters.length; k++) {
    const next: number[] = new Array(target.length).fill(Number.NEGATIVE_INFINITY);
    let before = k === 0 ? 0 : Number.NEGATIVE_INFINITY;
    for (let i = 0; i < target.length; i++) {
      if (k > 0 && i > 1) before = Math.max(before - GAP, best[i - 2]);
      if (target[i] !== letters[k]) continue;
      const starts = i === 0 || !/[\p{L}\p{N}]/u.test(target[i - 1]) ? WORD_START : 1;
      const follows = k > 0 && i > 0 ? best[i - 1] + RUN : Number.NEGATIVE_INFINITY;
      next[i] = Math.max(before + starts, follows);
    }
    best = next;
  }
  return Math.max(...best) - 0.05 * target.length;
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s+/g, '');
}
