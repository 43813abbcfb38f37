import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { openDataset } from '../src/weather/dataset';
import { globePixels, pixelSpread } from './globe_pixels';
import { changedGlobe, chooseFiles, dropFiles, runFigures, watchForDefects } from './workbench_page';

/** Saves the forecast by a button, and reads the 2 m temperature at +6 h back from the file. */
async function savedForecast(page: Page, button: string, name: string): Promise<Float32Array> {
  const saving = page.waitForEvent('download', (download) => download.suggestedFilename() === name);
  await page.getByRole('button', { name: button, exact: true }).last().click();
  // The download's own path says nothing of what it is.
  const path = test.info().outputPath(name);
  await copyFile(await (await saving).path(), path);
  const forecast = await openDataset(path);
  const field = await forecast.read('2m_temperature', 0);
  forecast.close();
  return field;
}

test('a file is opened, a network trained, paused, and its forecast seen on the globe', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  // The page starts with weather of its own.
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await expect(page.getByText(/swiftshader/i)).toBeVisible();

  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await expect.poll(async () => pixelSpread(await globePixels(page))).toBeGreaterThan(10);

  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('spinbutton', { name: 'Updates' }).fill('200');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  const first = await runFigures(page);
  expect(first.update).toBe(1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect
    .poll(async () => (await runFigures(page)).update, { timeout: 180_000 })
    .toBeGreaterThanOrEqual(20);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  const paused = await runFigures(page);
  expect(paused.loss).toBeLessThan(first.loss);

  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(async () => (await runFigures(page)).update).toBe(paused.update + 1);
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();

  await page.getByRole('navigation').getByRole('button', { name: 'Forecast' }).click();
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('2');
  await page.getByRole('button', { name: 'Run forecast' }).click();
  await expect(page.getByRole('row', { name: /^\+12 h/ })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Run forecast' })).toBeVisible();
  expect(await page.getByRole('row', { name: /^\+6 h/ }).innerText()).toMatch(
    /\+6 h\s+[\d.]+\s+[\d.]+\s+[+−×]/,
  );

  let globe = await globePixels(page);
  await page.getByRole('radio', { name: 'Error' }).check({ force: true });
  globe = await changedGlobe(page, globe);
  await page.getByRole('combobox', { name: 'Variable' }).selectOption('2m_temperature');
  await expect(page.getByRole('figure').getByText('Error of 2 m temperature')).toBeVisible();
  globe = await changedGlobe(page, globe);
  await page.getByRole('slider', { name: 'Lead time' }).fill('6');
  await changedGlobe(page, globe);
  await expect
    .poll(() => new URL(page.url()).hash)
    .toBe(
      '#room=forecast&field=2m_temperature&level=surface&layer=error&init=2021-07-01T00&lead=6&messages=1&updates=200',
    );

  // One after the other: the page has one mouse, and two clicks at a time lose one.
  const netcdf = await savedForecast(page, 'Forecast', 'forecast_2021-07-01T00.nc');
  const zarr = await savedForecast(page, 'Zarr', 'forecast_2021-07-01T00.zarr.zip');
  expect(netcdf).toHaveLength(19 * 36);
  expect(zarr).toEqual(netcdf);
  const checkpoint = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Checkpoint', exact: true }).click();
  expect((await checkpoint).suggestedFilename()).toBe(`tiny_update_${paused.update + 1}.npz`);
  expect(defects).toEqual([]);
});

test("GraphCast's own files together: data, statistics and checkpoint make a forecast without training", async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  const folder = 'src/golden/tiny';
  const statistics = ['mean', 'stddev', 'diffs_stddev'].map((name) => `stats/${name}_by_level.nc`);
  const files = ['dataset.nc', 'checkpoint.npz', ...statistics];
  await expect(page.getByRole('banner').getByRole('button', { name: /^data/ })).toBeEnabled();
  await dropFiles(
    page,
    Object.fromEntries(files.map((file) => [basename(file), readFileSync(`${folder}/${file}`)])),
  );
  await expect(page.getByText('3 files')).toBeVisible();
  await page.keyboard.press('2');
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('1');
  await page.getByRole('button', { name: 'Run forecast' }).click();
  await expect(page.getByRole('row', { name: /^\+6 h/ })).toBeVisible({ timeout: 120_000 });
  expect(defects).toEqual([]);
});

test('a checkpoint of other variables is carried over onto the data when its user agrees, and learns', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible();
  await chooseFiles(page, 'src/golden/tiny/checkpoint.npz');
  await page.getByRole('button', { name: 'Carry it over' }).click();
  await expect(page.getByRole('button', { name: 'model checkpoint.npz' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Task' })).toHaveValue('data');
  await expect(
    page.getByText(/^45 of 55 inputs and 14 of 19 outputs are carried over\. New: /),
  ).toContainText('Dropped: Geopotential height, Specific humidity, ');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(async () => (await runFigures(page)).update, { timeout: 180_000 }).toBe(1);
  expect((await runFigures(page)).loss).toBeGreaterThan(0);
  expect(defects).toEqual([]);
});
