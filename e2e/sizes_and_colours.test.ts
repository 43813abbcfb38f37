import { expect, test } from '@playwright/test';
import { globePixels, pixelDifference } from './globe_pixels';
import { changedGlobe, chooseFiles, stillGlobe, watchForDefects } from './workbench_page';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

for (const viewport of SIZES) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test.describe(`${viewport.width} px wide, ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      test('everything on the globe', async ({ page }) => {
        const defects = watchForDefects(page);
        await page.goto('/#over=none');
        const isNarrow = viewport.width < 600;
        const closeSheet = async () => {
          const close = page.getByRole('button', { name: 'Close the panel' });
          if (isNarrow && (await close.isVisible())) await close.click();
        };
        await expect(page.locator('.legend').first()).toBeVisible();
        await chooseFiles(page, 'src/golden/tiny/dataset.nc');
        await expect(page.getByRole('banner')).toContainText('dataset.nc');
        await closeSheet();
        let plain = await stillGlobe(page);

        // What is drawn over the field, each by its button, and gone again.
        for (const overlay of ['Isolines', 'Highs and lows', 'Graticule', 'Multi-mesh', 'Grid cells']) {
          const button = page.getByRole('button', { name: overlay, exact: true });
          await expect(async () => {
            // A slow machine may still have been drawing the field or its coasts when the globe seemed still.
            if ((await button.getAttribute('aria-pressed')) === 'true') await button.click();
            plain = await stillGlobe(page);
            await button.click();
            const on = await changedGlobe(page, plain, 0.02);
            await button.click();
            await changedGlobe(page, on, 0.02);
            const difference = () => globePixels(page).then((now) => pixelDifference(plain, now));
            await expect.poll(difference, { message: overlay, timeout: 10_000 }).toBeLessThan(0.02);
          }).toPass({ timeout: 120_000 });
        }
        const wind = page.getByRole('button', { name: 'Wind', exact: true });
        await wind.click();
        let globe = await changedGlobe(page, plain, 0.2);
        globe = await changedGlobe(page, globe, 0.1);
        await wind.click();

        // A flat map, and two layers.
        await page.getByRole('button', { name: 'Flat map' }).click();
        globe = await changedGlobe(page, globe);
        await page.getByRole('button', { name: 'Flat map' }).click();
        globe = await changedGlobe(page, globe);
        const compare = page.getByRole('button', { name: 'Compare two layers' });
        await compare.click();
        await page.getByRole('combobox', { name: 'Compared with' }).selectOption('tendency');
        const legends = page.locator('.legend');
        await expect(legends).toHaveCount(2);
        await expect(legends.last()).toContainText('6 h change');
        for (const legend of await legends.all()) await expect(legend).toBeInViewport({ ratio: 0.9 });
        await changedGlobe(page, plain);
        await compare.click();
        await expect(page.locator('.two-globes')).toBeVisible();
        await page.keyboard.press('c');
        await expect(legends).toHaveCount(1);

        // A place through time and height.
        await page.keyboard.press('p');
        if (isNarrow) await page.getByRole('button', { name: /: through time$/ }).click();
        const place = page.getByRole('region', { name: 'Picked place' });
        await expect(place.getByRole('img')).toHaveCount(2);
        await expect(place.getByRole('img').first()).toBeInViewport({ ratio: 0.9 });
        await page.keyboard.press('Escape');
        await expect(place).toBeHidden();

        // The picture with its legend, and what a forecast depends on.
        const image = page.waitForEvent('download');
        await page.keyboard.press('e');
        expect((await image).suggestedFilename()).toMatch(/^geopotential_500_.*\.png$/);
        await page.keyboard.press('4');
        await page.getByRole('slider', { name: 'Lead time, steps' }).fill('1');
        const ask = page.getByRole('button', { name: 'Show sensitivity' });
        await expect(ask).toBeEnabled({ timeout: 120_000 });
        await ask.click();
        await expect(legends.first()).toContainText('Sensitivity to', { timeout: 120_000 });
        await closeSheet();
        await changedGlobe(page, plain);
        await expect(legends.first()).toBeInViewport({ ratio: 0.9 });
        // With this layer too, the choice of layers ends before the tools.
        const layers = (await page.getByRole('group', { name: 'Layer' }).boundingBox())!;
        const tools = (await page.getByRole('toolbar', { name: 'On the globe' }).boundingBox())!;
        expect(layers.x + layers.width).toBeLessThanOrEqual(tools.x);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
        expect(defects).toEqual([]);
      });
    });
  }
}
