import { expect, type Page } from '@playwright/test';
import { globePixels, pixelDifference } from './globe_pixels';

/** Everything that went wrong on the page without being shown to its user. */
export function watchForDefects(page: Page): string[] {
  const defects: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') defects.push(message.text());
  });
  page.on('pageerror', (error) => defects.push(String(error)));
  return defects;
}

/** Chooses files as the system's dialog would, once it can be opened; what they are is decided by their names. */
export async function chooseFiles(
  page: Page,
  files: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0],
) {
  await expect(page.locator('header button.chip').first()).toBeEnabled();
  await page.locator('input[type=file][data-kind=any]').first().setInputFiles(files);
}

/** Lets the page find no WebGPU: the engine's thread has a navigator of its own, whose script begins without one. */
export async function hideWebGpu(page: Page): Promise<void> {
  await page.route('**/engine.worker*.js', async (route) => {
    const response = await route.fetch();
    const hidden = "Object.defineProperty(navigator, 'gpu', { value: undefined });\n";
    await route.fulfill({ response, body: hidden + (await response.text()) });
  });
}

/** Drags a file over the page, sees the page offer to take it, and drops it. */
export async function dropFile(page: Page, name: string, content: string): Promise<void> {
  const drag = (type: string) =>
    page.evaluate(
      ([event, file, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], file));
        window.dispatchEvent(new DragEvent(event, { dataTransfer, cancelable: true }));
      },
      [type, name, content],
    );
  await drag('dragover');
  await expect(page.getByText('Drop data (.nc')).toBeVisible();
  await drag('drop');
  await expect(page.getByText('Drop data (.nc')).toBeHidden();
}

/** Number of updates and loss, as the status line says them. */
export async function runFigures(page: Page): Promise<{ update: number; loss: number }> {
  const text = await page.getByRole('contentinfo').innerText();
  const read = (pattern: RegExp) => Number(text.replaceAll(',', '').match(pattern)?.[1] ?? Number.NaN);
  return { update: read(/update\s+(\d+)/), loss: read(/loss\s+([\d.e−-]+)/) };
}

/** Waits until the globe's picture differs from `before` by `least` in the mean, and gives the new one. */
export async function changedGlobe(page: Page, before: number[], least = 1): Promise<number[]> {
  let pixels = before;
  await expect
    .poll(async () => {
      pixels = await globePixels(page);
      return pixelDifference(before, pixels);
    })
    .toBeGreaterThan(least);
  return pixels;
}
