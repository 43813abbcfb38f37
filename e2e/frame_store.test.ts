import { expect, type Page, test } from '@playwright/test';
import { chooseFiles, runFigures, watchForDefects } from './workbench_page';

const DATASET = 'src/golden/tiny/dataset.nc';

/** Sizes of the files that decoded frames are kept in; `damage` overwrites the frames with zeros. */
function frameFiles(page: Page, damage = false): Promise<Record<string, number>> {
  return page.evaluate(async (overwrite) => {
    const sizes: Record<string, number> = {};
    const root = await navigator.storage.getDirectory();
    const frames = await root.getDirectoryHandle('frames', { create: true });
    for await (const dataset of frames.values()) {
      for await (const handle of (dataset as FileSystemDirectoryHandle).values()) {
        const file = handle as FileSystemFileHandle;
        const { size } = await file.getFile();
        sizes[file.name] = size;
        if (!overwrite || file.name !== 'planes.bin') continue;
        const writable = await file.createWritable();
        await writable.write(new Uint8Array(size));
        await writable.close();
      }
    }
    return sizes;
  }, damage);
}

async function lossOfFirstUpdate(page: Page): Promise<number> {
  await page.goto('/');
  await chooseFiles(page, DATASET);
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  return (await runFigures(page)).loss;
}

test('decoded frames are kept for the next visit; damaged ones are read again', async ({ page }) => {
  const defects = watchForDefects(page);
  const loss = await lossOfFirstUpdate(page);
  expect(loss).toBeGreaterThan(0);
  // 19 x 36 points, as many planes as statistics have read.
  const first = await frameFiles(page);
  expect(first['planes.bin'] % (4 * 19 * 36)).toBe(0);
  expect(first['planes.bin']).toBeGreaterThan(100_000);

  expect(await lossOfFirstUpdate(page)).toBe(loss);
  expect(await frameFiles(page)).toEqual(first);

  await page.goto('about:blank');
  await page.goto('/');
  await frameFiles(page, true);
  expect(await lossOfFirstUpdate(page)).toBe(loss);
  expect(await frameFiles(page)).toEqual(first);
  expect(defects).toEqual([]);
});
