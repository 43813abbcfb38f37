import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { chooseFiles, dropFiles, runFigures, watchForDefects } from './workbench_page';

const DATASET = 'src/golden/tiny/dataset.nc';
const UPDATES = 30;

/** Opens small data in place of the planet that the page starts with. */
async function openData(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'data Simulated planet', exact: true })).toBeEnabled();
  await chooseFiles(page, DATASET);
  await expect(page.getByRole('button', { name: 'data dataset.nc', exact: true })).toBeEnabled();
}

/** Opens small data and asks for the smallest network. */
async function prepare(page: Page): Promise<void> {
  await openData(page);
  await page.getByRole('combobox', { name: 'Latent size' }).selectOption('16');
  await page.getByRole('slider', { name: 'Mesh refinements' }).fill('1');
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('spinbutton', { name: 'Updates' }).fill(String(UPDATES));
}

const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true }).last().click();
const reached = (page: Page, update: number) =>
  expect
    // Often: a fast machine is at the end before a second look.
    .poll(async () => (await runFigures(page)).update, { timeout: 180_000, intervals: [50] })
    .toBeGreaterThanOrEqual(update);
const finished = (page: Page) =>
  expect(page.getByText('The run has ended')).toBeVisible({ timeout: 180_000 });

/** The first updates of a run, one by one; it is saved after each. */
async function singleSteps(page: Page, updates: number): Promise<void> {
  for (let update = 1; update <= updates; update++) {
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    await expect.poll(async () => (await runFigures(page)).update, { timeout: 180_000 }).toBe(update);
    await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible();
  }
}

/** Opens what can be done with a run, unless it is open. @returns the button that closes it */
async function openActions(page: Page, name: string) {
  const button = page.getByRole('button', { name, exact: true });
  if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
  return button;
}

/** Exports a run by its button, and unpacks the archive. */
async function exportRun(page: Page, name: string) {
  const button = await openActions(page, name);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const path = await (await download).path();
  await button.click();
  const files = unzipSync(await readFile(path));
  const lines = new TextDecoder().decode(files['metrics.jsonl']).trim().split('\n');
  const losses = lines.map((line): number => JSON.parse(line).loss);
  return { path, files, losses };
}

test('a run goes on bit for bit after the page was loaded again, and after the GPU process has crashed', async ({
  page,
  browser,
}) => {
  test.setTimeout(10 * 60_000);
  const defects = watchForDefects(page);
  await page.goto('/');
  await prepare(page);
  await train(page);
  await finished(page);
  const undisturbed = await exportRun(page, 'tiny 1');
  expect(undisturbed.losses).toHaveLength(UPDATES);

  await singleSteps(page, 3);
  await page.reload();
  const offer = page.getByRole('region', { name: 'Resume' });
  await expect(offer).toContainText(`tiny 2 stands at update 3 of ${UPDATES}`);
  await expect(offer).toContainText('Open dataset.nc again to resume it.');
  await openData(page);
  await offer.getByRole('button', { name: 'Resume' }).click();
  await finished(page);
  const resumed = await exportRun(page, 'tiny 2');
  expect(resumed.losses).toEqual(undisturbed.losses);
  expect(Buffer.from(resumed.files['checkpoint.npz'])).toEqual(
    Buffer.from(undisturbed.files['checkpoint.npz']),
  );

  await singleSteps(page, 2);
  await page.getByRole('button', { name: 'Go on' }).click();
  await reached(page, 3);
  await (await browser.newBrowserCDPSession()).send('Browser.crashGpuProcess');
  await expect(page.getByText('The GPU was lost.')).toBeVisible();
  await expect(page.getByText(/The GPU is back: training goes on after update \d+/)).toBeVisible();
  await finished(page);
  const survived = await exportRun(page, 'tiny 3');
  expect(survived.losses).toEqual(undisturbed.losses);
  expect(Buffer.from(survived.files['checkpoint.npz'])).toEqual(
    Buffer.from(undisturbed.files['checkpoint.npz']),
  );
  expect(defects).toEqual([]);
});

test('a run is renamed, taken out, deleted, put back, taken in again and drawn beside another', async ({
  page,
}) => {
  test.setTimeout(10 * 60_000);
  const defects = watchForDefects(page);
  await page.goto('/');
  await prepare(page);
  await page.getByRole('combobox', { name: 'Bad update' }).selectOption('roll back');
  await page.getByRole('combobox', { name: 'Moving average' }).selectOption('0.99');
  await page.getByRole('combobox', { name: 'Frozen parts' }).selectOption('decoder');
  await page.getByText('Loss weights').click();
  const weight = page.getByRole('spinbutton', { name: 'Eastward wind', exact: true });
  await weight.fill('-1');
  await weight.press('Enter');
  await expect(weight).toHaveValue('1');
  await weight.fill('2.5');
  await weight.press('Enter');
  await page.getByText('Loss weights: 1 changed').click();
  await expect.poll(() => page.url()).toContain('weights=u_component_of_wind:2.5');
  await singleSteps(page, 2);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('The run has ended')).toBeVisible();

  const runs = page.getByRole('table').filter({ hasText: 'Updates' });
  await runs.getByRole('button', { name: 'tiny 1' }).click();
  const name = page.getByRole('textbox', { name: 'Name of tiny 1' });
  await name.fill('first try');
  await name.press('Enter');
  await expect(runs.getByRole('button', { name: 'first try' })).toBeVisible();
  await runs.getByRole('button', { name: 'first try' }).click();
  const { path, files } = await exportRun(page, 'first try');
  expect(JSON.parse(new TextDecoder().decode(files['config.json']))).toMatchObject({
    ...{ on_bad_update: 'roll_back', ema_decay: 0.99, freeze: ['decoder'] },
    variable_weights: { u_component_of_wind: 2.5 },
  });
  expect(Object.keys(files)).toContain('checkpoint_average.npz');

  await runs.getByRole('button', { name: 'first try' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Every run is kept in this browser')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(runs.getByRole('button', { name: 'first try' })).toBeVisible();

  await dropFiles(page, { 'again.zip': await readFile(path) });
  await expect(page.getByText(`again is among the runs now, at update 2 of ${UPDATES}.`)).toBeVisible();
  // It is checked as soon as its curves have been read.
  const drawn = page.getByRole('checkbox', { name: 'Draw again' });
  await drawn.click();
  await expect(drawn).toBeChecked();
  await expect(page.getByRole('group', { name: /^Loss/ })).toBeVisible();
  await expect(page.locator('.readout .key', { hasText: 'again' }).first()).toBeVisible();

  // Scale, smoothing and another variable draw the loss otherwise.
  const curve = page.getByRole('group', { name: /^Loss/ }).locator('canvas');
  const picture = () => curve.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  let drawing = await picture();
  const redrawn = async () => {
    await expect.poll(picture).not.toBe(drawing);
    drawing = await picture();
  };
  await page.getByRole('checkbox', { name: 'Log scale' }).uncheck();
  await redrawn();
  await page.getByRole('slider', { name: 'Smoothing' }).fill('90');
  await redrawn();
  await page.getByRole('combobox', { name: 'Loss of which variable' }).selectOption('temperature');
  await redrawn();

  await page.getByRole('group', { name: /^Learning rate/ }).press('+');
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByRole('button', { name: 'Show all' })).toBeDisabled();

  // Both have come equally far: their scores bear their names.
  for (const run of ['first try', 'again']) {
    await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
    await openActions(page, run);
    await page.locator('.run-actions').getByRole('button', { name: 'Score' }).click();
    await expect(page.locator('.score-about')).toContainText(`${run}, after update 2 ·`, {
      timeout: 120_000,
    });
    await expect(page.getByRole('button', { name: 'Score forecasts' })).toBeEnabled({ timeout: 120_000 });
  }
  // The second had to be opened: it is not left open, and other data can be.
  await expect(page.locator('header button.chip').first()).toBeEnabled();
  const others = page.getByRole('combobox', { name: 'Other scores' });
  await others.selectOption({ label: 'first try, after update 2, 1 forecasts' });
  await expect(page.getByRole('button', { name: /^z500, 6 h/ })).toHaveText('0.0 %');
  expect(defects).toEqual([]);
});
