import { expect, type Page } from '@playwright/test';
import { globePixels, pixelDifference, pixelSpread } from './globe_pixels';

/** Everything that went wrong on the page without being shown to its user, and requests that leave its origin. */
export function watchForDefects(page: Page): string[] {
  const defects: string[] = [];
  let home: string | undefined;
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!protocol.startsWith('http')) return;
    home ??= origin;
    if (origin !== home) defects.push(`a request to ${request.url()}`);
  });
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

/** Lets the script of the engine's thread, which has a navigator and a device of its own, begin with these lines. */
export async function beginEngineWith(page: Page, lines: string): Promise<void> {
  await page.route('**/engine.worker*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${lines}\n${await response.text()}` });
  });
}

/** Lets the page find no WebGPU. */
export async function hideWebGpu(page: Page): Promise<void> {
  await beginEngineWith(page, "Object.defineProperty(navigator, 'gpu', { value: undefined });");
}

/** Drags files over the page, sees the page offer to take them, and drops them. @param files contents by name */
export async function dropFiles(page: Page, files: Record<string, Buffer | string>): Promise<void> {
  const contents = Object.entries(files).map(([name, content]) => ({
    name,
    base64: Buffer.from(content).toString('base64'),
  }));
  const drag = (type: string) =>
    page.evaluate(
      async ([event, dragged]) => {
        const dataTransfer = new DataTransfer();
        for (const { name, base64 } of dragged) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], name));
        }
        window.dispatchEvent(new DragEvent(event, { dataTransfer, cancelable: true }));
      },
      [type, contents] as const,
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

/** A picture that varies less has no field in it yet. */
const MOST_BLANK = 10;

/** Waits until the globe's picture stays as it is, and gives it. */
export async function stillGlobe(page: Page): Promise<number[]> {
  let pixels = await globePixels(page);
  await expect
    .poll(
      async () => {
        const before = pixels;
        pixels = await globePixels(page);
        return pixelSpread(pixels) > MOST_BLANK && pixelDifference(before, pixels) === 0;
      },
      { intervals: [400] },
    )
    .toBe(true);
  return pixels;
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
