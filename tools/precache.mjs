import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The service worker's file: at the root, so that it serves the whole page. */
export const SERVICE_WORKER = 'service_worker.js';

/** Shipped beside the page for its documents; the page itself never asks for them. */
const NOT_PAGE = [
  'forecast.gif',
  'starter/curve.csv',
  'starter/scores.json',
  'workbench.png',
  'planet_climate.json',
  'planet_climate.svg',
];

/**
 * Tells the service worker what was built: the list of files, and a version that follows from their contents, so that a
 * browser takes up a new version whenever any file has changed, and only then.
 *
 * @returns {import('vite').Plugin}
 */
export function precache() {
  return {
    name: 'precache',
    apply: 'build',
    writeBundle({ dir }) {
      const folder = dir ?? '';
      const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((path) => path !== SERVICE_WORKER && !NOT_PAGE.includes(path))
        .sort();
      const hash = createHash('sha256');
      for (const path of paths) hash.update(path).update(readFileSync(join(folder, path)));
      // The page is asked for by its folder.
      const files = paths.filter((path) => path !== 'index.html');
      const version = hash.digest('hex').slice(0, 16);
      const worker = join(folder, SERVICE_WORKER);
      const code = readFileSync(worker, 'utf8');
      writeFileSync(worker, `const PRECACHE = ${JSON.stringify({ version, files })};\n${code}`);
    },
  };
}
