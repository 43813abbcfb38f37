/**
 * Chromium's own Dawn. `vitest.chromium.config.ts` puts this file in the place of `dawn.ts`, so that tests written
 * for Node run in a page.
 */
export async function dawn(): Promise<GPU> {
  return navigator.gpu;
}
