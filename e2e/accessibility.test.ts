import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { ROOMS } from '../src/workbench/location_hash';
import { globePixels, pixelSpread } from './globe_pixels';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 360, height: 740 },
];

for (const viewport of SIZES) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`axe finds nothing serious in any room, ${viewport.width} px wide, ${colorScheme}`, async ({
      browser,
      baseURL,
    }) => {
      const context = await browser.newContext({ viewport, colorScheme, baseURL });
      const page = await context.newPage();
      await page.goto('/');
      await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
      // A globe with a field on it, on the scheme's own ground.
      await expect.poll(async () => pixelSpread(await globePixels(page))).toBeGreaterThan(10);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = ground.match(/\d+/g)!.map(Number);
      expect(red > 128).toBe(colorScheme === 'light');
      for (const room of ROOMS) {
        await page.goto(`/#room=${room}`);
        await page.getByRole('navigation').locator('[aria-current=page]').click();
        // A narrow screen's room is a sheet that the click may have closed.
        if (await page.locator('.sheet').isHidden()) {
          await page.getByRole('navigation').locator('[aria-current=page]').click();
        }
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${room}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`);
        expect(serious).toEqual([]);
        // Nothing sticks out sideways.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
      }
      await context.close();
    });
  }
}
