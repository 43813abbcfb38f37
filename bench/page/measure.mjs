/**
 * What the page costs the browser's main thread: as it opens, while it trains with everything on, and with long curves.
 *
 *   npx vite build && node bench/page/measure.mjs [--seconds 60] [--data file.nc] [--json]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { chromiumLaunch } from '../../tools/chromium.mjs';
import { longRun } from './long_run.mjs';
import { LONG, mainThread, trace } from './trace.mjs';

/** Small, so that even a software adapter makes updates by the second. */
const SETTINGS = 'latent=16&mesh=1&messages=1&updates=100000';
const ROOM_KEYS = ['1', '2', '3', '4', '5', '6'];
const LONG_RUNS = 3;
/** A slow machine's patience, ms. */
const PATIENCE = 300_000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);

const server = await preview({ preview: { port: 0, open: false }, logLevel: 'error' });
const url = server.resolvedUrls.local[0];
const browser = await chromium.launch(chromiumLaunch);
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  serviceWorkers: 'block',
});
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE);
const session = await browser.newBrowserCDPSession();
const traced = async (work) => mainThread(await trace(session, work));

const report = { opening: await opening() };
if (options.data) report['opening data'] = await traced(() => openData(options.data));
report.training = { ...(await traced(trainWithEverythingOn)), ...(await drawCalls()) };
report['long curves'] = await longCurves();
await browser.close();
await server.close();
if (options.json) console.log(JSON.stringify(report, null, 2));
else for (const [name, figures] of Object.entries(report)) print(name, figures);
process.exit(0);

/** From the address to the starter's whole forecast. */
async function opening() {
  const scripts = [];
  page.on('response', (response) => {
    if (/\.js(\?|$)/.test(response.url())) scripts.push(response);
  });
  await page.addInitScript(() => {
    const shown = {};
    Object.assign(window, { shownLeads: shown });
    const draws = { calls: 0 };
    Object.assign(window, { draws });
    for (const name of ['drawArrays', 'drawElements']) {
      const draw = WebGL2RenderingContext.prototype[name];
      WebGL2RenderingContext.prototype[name] = function (...given) {
        draws.calls++;
        return draw.apply(this, given);
      };
    }
    setInterval(() => {
      const hours = Number(document.querySelector('#lead-time')?.value ?? 0);
      if (hours > 0) shown[hours] ??= performance.now() / 1000;
    }, 100);
  });
  const figures = await traced(async () => {
    await page.goto(url);
    await page.waitForFunction(() => window.shownLeads?.[72], undefined, { timeout: PATIENCE, polling: 500 });
  });
  const { paint, before, leads } = await page.evaluate(() => {
    const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const loaded = performance.getEntriesByType('resource').filter(({ responseEnd }) => responseEnd < first);
    return { paint: first / 1000, before: loaded.map(({ name }) => name), leads: window.shownLeads };
  });
  let bytes = 0;
  for (const script of scripts) {
    if (before.includes(script.url())) bytes += gzipSync(await script.body()).length;
  }
  return {
    ...figures,
    'first paint, s': paint,
    'scripts before it, kB gzipped': bytes / 1000,
    'first forecast frame, s': Math.min(...Object.values(leads)),
    'twelfth, s': leads[72],
  };
}

async function openData(path) {
  await page.locator('input[type=file][data-kind=any]').first().setInputFiles(path);
  await page.getByText('Opening').first().waitFor({ state: 'hidden' });
  await page.waitForTimeout(3000);
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(1500);
  }
}

/** Wind, isolines, live curves; rooms, fields and times change; a forecast comes in the middle. */
async function trainWithEverythingOn() {
  await page.evaluate((settings) => {
    location.hash = `#over=isolines,extremes,graticule,wind&${settings}`;
  }, SETTINGS);
  await page.keyboard.press('t');
  await updatesBeyond(2);
  const from = await updates();
  const start = performance.now();
  for (let i = 0; performance.now() - start < 1000 * seconds; i++) {
    await page.keyboard.press(ROOM_KEYS[i % ROOM_KEYS.length]);
    await page.waitForTimeout(2000);
    await page.keyboard.press(i % 2 === 0 ? 'ArrowRight' : 'v');
    await page.waitForTimeout(1500);
    if (i === 5) {
      await page.keyboard.press('2');
      await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('4');
      await page.getByRole('button', { name: 'Run forecast' }).click();
    }
  }
  report.updates = (await updates()) - from;
  await page.keyboard.press('1');
}

/** WebGL draw calls of one frame of the globe, with wind. */
async function drawCalls() {
  const calls = await page.evaluate(async () => {
    const before = window.draws.calls;
    for (let i = 0; i < 20; i++) await new Promise(requestAnimationFrame);
    return (window.draws.calls - before) / 20;
  });
  return { 'draw calls per frame': calls };
}

/** Runs of many updates drawn beside the one that trains, smoothed. */
async function longCurves() {
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Go on' }).first().waitFor();
  const [archive] = await Promise.all([downloaded(), exportFirst()]);
  for (let i = 0; i < LONG_RUNS; i++) {
    const file = { name: `long ${i}.zip`, mimeType: 'application/zip', buffer: longRun(archive, i) };
    await page.locator('input[type=file][data-kind=any]').first().setInputFiles(file);
    await page.getByRole('checkbox', { name: `Draw long ${i}`, exact: true }).waitFor();
  }
  return traced(async () => {
    for (let i = 0; i < LONG_RUNS; i++) {
      await page.getByRole('checkbox', { name: `Draw long ${i}`, exact: true }).click();
    }
    await page.getByRole('slider', { name: 'Smoothing' }).fill('60');
    await page.keyboard.press('t');
    await page.waitForTimeout(1000 * Math.min(20, seconds));
    await page.keyboard.press('t');
  });
}

async function exportFirst() {
  await page.locator('.run-table tbody button').first().click();
  await page.getByRole('button', { name: 'Export' }).click();
}

async function downloaded() {
  const download = await page.waitForEvent('download');
  return readFile(await download.path());
}

/** Updates done, as the status line says them when no forecast is being made. */
async function updates() {
  for (;;) {
    const text = await page.getByRole('contentinfo').innerText();
    const found = /update\s+([\d,]+)/.exec(text);
    if (found) return Number(found[1].replaceAll(',', ''));
    await page.waitForTimeout(500);
  }
}

async function updatesBeyond(least) {
  while ((await updates()) < least) await page.waitForTimeout(500);
}

function print(name, figures) {
  if (typeof figures !== 'object') return console.log(`\n${name}: ${figures}`);
  const { seconds: traced, busy, framesPerSecond, millisecondsPerFrame, long, longest, ...others } = figures;
  console.log(`\n${name}: ${traced.toFixed(1)} s traced`);
  console.log(
    `  main thread computes ${(100 * busy).toFixed(1)} % of the time, ${framesPerSecond.toFixed(1)} frames/s of ${millisecondsPerFrame.toFixed(1)} ms`,
  );
  console.log(
    `  tasks over ${LONG} ms: ${long.cpu} of CPU time, ${long.waiting} of waiting for the GPU process, ${long.wall} of wall time`,
  );
  for (const [what, value] of Object.entries(others)) console.log(`  ${what}: ${value.toFixed(2)}`);
  console.log('  longest tasks, ms CPU + waiting (wall):');
  for (const { cpu, waiting, wall, parts } of longest) {
    const times = `${cpu.toFixed(0)} + ${waiting.toFixed(0)} (${wall.toFixed(0)})`;
    console.log(`  ${times.padStart(18)}  ${parts.join(' | ')}`);
  }
}
