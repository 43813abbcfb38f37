import type { Page } from '@playwright/test';

/**
 * What the globe looks like: a coarse image of the middle of the stage, [64, 64] of red, green, blue.
 * @param share of the stage's width, where the middle of the image lies
 */
export async function globePixels(page: Page, share = 0.5): Promise<number[]> {
  const box = (await page.locator('.globe canvas').first().boundingBox())!;
  const side = 0.5 * Math.min(box.width, box.height);
  const clip = {
    x: box.x + share * box.width - side / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  };
  const picture = (await page.screenshot({ clip })).toString('base64');
  return page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0, 64, 64);
    return [...context.getImageData(0, 0, 64, 64).data].filter((_, i) => i % 4 !== 3);
  }, picture);
}

/** Mean absolute difference of two images, 0 to 255. */
export function pixelDifference(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

/** How much an image varies: 0 for a blank one. */
export function pixelSpread(a: number[]): number {
  const mean = a.reduce((sum, value) => sum + value, 0) / a.length;
  return Math.sqrt(a.reduce((sum, value) => sum + (value - mean) ** 2, 0) / a.length);
}
