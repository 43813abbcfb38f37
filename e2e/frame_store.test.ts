import { expect, type Page, test } from '@playwright/test';
import { chooseFiles, runFigures, watchForDefects } from './workbench_page';

const DATASET = 'src/golden/tiny/dataset.nc';

/** Bytes of a plane of the dataset: 19 x 36 points. */
const PLANE = 4 * 19 * 36;

/** Sizes of the files that decoded frames are kept in, by dataset; `damage` overwrites the frames with zeros. */
function frameFiles(page: Page, damage = false): Promise<Record<string, number>> {
  return page.evaluate(async (overwrite) => {
    const sizes: Record<string, number> = {};
    const root = await navigator.storage.getDirectory();
    const frames = await root.getDirectoryHandle('frames', { create: true });
    for await (const dataset of frames.values()) {
      for await (const handle of (dataset as FileSystemDirectoryHandle).values()) {
        const file = handle as FileSystemFileHandle;
        const { size } = await file.getFile();
        sizes[`${dataset.name}/${file.name}`] = size;
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
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
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
  // As many planes as statistics have read; beside those of the planet that the page starts on.
  const planes = Object.entries(await frameFiles(page)).filter(([path]) => path.endsWith('/planes.bin'));
  expect(planes).toHaveLength(2);
  const [path] = planes.find(([, size]) => size > 100_000 && size % PLANE === 0)!;
  const folder = path.replace('planes.bin', '');
  // How much of the planet is read before other data are opened is a matter of moments.
  const filesOfDataset = async () =>
    new Map(Object.entries(await frameFiles(page)).filter(([name]) => name.startsWith(folder)));
  const first = await filesOfDataset();

  expect(await lossOfFirstUpdate(page)).toBe(loss);
  expect(await filesOfDataset()).toEqual(first);

  // From a page of the same origin that opens nothing, for whoever has a store open has it alone.
  await page.route('**/empty', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="/favicon.svg">' }),
  );
  await page.goto('/empty');
  await expect(() => frameFiles(page, true)).toPass();
  expect(await lossOfFirstUpdate(page)).toBe(loss);
  expect(await filesOfDataset()).toEqual(first);
  expect(defects).toEqual([]);
});
