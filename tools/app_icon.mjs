/**
 * Draws `public/icon_maskable.svg` as `public/icon_512.png`, for systems that install a page only with a bitmap.
 *
 *   node tools/app_icon.mjs
 */
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { chromiumLaunch } from './chromium.mjs';

const SIDE = 512;
const svg = readFileSync('public/icon_maskable.svg', 'utf8');
const browser = await chromium.launch(chromiumLaunch);
const page = await browser.newPage({ viewport: { width: SIDE, height: SIDE } });
await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
await page.screenshot({ path: 'public/icon_512.png' });
await browser.close();
