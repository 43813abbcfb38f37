import { expect, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, chooseFiles, watchForDefects } from './workbench_page';

test('what is closed, replaced or stopped is put back, by its notice or by Ctrl+Z', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#lead=6');
  const model = page.getByRole('banner').getByRole('button', { name: /^model/ });
  const notice = page.getByRole('status').filter({ has: page.getByRole('button', { name: 'Undo' }) });
  const room = (name: string) => page.getByRole('navigation').getByRole('button', { name }).click();
  const atSixHours = page.getByRole('row', { name: /^\+6 h/ });
  await expect(model).toHaveText('model starter', { useInnerText: true });

  // The checkpoint.
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(notice).toContainText('starter is closed.');
  await expect(model).toHaveText('model tiny', { useInnerText: true });
  await page.keyboard.press('Control+z');
  await expect(model).toHaveText('model starter', { useInnerText: true });
  await expect(notice).toHaveCount(0);

  // A forecast that another took the place of.
  await room('Forecast');
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('1');
  await page.getByRole('button', { name: 'Run forecast' }).click();
  await expect(atSixHours).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Run forecast' })).toBeVisible();
  const starters = await atSixHours.innerText();
  const globe = await globePixels(page);
  await room('Train');
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  await room('Forecast');
  await page.getByRole('button', { name: 'Run forecast' }).click();
  await expect(notice).toContainText('A new forecast took the place', { timeout: 120_000 });
  expect(await atSixHours.innerText()).not.toBe(starters);
  const trained = await changedGlobe(page, globe);
  await notice.getByRole('button', { name: 'Undo' }).click();
  await expect(atSixHours).toHaveText(starters, { useInnerText: true });
  await changedGlobe(page, trained);

  // A run that is stopped before its end goes on.
  await room('Train');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(notice).toContainText(/is stopped at update 1 of 3,000\./);
  await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(notice).toContainText('is stopped');

  // Data, with the model and the forecasts that go with them.
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(notice.filter({ hasText: 'Simulated planet and its forecasts made way for' })).toBeVisible();
  await room('Forecast');
  await expect(atSixHours).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(model).toHaveText('model starter', { useInnerText: true });
  await expect(page.getByRole('banner')).toContainText('Simulated planet');
  await expect(atSixHours).toHaveText(starters, { useInnerText: true });
  await expect(page.getByText('after update 1')).toBeVisible();
  expect(defects).toEqual([]);
});
