import { findBrowser } from './find_browser.mjs';

const browser = findBrowser();
if (!browser) throw new Error('Chrome or Chromium was not found: run `node tools/prepare_machine.mjs`.');

/** How Playwright starts the installed browser, for the page's tests and for the kernels'. */
export const chromiumLaunch = {
  executablePath: browser.path,
  // WebGPU and WebGL on Chromium's own software renderer, so that no graphics card is needed.
  args: [
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
  ],
};
