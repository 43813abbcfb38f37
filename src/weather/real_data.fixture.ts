import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a file of real data that lies beside the repository (`../shared/data`), or undefined where there is none;
 * a test then makes a small file of its own, so that it runs everywhere.
 */
export function realData(file: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/data/${file}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
