import { defineConfig } from '@playwright/test';
import { findBrowser } from './tools/find_browser.mjs';

const browser = findBrowser();
if (!browser) throw new Error('Chrome or Chromium was not found: run `node tools/prepare_machine.mjs`.');

// WebGPU and WebGL on Chromium's own software renderer, so that no graphics card is needed.
const chromiumFlags = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  // Chromium's own sandbox refuses to run as root, as in a container.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // Everything is drawn and computed in software here, so a slow step is not yet a broken one.
  timeout: 5 * 60_000,
  expect: { timeout: 60_000 },
  reporter: [['list'], ['./tools/playwright_counts.ts']],
  use: {
    // The preview server prints the port that it found free; Playwright hands it on under this name.
    baseURL: `http://127.0.0.1:${process.env.PREVIEW_PORT}`,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: browser.path, args: chromiumFlags },
  },
  webServer: {
    command: 'npx vite preview',
    // Vite prints the port in bold, after an escape sequence that ends with "m".
    wait: { stdout: /http:\/\/127\.0\.0\.1:(?:.{1,3}m)?(?<preview_port>\d+)/ },
    reuseExistingServer: false,
  },
});
