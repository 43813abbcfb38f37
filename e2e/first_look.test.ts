import { expect, test } from '@playwright/test';
import { hideWebGpu, watchForDefects } from './workbench_page';

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

test('a link to a forecast makes it', async ({ page }) => {
  await page.goto('/#room=forecast&field=temperature&level=850&layer=error&init=2001-01-03T00&lead=12');
  await expect(page.getByRole('figure').getByText('Error of 850 hPa temperature')).toBeVisible({
    timeout: 120_000,
  });
  await expect(page.getByRole('slider', { name: 'Lead time' })).toHaveValue('12', { timeout: 120_000 });
  await expect(page.getByRole('row', { name: /^\+12 h/ })).toBeVisible();
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
