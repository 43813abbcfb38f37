import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import type { Scores } from '../src/forecast/scores_file';
import { chooseFiles, watchForDefects } from './workbench_page';

async function saved(page: Page, kind: string): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save as ${kind}` }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** '−12 %' as a number. */
async function percentOf(cell: Locator): Promise<number> {
  return Number((await cell.innerText()).replace('−', '-').replace(/[^\d.-]/g, ''));
}

test('forecasts are scored, a cell opens its map, scores are saved and compared', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('button', { name: 'data dataset.nc' })).toBeVisible();
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');

  await page.getByRole('navigation').getByRole('button', { name: 'Score' }).click();
  await expect(page.getByText('where they beat no change at all')).toBeVisible();
  await page.getByRole('slider', { name: 'Longest lead time, days' }).fill('1');
  await page.getByRole('combobox', { name: 'Between initial times' }).selectOption('6');
  await page.getByRole('button', { name: 'Score forecasts' }).click();
  // Frames 1 to 4 of 6 have a neighbour on both sides.
  await expect(page.getByText('random first weights · 4 of 4 forecasts')).toBeVisible({ timeout: 120_000 });

  const json = await saved(page, 'JSON');
  expect(json.name).toBe('scores_random_first_weights.json');
  const scores: Scores = JSON.parse(json.bytes.toString());
  const rmse = (source: 'forecast' | 'persistence') =>
    scores.scores[source]!['geopotential 500'].global.rmse![0]!;
  expect(rmse('persistence')).toBeGreaterThan(0);
  const change = 100 * (rmse('forecast') / rmse('persistence') - 1);
  const cell = page.getByRole('button', { name: /^z500, 6 h/ });
  expect(await percentOf(cell)).toBeCloseTo(change, 0);
  const csv = (await saved(page, 'CSV')).bytes.toString();
  expect(csv).toContain(`persistence,geopotential,500,m**2 s**-2,global,6,4,rmse,${rmse('persistence')}`);
  expect((await saved(page, 'HTML')).bytes.toString()).toContain('<title>Scorecard: random first weights');
  expect((await saved(page, 'PNG')).bytes.subarray(1, 4).toString()).toBe('PNG');

  await page.getByRole('button', { name: /^t850, 12 h/ }).click();
  await expect(page.getByRole('figure').getByText('Error of 850 hPa temperature')).toBeVisible({
    timeout: 60_000,
  });
  await expect
    .poll(() => new URL(page.url()).hash)
    .toBe('#room=score&field=temperature&level=850&layer=error&init=2021-07-01T00&lead=12&messages=1');
  await expect(page.getByRole('heading', { name: 't850 RMSE, K' })).toBeVisible();

  await page.locator('input[data-kind=scores]').setInputFiles({
    name: 'other.json',
    mimeType: 'application/json',
    buffer: json.bytes,
  });
  await expect(page.getByRole('combobox', { name: 'Relative to' })).toHaveValue('against');
  await expect(cell).toHaveText('0.0 %');
  await page.locator('input[data-kind=scores]').setInputFiles({
    name: 'torn.json',
    mimeType: 'application/json',
    buffer: json.bytes.subarray(0, 100),
  });
  await expect(page.getByText(/torn\.json is not JSON/)).toBeVisible();
  await expect(cell).toHaveText('0.0 %');
  expect(defects).toEqual([]);
});

test('correlation, regions and climatology are other looks at the same scores', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=score');
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible();
  await page.getByRole('slider', { name: 'Longest lead time, days' }).fill('1');
  await page.getByRole('combobox', { name: 'Between initial times' }).selectOption('48');
  await page.getByRole('button', { name: 'Score forecasts' }).click();
  // The card fills while forecasts are made.
  await expect(page.getByText(/^starter · \d+ of \d+ forecasts$/)).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 240_000 });
  const scores: Scores = JSON.parse((await saved(page, 'JSON')).bytes.toString());
  const of = (source: 'forecast' | 'persistence' | 'climatology', region: string) =>
    scores.scores[source]!['geopotential 500'][region];

  const cell = page.getByRole('button', { name: /^z500, 6 h/ });
  const score = page.getByRole('combobox', { name: 'Score', exact: true });
  await score.selectOption('acc');
  await expect(cell).toHaveText(of('forecast', 'global').acc![0]!.toFixed(2));
  await score.selectOption('rmse');
  await page.getByRole('combobox', { name: 'Region' }).selectOption('tropics');
  for (const source of ['persistence', 'climatology'] as const) {
    await page.getByRole('combobox', { name: 'Relative to' }).selectOption(source);
    const percent = 100 * (of('forecast', 'tropics').rmse![0]! / of(source, 'tropics').rmse![0]! - 1);
    await expect.poll(() => percentOf(cell)).toBeCloseTo(percent, 0);
    // Green where the error is smaller, red where it is larger.
    const colour = await page.locator('td', { has: cell }).evaluate((td) => td.style.background);
    expect(colour).toContain(percent > 0 ? '--bad' : '--accent');
  }
  await expect.poll(() => page.url()).toContain('score=rmse,climatology,tropics');
  expect(defects).toEqual([]);
});
