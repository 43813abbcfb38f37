// How many tests of each group passed, failed and were skipped: handed from the test runners to `npm test`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** Where each runner leaves its counts. */
const files = {
  vitest: 'test-results/counts/vitest.json',
  vitestInChromium: 'test-results/counts/vitest_in_chromium.json',
  playwright: 'test-results/counts/playwright.json',
};

/** @returns {Counts} */
export function noCounts() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** @param {Counts} counts */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Prints one line per group, for example `kernel tests: 12 passed, 0 failed, 0 skipped`, and keeps the counts.
 * @param {keyof typeof files} runner
 * @param {Record<string, Counts>} groups
 * @returns {boolean} whether at least one test ran and all that exist passed: of a skipped test nothing is known
 */
export function reportCounts(runner, groups) {
  for (const [group, counts] of Object.entries(groups)) console.log(`${group}: ${inWords(counts)}`);
  mkdirSync(dirname(files[runner]), { recursive: true });
  writeFileSync(files[runner], `${JSON.stringify(groups, null, 2)}\n`);
  const counts = Object.values(groups);
  return (
    counts.every(({ failed, skipped }) => failed + skipped === 0) && counts.some(({ passed }) => passed > 0)
  );
}

/** Forgets the counts of earlier runs, so that a runner that dies leaves none behind. */
export function forgetCounts() {
  for (const file of Object.values(files)) rmSync(file, { force: true });
}

/**
 * The counts that the runners left, by group.
 * @returns {Record<string, Counts>}
 */
export function readCounts() {
  const left = Object.values(files).filter((file) => existsSync(file));
  return Object.assign({}, ...left.map((file) => JSON.parse(readFileSync(file, 'utf8'))));
}
