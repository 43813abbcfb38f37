import { expect, type Page, test } from '@playwright/test';
import { runFigures, watchForDefects } from './workbench_page';

const LINK =
  '#preset=mini&latent=16&mesh=1&messages=1&rate=0.02&updates=2000&seed=3' +
  '&train=2001-01-01/2001-01-20&validation=2001-01-21/2001-01-25&test=2001-02-01/2001-02-05';
const hash = (page: Page) => new URL(page.url()).hash;

test('a link reopens a run’s settings, dates are chosen freely, back and forward walk, a resumed run shows its own', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  // What cannot be read is ignored.
  await page.goto(`/${LINK}&batch=many&activations=float16`);
  const preset = page.getByRole('combobox', { name: 'Preset' });
  const latent = page.getByRole('combobox', { name: 'Latent size' });
  const firstDay = (period: string) => page.getByLabel(`${period}: first day`);
  const lastDay = (period: string) => page.getByLabel(`${period}: last day`);
  await expect(lastDay('Test')).toHaveValue('2001-02-05');
  await expect(firstDay('Validation')).toHaveValue('2001-01-21');
  await expect(preset).toHaveValue('mini');
  await expect(latent).toHaveValue('16');
  await expect(page.getByRole('slider', { name: 'Mesh refinements' })).toHaveValue('1');
  await expect(page.getByLabel('Learning rate')).toHaveValue('0.02');
  await expect(page.getByRole('spinbutton', { name: 'Batch size' })).toHaveValue('1');
  await expect(page.getByRole('slider', { name: 'Held out' })).toHaveValue('50');
  // The starter's forecast goes on as without a link; nothing is trained.
  await expect(page.getByRole('button', { name: 'model starter' })).toBeVisible();
  await expect.poll(() => hash(page)).toMatch(new RegExp(`^#layer=forecast&.*&${LINK.slice(1)}$`));
  expect((await runFigures(page)).update).toBeNaN();

  // A preset brings its sizes; back brings the former ones again.
  await preset.selectOption('tiny');
  await expect(latent).toHaveValue('32');
  await expect.poll(() => hash(page)).not.toContain('preset');
  expect(hash(page)).toContain('&rate=0.02&updates=2000');
  await page.goBack();
  await expect(preset).toHaveValue('mini');
  await expect(latent).toHaveValue('16');
  await page.goForward();
  await expect(latent).toHaveValue('32');
  await page.goBack();

  // Dates that share a day hold the run back, in plain words, until one of them gives way.
  const train = page.getByRole('button', { name: 'Train', exact: true }).last();
  await lastDay('Training').fill('2001-01-23');
  await lastDay('Training').press('Enter');
  await expect(page.getByRole('alert')).toContainText(
    'Training and Validation share the days 2001-01-21 to 2001-01-23',
  );
  await expect(train).toBeDisabled();
  await firstDay('Validation').fill('2001-01-24');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(train).toBeEnabled();
  await lastDay('Test').fill('2001-03-01');
  await lastDay('Test').press('Enter');
  await expect(page.getByRole('alert')).toContainText('after the data do: their last day is 2001-02-09');
  await lastDay('Test').fill('2001-02-09');
  await expect
    .poll(() => hash(page))
    .toContain('&train=2001-01-01/2001-01-23&validation=2001-01-24/2001-01-25&test=2001-02-01/2001-02-09');
  // The slider holds the last days out, and keeps a test; without one, its days are validation's.
  await page.getByRole('slider', { name: 'Held out' }).fill('25');
  await expect(firstDay('Test')).toHaveValue('2001-02-05');
  await expect.poll(() => hash(page)).toContain('&test=2001-02-05/2001-02-09');
  await page.getByRole('checkbox', { name: 'Test' }).uncheck();
  await expect(lastDay('Validation')).toHaveValue('2001-02-09');
  await expect.poll(() => hash(page)).not.toContain('&test=');
  await page.goBack();
  await expect(firstDay('Test')).toHaveValue('2001-02-05');

  // A link that asks for other data says so, and leaves what is open.
  await page.evaluate(() => {
    location.hash = '#train=1979/2015&validation=2016/2017';
  });
  const notice = page.getByRole('alert');
  await expect(notice).toContainText('do not fit these data. Training begins on 1979-01-01');
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(lastDay('Training')).toHaveValue('2001-02-01');
  await page.goBack();

  // The run keeps its dates, and shows them when it is resumed. Its rate is out of the ordinary, which is said.
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 120_000 });
  await expect(page.locator('.alarms')).toContainText('The learning rate reaches 0.02, more than ten times');
  await page.goto('/#lead=6');
  await page.reload();
  await expect(lastDay('Training')).toHaveValue('2001-02-01');
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  const dates = page.locator('.periods .facts');
  await expect(dates).toContainText(
    /Training.*2001-01-01 – 2001-01-30.*Validation.*2001-01-31 – 2001-02-04.*Test.*2001-02-05 – 2001-02-09/s,
    { timeout: 120_000 },
  );
  await expect(latent).toHaveValue('16');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(lastDay('Test')).toHaveValue('2001-02-09');
  expect(defects).toEqual([]);
});
