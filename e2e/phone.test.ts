import { expect, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, chooseFiles, runFigures, watchForDefects } from './workbench_page';

test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'light' });

test('on a phone in light colours every room does its work', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#lead=6');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('banner')).toContainText('dataset.nc');
  const room = (name: string) => page.getByRole('navigation').getByRole('button', { name }).click();
  const close = () => page.getByRole('button', { name: 'Close the panel' }).click();
  const whole = await globePixels(page);

  // The globe makes room for the sheet.
  await room('Train');
  let globe = await changedGlobe(page, whole);
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(async () => (await runFigures(page)).update, { timeout: 120_000 }).toBe(1);
  await expect(page.locator('dt', { hasText: /^Loss$/ }).locator('+ dd')).toHaveText(/^[\d.]+$/);
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();

  await room('Forecast');
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('1');
  await page.getByRole('button', { name: 'Run forecast' }).click();
  await expect(page.getByRole('row', { name: /^\+6 h/ })).toBeVisible({ timeout: 120_000 });
  await close();
  globe = await globePixels(page);
  await page.getByRole('radio', { name: 'Error' }).check({ force: true });
  await expect(page.getByRole('figure').getByText('Error of 500 hPa geopotential height')).toBeVisible();
  globe = await changedGlobe(page, globe);
  await page.getByRole('button', { name: 'Grid cells' }).click();
  globe = await changedGlobe(page, globe, 0.3);

  await room('Score');
  await page.getByRole('slider', { name: 'Longest lead time, days' }).fill('1');
  await page.getByRole('button', { name: 'Score forecasts' }).click();
  await expect(page.getByRole('button', { name: /^z500, 6 h/ })).toBeVisible({ timeout: 120_000 });

  await room('Network');
  await expect(page.getByRole('button', { name: /^step 1/ })).toBeVisible({ timeout: 120_000 });
  await room('Kernels');
  await expect(page.getByText(/^Training, 1 step: [\d.]+ MB/)).toBeVisible();
  await room('Learn');
  await page.getByRole('button', { name: /^The grid and the mesh/ }).click();
  globe = await globePixels(page);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await changedGlobe(page, globe);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(defects).toEqual([]);
});
