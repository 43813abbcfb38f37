import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, watchForDefects } from './workbench_page';

test('a link reopens the picture, and every action has a key', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.route('**/planet.nc', (route) =>
    route.fulfill({ body: readFileSync('src/golden/tiny/dataset.nc'), contentType: 'application/x-netcdf' }),
  );
  await page.goto('/?data=planet.nc#field=temperature&level=850&init=2021-07-01T06&lead=6&view=120,-20,1.5');
  const legend = page.getByRole('figure').first();
  await expect(legend).toContainText('850 hPa temperature');
  await expect(legend).toContainText('°C');
  await expect(page.getByText('1 Jul 2021, 12 UTC')).toBeVisible();

  let globe = await globePixels(page);
  for (const key of [']', 'v', 'ArrowRight', 'm', 'Shift+ArrowLeft', '+']) {
    await page.keyboard.press(key);
    globe = await changedGlobe(page, globe);
  }
  await expect(page.getByText('1 Jul 2021, 18 UTC')).toBeVisible();
  // A moved camera is written a moment later.
  await expect.poll(() => page.url()).toMatch(/view=[^&]*,1\.88/);

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Train or pause');
  const address = page.url();
  for (const key of ['v', 'ArrowLeft', '2', 'Shift+ArrowLeft']) await page.keyboard.press(key);
  expect(page.url()).toBe(address);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause time' })).toBeVisible();
  await page.keyboard.press('Space');
  // Two choices back: the mesh, then the variable.
  await page.goBack();
  await page.goBack();
  await expect(legend).toContainText('1000 hPa temperature');
  // What the open data do not hold becomes what they hold.
  await page.evaluate(() => {
    location.hash = '#field=no_such_field&level=3&init=1999-01-01T00&lead=600';
  });
  await expect(legend).toContainText('2 m temperature');
  await expect
    .poll(() => new URL(page.url()).hash)
    .toMatch(/^#field=2m_temperature&level=surface&init=2021-/);
  expect(defects).toEqual([]);
});

test('the pointer reads the field', async ({ page }) => {
  await page.goto('/#view=0,0,1');
  await expect(page.getByRole('figure').first()).toContainText('dam');
  const box = (await page.locator('.globe canvas').first().boundingBox())!;
  await expect
    .poll(async () => {
      await page.mouse.move(box.x + box.width / 2 + Math.random(), box.y + box.height / 2 - 18);
      return page
        .locator('.reading')
        .innerText({ timeout: 1000 })
        .catch(() => '');
    })
    .toMatch(/^5\d\d dam\s+\d\.\d° [NS] \d\.\d° [EW]$/);
});

test('on a phone the rooms are a bar, their controls a sheet, and light colours are one tap away', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const defects = watchForDefects(page);
  await page.goto('/');
  await expect(page.getByRole('figure').first()).toContainText('geopotential height');
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await expect(train).toHaveCount(1);
  await train.click();
  await expect(page.getByRole('combobox', { name: 'Preset' })).toBeVisible();
  await expect(train).toHaveCount(2);
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await expect(train).toHaveCount(1);

  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.getByRole('button', { name: /colours/ }).click();
  expect(await background()).not.toBe(before);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(defects).toEqual([]);
});
