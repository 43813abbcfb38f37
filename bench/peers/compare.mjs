/**
 * One training step of this engine and of jax-js on the same arrays and the same adapter, in turn:
 *   node compare.mjs [--only node|chromium] [--pairs N] [--record]
 * Prints a line of JSON for each peer and place, which --record appends to results.jsonl, then the table and the ratios.
 * Exits with 1 when a peer disagrees with the float64 reference or a ratio falls short of what is asked for.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { chromiumLaunch } from '../../tools/chromium.mjs';

/** How many times faster than jax-js this engine's step has to be. */
const REQUIRED = { node: 3, chromium: 2.5 };

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    pairs: { type: 'string', default: '9' },
    record: { type: 'boolean', default: false },
  },
});
const places = Object.keys(REQUIRED).filter((place) => !options.only || place === options.only);
const pairs = Number(options.pairs);
if (places.length === 0 || !(pairs >= 1))
  throw new Error('usage: compare.mjs [--only node|chromium] [--pairs N] [--record]');

const repository = fileURLToPath(new URL('../..', import.meta.url));
const versionOf = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version;
const versions = {
  jaxjs: versionOf(`${repository}/bench/peers/node_modules/@jax-js/jax`),
  graphcast: versionOf(repository),
};

// Serves the engine's sources to the page and, without a browser, to this process.
const server = await createServer({
  configFile: false,
  root: repository,
  appType: 'mpa',
  logLevel: 'warn',
  optimizeDeps: { noDiscovery: true },
  server: {
    host: '127.0.0.1',
    port: 5180,
    hmr: false,
    watch: null,
    // Cross-origin isolation gives the page precise timers.
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
});
await server.listen();
const inNode = await server.ssrLoadModule('/bench/peers/src/in_node.ts');
console.error('Computing the float64 reference of three steps.');
const reference = inNode.makeReference();

const run = {
  node: async () => ({ ...(await inNode.compareInNode(reference, versions, pairs)), browser: undefined }),
  chromium: async () => {
    const browser = await chromium.launch(chromiumLaunch);
    try {
      const page = await browser.newPage();
      page.on('console', (message) => console.error(`[page] ${message.text().slice(0, 300)}`));
      await page.goto(`http://127.0.0.1:${server.config.server.port}/bench/peers/page.html`);
      await page.waitForFunction(() => 'comparePeersInPage' in globalThis);
      const lists = (arrays) =>
        Object.fromEntries(Object.entries(arrays).map(([k, a]) => [k, Array.from(a)]));
      const listed = {
        ...reference,
        gradients: lists(reference.gradients),
        parameters: lists(reference.parameters),
      };
      const compared = await page.evaluate(
        ([expected, names, count]) => globalThis.comparePeersInPage(expected, names, count),
        [listed, versions, pairs],
      );
      return { ...compared, browser: browser.version() };
    } finally {
      await browser.close();
    }
  },
};

const number = (x) => (x >= 100 ? Math.round(x).toLocaleString('en') : x.toPrecision(3));
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = [
  row([
    'peer',
    'variant',
    'runs on',
    'threads',
    'median ms',
    'least ms',
    'runs',
    'GFLOP/s',
    'dispatches',
    'submits',
    'first check s',
    'gradient error',
  ]),
  row(['---', '---', '---', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:']),
];
const ratios = [];
let passed = true;
for (const place of places) {
  console.error(`Comparing in ${place}.`);
  const { adapter, browser, results } = await run[place]();
  for (const result of results) {
    const line = {
      id: `${result.peer}:webgpu-${place} ${result.work}`,
      ...result,
      route: place,
      adapter,
      threads: os.availableParallelism(),
      browser,
      load: Number(os.loadavg()[0].toFixed(2)),
      date: new Date().toISOString(),
    };
    console.log(JSON.stringify(line));
    if (options.record)
      appendFileSync(new URL('results.jsonl', import.meta.url), `${JSON.stringify(line)}\n`);
    const { peer, variant, threads, ms, min_ms, runs, gflops, dispatches, submits, check_ms, err_grad, ok } =
      line;
    const where = `WebGPU, ${adapter}, ${place}`;
    const timing =
      ok && ms
        ? [number(ms), number(min_ms), runs, gflops, dispatches, submits]
        : ['failed', '', '', '', '', ''];
    table.push(
      row([
        peer,
        variant,
        where,
        threads,
        ...timing,
        (check_ms / 1000).toFixed(1),
        err_grad.toExponential(0),
      ]),
    );
  }
  const [ours, theirs] = results;
  const ratio = theirs.ms / ours.ms; // NaN when one was not timed
  passed &&= ratio >= REQUIRED[place];
  ratios.push(
    `${place}: ${ratio.toFixed(2)} times faster than jax-js (at least ${REQUIRED[place]} is asked for; by the least times ${(theirs.min_ms / ours.min_ms).toFixed(2)})`,
  );
}
console.log(`\n${table.join('\n')}\n\n${ratios.join('\n')}`);
process.exit(passed ? 0 : 1);
