import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { openDataset } from '../src/weather/dataset';
import { globePixels, pixelDifference } from './globe_pixels';
import { beginEngineWith, changedGlobe, stillGlobe, watchForDefects } from './workbench_page';

/** Opens the page on the planet at a place of the address. */
async function openAt(page: Page, hash: string): Promise<string[]> {
  const defects = watchForDefects(page);
  await page.goto(`/${hash}`);
  await expect(page.locator('.legend').first()).toBeVisible();
  return defects;
}

test('wind drifts, pauses with its key, and follows the map', async ({ page }) => {
  const defects = await openAt(page, '#over=none');
  let globe = await stillGlobe(page);
  await expect(async () => {
    globe = await stillGlobe(page);
    await page.waitForTimeout(500);
    expect(pixelDifference(globe, await globePixels(page))).toBe(0);
  }).toPass();
  await page.keyboard.press('w');
  await expect(page.locator('.legend')).toContainText('wind at 500 hPa');
  for (let look = 0; look < 3; look++) globe = await changedGlobe(page, globe, 0.2);
  await page.keyboard.press('f');
  await expect(page.getByRole('button', { name: 'Flat map' })).toHaveAttribute('aria-pressed', 'true');
  globe = await changedGlobe(page, globe);
  await changedGlobe(page, globe, 0.2);
  await page.keyboard.press('w');
  await expect(page.locator('.legend')).not.toContainText('wind');
  await expect.poll(() => new URL(page.url()).hash).toContain('map=flat&over=none');
  expect(defects).toEqual([]);
});

test('a graphics card begins with 65,536 particles', async ({ page }) => {
  // What the page knows of the adapter; behind it is the software renderer still.
  await beginEngineWith(
    page,
    "Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: 'a', architecture: 'b', device: 'c', description: 'A card', isFallbackAdapter: false }) });",
  );
  await page.addInitScript(() => {
    const { drawArrays } = WebGL2RenderingContext.prototype;
    const counts = new Set<number>();
    WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
      if (mode === this.LINES) counts.add(count / 2);
      return drawArrays.call(this, mode, first, count);
    };
    Object.assign(window, { drawnLines: counts });
  });
  // Before the page has tried its shaders, and after: those are not drawn to be seen.
  const defects = await openAt(page, '#over=wind');
  await expect(page.getByRole('contentinfo')).toContainText('A card');
  const drawn = () => page.evaluate(() => [...(window as unknown as { drawnLines: Set<number> }).drawnLines]);
  await expect.poll(drawn).toContain(65_536);
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible({ timeout: 120_000 });
  await page.waitForTimeout(3000);
  await changedGlobe(page, await globePixels(page), 0.1);
  await page.keyboard.press('w');
  await expect(page.locator('.legend')).not.toContainText('wind');
  await stillGlobe(page);
  await page.evaluate(() => (window as unknown as { drawnLines: Set<number> }).drawnLines.clear());
  await page.keyboard.press('w');
  await expect.poll(drawn).not.toEqual([]);
  await changedGlobe(page, await globePixels(page), 0.1);
  expect(defects).toEqual([]);
});

test('two layers share a globe, a divider moves, two globes stand side by side, back goes back', async ({
  page,
}) => {
  const defects = await openAt(page, '#lead=24');
  const one = await globePixels(page);
  await page.getByRole('button', { name: 'Compare two layers' }).click();
  await page.getByRole('combobox', { name: 'Compared with' }).selectOption('tendency');
  await expect(page.locator('.legend')).toHaveCount(2);
  await expect(page.locator('.legend').last()).toContainText('6 h change of 500 hPa geopotential height');
  let globe = await changedGlobe(page, one);
  const divider = page.getByRole('slider', { name: 'Divider between Truth and 6 h change' });
  await divider.press('Home');
  globe = await changedGlobe(page, globe);
  await divider.press('End');
  await expect(divider).toHaveAttribute('aria-valuenow', '100');
  await changedGlobe(page, globe);
  expect(new URL(page.url()).hash).toContain('compare=tendency');
  const box = (await divider.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2 - 4, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x - 300, box.y + 300);
  await page.mouse.up();
  await expect(divider).not.toHaveAttribute('aria-valuenow', '100');
  await page.keyboard.press('c');
  await expect(page.locator('.two-globes')).toContainText('Truth');
  await expect.poll(() => page.url()).toContain('compare=tendency,beside');

  // Both turn together, by keys and under the pointer.
  await changedGlobe(page, globe);
  const both = () => Promise.all([0.25, 0.75].map((share) => globePixels(page, share)));
  const turn = async (how: () => Promise<void>) => {
    const before = await both();
    await how();
    await expect
      .poll(async () => Math.min(...(await both()).map((now, i) => pixelDifference(before[i], now))))
      .toBeGreaterThan(1);
  };
  await turn(() => page.keyboard.press('Shift+ArrowRight'));
  const stage = (await page.locator('.globe canvas').first().boundingBox())!;
  const grip = { x: stage.x + 0.75 * stage.width, y: stage.y + stage.height / 2 };
  await turn(async () => {
    await page.mouse.move(grip.x, grip.y);
    await page.mouse.down();
    await page.mouse.move(grip.x - 90, grip.y + 20, { steps: 3 });
    await page.mouse.up();
  });
  await page.goBack();
  await expect(divider).toBeVisible();
  expect(defects).toEqual([]);
});

test('a click opens the place through time and height; units and range change picture and legend', async ({
  page,
}) => {
  const defects = await openAt(page, '#field=temperature&level=850&lead=12');
  const box = (await page.locator('.globe canvas').first().boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const place = page.getByRole('region', { name: 'Picked place' });
  await expect(place).toContainText('850 hPa temperature, °C');
  await expect(place.getByRole('img')).toHaveCount(2);
  await expect(place.getByRole('img').first().locator('path')).toHaveCount(2);
  await expect.poll(() => new URL(page.url()).hash).toMatch(/pick=15(\.\d+)?,3\d/);

  const ticks = () => page.locator('.legend .ticks').innerText();
  const celsius = await ticks();
  await page.keyboard.press('u');
  await expect(place).toContainText('850 hPa temperature, K');
  await expect.poll(ticks).not.toBe(celsius);
  const globe = await globePixels(page);
  await page.getByRole('combobox', { name: 'Colour range' }).selectOption('automatic');
  await changedGlobe(page, globe);
  // The legend's ends are the least and the greatest value of the field that is shown, 12 h after the first initial time.
  const planet = await openDataset('public/planet.nc');
  const field = await planet.read('temperature', 3, [850]);
  planet.close();
  const ends = (await ticks()).split(/\s+/).map(Number);
  expect(Math.abs(ends[0] - Math.min(...field))).toBeLessThanOrEqual(0.5);
  expect(Math.abs(ends[ends.length - 1] - Math.max(...field))).toBeLessThanOrEqual(0.5);
  await expect.poll(() => page.url()).toContain('range=automatic&units=K');
  await page.keyboard.press('Escape');
  await expect(place).toBeHidden();
  expect(defects).toEqual([]);
});

test('isolines bear their values', async ({ page }) => {
  const defects = await openAt(page, '#over=isolines');
  const inked = () =>
    page.locator('.globe canvas.labels').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });
  // A dozen numbers of three digits, ten pixels high.
  await expect.poll(inked).toBeGreaterThan(1000);
  await page.keyboard.press('i');
  await expect.poll(inked).toBe(0);
  await page.keyboard.press('i');
  await expect.poll(inked).toBeGreaterThan(1000);
  // Cells have no lines of equal value.
  await page.keyboard.press('d');
  await expect.poll(inked).toBe(0);
  expect(defects).toEqual([]);
});

test('mesh levels and the edges of the picked node, highs and lows, graticule', async ({ page }) => {
  const defects = await openAt(page, '#field=mean_sea_level_pressure&level=surface&lead=48');
  let globe = await globePixels(page);
  for (const key of ['g', 'h', 'm', 'p']) {
    await page.keyboard.press(key);
    globe = await changedGlobe(page, globe, 0.05);
  }
  await page.getByRole('checkbox', { name: 'Mesh level 2' }).press('Space');
  await changedGlobe(page, globe, 0.05);
  await expect.poll(() => page.url()).toContain('over=isolines,mesh&meshlevels=0,1');
  expect(defects).toEqual([]);
});

test('the globe is saved as an image with its legend, and through time as a film that plays', async ({
  page,
}) => {
  // Three frames before the planet's last one: a short film.
  const defects = await openAt(page, '#room=forecast&field=temperature&level=850&init=2001-02-09T00');
  const image = page.waitForEvent('download');
  await page.keyboard.press('e');
  const picture = await image;
  expect(picture.suggestedFilename()).toMatch(/^temperature_850_.*_0h\.png$/);
  expect(await sizeOf(page, 'img', readFileSync(await picture.path()), 'image/png')).toBeGreaterThan(400);

  const film = page.waitForEvent('download', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Animation' }).click();
  await expect(page.getByRole('progressbar', { name: 'Lead times recorded' })).toBeVisible();
  const bytes = readFileSync(await (await film).path());
  expect(await sizeOf(page, 'video', bytes, 'video/webm')).toBeGreaterThan(400);
  expect(defects).toEqual([]);
});

/** Width at which the browser shows an image or film, in a page that may load anything. */
async function sizeOf(page: Page, element: 'img' | 'video', bytes: Buffer, type: string): Promise<number> {
  const blank = await page.context().newPage();
  return blank.evaluate(
    async ([tag, base64, mime]) => {
      const blob = await (await fetch(`data:${mime};base64,${base64}`)).blob();
      const shown = document.createElement(tag) as HTMLImageElement & HTMLVideoElement;
      shown.src = URL.createObjectURL(blob);
      if (tag === 'img') await shown.decode();
      else
        await new Promise((resolve, reject) => Object.assign(shown, { oncanplay: resolve, onerror: reject }));
      return tag === 'img' ? shown.naturalWidth : shown.videoWidth;
    },
    [element, bytes.toString('base64'), type] as const,
  );
}
