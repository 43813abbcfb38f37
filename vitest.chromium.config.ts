import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunch } from './tools/chromium.mjs';

// Kernel tests a second time, in a page of the browser.
export default defineConfig({
  resolve: {
    alias: { './dawn': fileURLToPath(new URL('src/webgpu/dawn_in_chromium.ts', import.meta.url)) },
  },
  test: {
    include: ['shaders/**/*.test.ts'],
    reporters: ['default', './tools/vitest_counts.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
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
