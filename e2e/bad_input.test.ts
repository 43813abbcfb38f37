import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { chooseFiles, dropFiles, hideWebGpu, watchForDefects } from './workbench_page';

/** The one message on the page; dismisses it. */
async function message(page: Page): Promise<string> {
  const alert = page.getByRole('alert');
  await expect(alert).toHaveCount(1);
  const text = await alert.locator('p').innerText();
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toHaveCount(0);
  return text;
}

test('bad files get one clear sentence each, and what was open stays open', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  const dataset = readFileSync('src/golden/tiny/dataset.nc');
  const shown = page.getByRole('figure').getByText('500 hPa geopotential height');
  await expect(shown).toBeVisible();

  await chooseFiles(page, { name: 'cut.nc', mimeType: '', buffer: dataset.subarray(0, dataset.length / 2) });
  expect(await message(page)).toMatch(/^cut\.nc: .*cut short.*\.$/);

  await dropFiles(page, { 'letter.nc': 'Dear reader' });
  expect(await message(page)).toMatch(/^letter\.nc: .*not a NetCDF file.*\.$/);

  await chooseFiles(page, 'src/golden/task13/checkpoint.npz');
  expect(await message(page)).toMatch(
    /^checkpoint\.npz does not fit the data: .*'geopotential' is needed at 50 hPa.*\.$/,
  );
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible();

  await chooseFiles(page, 'src/golden/tiny/stats/mean_by_level.nc');
  expect(await message(page)).toContain('stddev_by_level.nc');
  await expect(shown).toBeVisible();
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  expect(defects).toEqual([]);
});

test('without WebGPU the page says which browsers have it, and still shows data', async ({ page }) => {
  await hideWebGpu(page);
  await page.goto('/');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('Training needs WebGPU');
  await expect(dialog).toContainText('Chrome');
  await expect(dialog).toBeFocused();
  await dialog.getByRole('button', { name: 'Only look at data' }).click();
  await page.getByRole('button', { name: 'No WebGPU: what to do' }).click();
  await dialog.getByRole('button', { name: 'Only look at data' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train', exact: true }).last()).toBeDisabled();
});

test('a bad link and a browser that stores nothing leave the page usable', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: refuse });
  });
  await page.goto('/?data=http://');
  expect(await message(page)).toContain('"http://" is no address');
  await page.getByRole('button', { name: /colours/ }).click();
  await page.getByRole('button', { name: 'Simulated planet' }).first().click();
  await expect(page.getByRole('figure').first()).toContainText('geopotential height');
  expect(defects).toEqual([]);
});

test('a link to data on another site asks before it is followed', async ({ page }) => {
  const asked: string[] = [];
  await page.route('https://elsewhere.test/**', (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.goto('/?data=https://elsewhere.test/planet.nc');
  await expect(page.getByText('The link asks to open https://elsewhere.test/planet.nc')).toBeVisible();
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Open it' }).click();
  expect(await message(page)).toContain('planet.nc');
  expect(asked.length).toBeGreaterThan(0);
});

test('when the engine cannot start, the page says so and offers to load it again', async ({ page }) => {
  await page.route('**/engine.worker*.js', (route) =>
    route.fulfill({ body: 'throw new Error("no engine");', contentType: 'text/javascript' }),
  );
  await page.goto('/');
  await expect(page.getByRole('alertdialog')).toContainText('The engine stopped');
  await expect(page.getByRole('button', { name: 'Load the page again' })).toBeVisible();
});

test('a globe that cannot be fetched leaves the rest of the page', async ({ page }) => {
  await page.route('**/assets/globe-*.js', (route) => route.abort());
  await page.goto('/');
  await expect(page.getByText('The globe could not be shown')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Preset' })).toBeVisible();
});
