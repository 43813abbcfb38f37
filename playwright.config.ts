import { defineConfig } from '@playwright/test';
import { chromiumLaunch } from './tools/chromium.mjs';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  workers: 1,
  // Two cores that also play the GPU can be too slow for one walk in hundreds. The counts name what passed only then.
  retries: 1,
  forbidOnly: true,
  // Everything is drawn and computed in software here, so a slow step is not yet a broken one.
  timeout: 5 * 60_000,
  expect: { timeout: 60_000 },
  reporter: [['list'], ['./tools/playwright_counts.ts']],
  use: {
    // The preview server prints the port that it found free; Playwright hands it on under this name.
    baseURL: `http://127.0.0.1:${process.env.PREVIEW_PORT}`,
    viewport: { width: 1440, height: 900 },
    // Requests that a service worker answers cannot be intercepted; its own test lets it in.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: chromiumLaunch,
  },
  webServer: {
    command: 'npx vite preview',
    // Vite prints the port in bold, after an escape sequence that ends with "m".
    wait: { stdout: /http:\/\/127\.0\.0\.1:(?:.{1,3}m)?(?<preview_port>\d+)/ },
    reuseExistingServer: false,
  },
});
