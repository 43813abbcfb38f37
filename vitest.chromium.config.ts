import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunch } from './tools/chromium.mjs';

const inChromium = fileURLToPath(new URL('src/webgpu/dawn_in_chromium.ts', import.meta.url));

// The kernel tests once more, in a page of the installed browser instead of Node: same files, another adapter.
export default defineConfig({
  resolve: { alias: { './dawn': inChromium } },
  test: {
    include: ['shaders/**/*.test.ts'],
    reporters: ['default', './tools/vitest_counts.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One page at a time: the software renderer uses every core by itself.
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      ui: false,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumLaunch }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
