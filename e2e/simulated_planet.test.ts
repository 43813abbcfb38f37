import { expect, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, watchForDefects } from './workbench_page';

test('another planet is simulated, cancelled, simulated again and shown with its own coasts', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  const data = page.getByRole('banner').getByRole('button', { name: /^data/ });
  await expect(data).toContainText('Simulated planet');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  const shipped = await globePixels(page);

  await page.getByText('Simulate a planet').click();
  await page.getByRole('slider', { name: 'Days' }).fill('5');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByText(/Day \d+ of 45/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar', { name: 'Simulated days' })).toBeHidden();
  await expect(data).toContainText('Simulated planet');

  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByText('20 from 1 Jan 2001')).toBeVisible({ timeout: 200_000 });
  await changedGlobe(page, shipped);
  await page.getByRole('button', { name: 'Simulated planet' }).last().click();
  await expect(page.getByText('160 from 1 Jan 2001')).toBeVisible();
  expect(defects).toEqual([]);
});
