import { expect, type Page, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, chooseFiles, watchForDefects } from './workbench_page';

/** Small data, and the Learn room at a place of its own. */
async function openLearnRoom(page: Page, place = ''): Promise<void> {
  await page.goto(`/#room=learn${place}`);
  await expect(page.getByText(/swiftshader/i)).toBeVisible();
  await expect(page.getByRole('figure').first()).toBeVisible();
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('banner').getByText('dataset.nc')).toBeVisible();
}

const heading = (page: Page) =>
  page.getByRole('region', { name: 'Controls' }).getByRole('heading', { level: 3 });

test('a lesson is walked by keys, changes the globe, and is found again by its address', async ({ page }) => {
  const defects = watchForDefects(page);
  await openLearnRoom(page);
  await expect(page.getByRole('row', { name: 'Parameters' })).toContainText('36,348,131');
  await page.getByRole('button', { name: /^The grid and the mesh/ }).click();
  await expect(heading(page)).toHaveText('The grid crowds at the poles');
  await page.getByRole('slider', { name: 'Latitude' }).fill('85');
  await expect(page.getByText('To the next at 85°')).toBeVisible();

  await page.keyboard.press('PageDown');
  await expect(heading(page)).toHaveText('An icosahedron, refined');
  const coarse = await globePixels(page);
  await page.getByRole('slider', { name: 'Mesh refinements' }).fill('3');
  await expect(page.getByRole('row', { name: /^M3/ })).toContainText('642');
  await changedGlobe(page, coarse);

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: 'M3' }).click();
  // 20 · (4³ − 1): the multi-mesh of M2.
  await expect(page.getByText('1,260 directed edges')).toBeVisible();
  await expect.poll(() => page.url()).toContain('meshlevels=0,1,2&lesson=1&step=3');

  await page.reload();
  await expect(heading(page)).toHaveText('The multi-mesh keeps every level');
  await page.getByRole('button', { name: /^Step 2 of 4/ }).click();
  await expect(heading(page)).toHaveText('An icosahedron, refined');
  await page.goBack();
  await expect(heading(page)).toHaveText('The multi-mesh keeps every level');
  await page.getByRole('button', { name: 'Leave the lesson' }).click();
  await expect(page.getByText('Six lessons on the page itself')).toBeVisible();
  expect(page.url()).not.toContain('lesson=');
  expect(defects).toEqual([]);
});

test('lessons read the network, train it and roll it out', async ({ page }) => {
  const defects = watchForDefects(page);
  await openLearnRoom(page, '&lesson=5&step=1');
  // The gradient at the encoder and at each of the four processor steps.
  await expect(page.getByRole('button', { name: /^(encoder|step \d)/ })).toHaveCount(5, { timeout: 120_000 });

  await page.getByRole('button', { name: /^Step 4 of 4/ }).click();
  await page.getByRole('slider', { name: 'Updates' }).fill('20');
  await page.getByRole('button', { name: 'Train 20 updates' }).click();
  await expect(page.getByRole('contentinfo')).toContainText('update 20 / 20', { timeout: 180_000 });
  await page.keyboard.press('PageUp');
  await expect(heading(page)).toHaveText('AdamW’s step');
  await expect(page.locator('dt', { hasText: 'Loss now' }).locator('+ dd')).toHaveText(/^[\d.]+$/);

  await page.keyboard.press('/');
  await page.keyboard.type('errors grow');
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Errors grow');
  await page.keyboard.press('PageUp');
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('2');
  await page.getByRole('button', { name: 'Forecast 12 h' }).click();
  await expect(page.getByRole('term').filter({ hasText: 'Persistence' })).toBeVisible({ timeout: 120_000 });
  expect(defects).toEqual([]);
});

test('a lesson fits a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/#room=learn&lesson=4&step=2');
  await page.getByRole('navigation').getByRole('button', { name: 'Learn' }).click();
  await expect(heading(page)).toHaveText('a(lat): an area is an area');
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
