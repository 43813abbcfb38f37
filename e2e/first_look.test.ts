import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { chooseFiles, hideWebGpu, watchForDefects } from './workbench_page';

test('the page opens with a forecast by the starter, and Train is one click away', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Lead time' })).toHaveValue('72', { timeout: 120_000 });
  await expect.poll(() => new URL(page.url()).hash).toContain('layer=forecast');
  await expect(page.getByRole('combobox', { name: 'Start from' })).toHaveValue('fresh');
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  expect(defects).toEqual([]);
});

test('frames appear while the next are computed, time plays, and a file opened then is shown', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  const status = page.getByRole('contentinfo');
  await expect(status).toContainText('forecast step', { timeout: 120_000 });
  await page.keyboard.press('2');
  await expect(page.getByRole('row', { name: /^\+6 h/ })).toBeVisible({ timeout: 120_000 });
  await expect(status).toContainText('forecast step');
  const lead = page.getByRole('slider', { name: 'Lead time' });
  await expect(lead).toHaveValue('72', { timeout: 120_000 });

  await page.keyboard.press('Space');
  const values = new Set<string>();
  await expect
    .poll(async () => values.add(await lead.inputValue()).size, { intervals: [50] })
    .toBeGreaterThan(3);
  await page.keyboard.press('>');
  await expect(page.getByRole('combobox', { name: 'Play speed' })).toHaveValue('2');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play time' })).toBeVisible();

  // Of other data there is no forecast yet: their own weather is what there is to see.
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('banner')).toContainText('dataset.nc');
  await expect.poll(() => new URL(page.url()).hash).not.toContain('layer=');
  await expect(page.locator('.legend')).toContainText('dam');
  await expect(page.getByText('There is no forecast')).toHaveCount(0);
  expect(defects).toEqual([]);
});

/** Of scripts as a server compresses them, bytes. */
const MOST_BEFORE_PAINT = 350_000;

test('little has to be loaded before the first paint', async ({ page, request }) => {
  const html = await (await request.get('/')).text();
  const first = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path);
  expect(first.length).toBeGreaterThan(0);
  // Whatever else the page asks for never comes, and its frame is there all the same.
  await page.route(/\.js$/, async (route) => {
    if (first.includes(new URL(route.request().url()).pathname)) await route.continue();
  });
  await page.goto('/', { waitUntil: 'commit' });
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Forecast' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train', exact: true }).first()).toBeVisible();

  const bodies = await Promise.all(first.map(async (path) => (await request.get(path)).body()));
  const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
  expect(bytes).toBeLessThan(MOST_BEFORE_PAINT);
});

test('a link to a forecast makes it', async ({ page }) => {
  await page.goto('/#room=forecast&field=temperature&level=850&layer=error&init=2001-01-03T00&lead=12');
  await expect(page.getByRole('figure').getByText('Error of 850 hPa temperature')).toBeVisible({
    timeout: 120_000,
  });
  await expect(page.getByRole('slider', { name: 'Lead time' })).toHaveValue('12', { timeout: 120_000 });
  await expect(page.getByRole('row', { name: /^\+12 h/ })).toBeVisible();

  // At a place: truth, persistence and forecast through time, truth and forecast through height.
  await page.keyboard.press('p');
  const place = page.getByRole('region', { name: 'Picked place' });
  const [meteogram, profile] = [place.getByRole('img').first(), place.getByRole('img').last()];
  await expect(meteogram.locator('path')).toHaveCount(3);
  await expect(profile.locator('path')).toHaveCount(2);
  const curves = await meteogram
    .locator('path')
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('d') ?? ''));
  expect(new Set(curves).size).toBe(3);
  const keys = place.locator('.readout').first();
  const numbers = async () =>
    (await keys.innerText())
      .replaceAll('−', '-')
      .match(/-?[\d.]+/g)!
      .map(Number);
  const [truth, , forecast] = await numbers();
  // Half a day on, the starter is within a few kelvin.
  expect(Math.abs(forecast - truth)).toBeLessThan(4);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await numbers())[0]).not.toBe(truth);
});

test('without WebGPU the globe shows the forecast that comes with the page', async ({ page }) => {
  const defects = watchForDefects(page);
  await hideWebGpu(page);
  await page.goto('/');
  await page.getByRole('button', { name: 'Only look at data' }).click();
  await expect(page.getByRole('slider', { name: 'Lead time' })).toHaveValue('72', { timeout: 60_000 });
  await page.getByRole('navigation').getByRole('button', { name: 'Forecast' }).click();
  await expect(page.getByRole('row', { name: /^\+3 d|^\+72 h/ })).toBeVisible();
  expect(defects).toEqual([]);
});
