import { expect, type Page, test } from '@playwright/test';
import { changedGlobe, stillGlobe, watchForDefects } from './workbench_page';

const hash = (page: Page) => new URL(page.url()).hash;
const node = (page: Page) => page.getByRole('status').filter({ hasText: /^Node/ });
const zoom = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });

test('a link reopens the place in the network, and back goes back through it', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=network');
  await expect(node(page)).toBeVisible({ timeout: 120_000 });
  await expect.poll(() => hash(page)).toMatch(/network=mesh,\d+,1/);
  await page.getByRole('button', { name: 'Next node' }).click();
  await page.getByRole('slider', { name: 'Processor step' }).fill('3');
  await page.getByRole('radio', { name: 'Reach' }).check({ force: true });
  await zoom(page, 'Node').check({ force: true });
  await expect.poll(() => hash(page)).toMatch(/network=node,\d+,3&nodes=reach/);
  const words = await node(page).innerText();

  const other = await page.context().newPage();
  const othersDefects = watchForDefects(other);
  await other.goto(page.url());
  await expect(node(other)).toHaveText(words, { useInnerText: true, timeout: 120_000 });
  await expect(zoom(other, 'Node')).toBeChecked();
  await expect(other.getByRole('slider', { name: 'Processor step' })).toHaveValue('3');
  await other.close();

  await page.goBack();
  await expect(zoom(page, 'Mesh')).toBeChecked();
  await page.goForward();
  await expect(zoom(page, 'Node')).toBeChecked();
  await expect(node(page)).toHaveText(words, { useInnerText: true });
  expect([...defects, ...othersDefects]).toEqual([]);
});

test('a link asks again what a sensitivity was asked, and shows the same', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=network&over=none&pick=10,45');
  await page.getByRole('slider', { name: 'Lead time, steps' }).fill('1');
  await expect(page.getByRole('button', { name: 'Show sensitivity' })).toBeEnabled({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Show sensitivity' }).click();
  const legend = (of: Page) => of.locator('.legend').filter({ hasText: 'Sensitivity to' });
  await expect(legend(page)).toContainText('dam / σ', { timeout: 120_000 });
  const last = await stillGlobe(page);
  await page.getByRole('radio', { name: '−6 h' }).check({ force: true });
  await changedGlobe(page, last);
  await expect
    .poll(() => hash(page))
    .toMatch(/layer=sensitivity.*sensitivity=geopotential,500,1,.*inputframe=previous/);
  const told = await legend(page).innerText();

  const other = await page.context().newPage();
  const othersDefects = watchForDefects(other);
  await other.goto(page.url());
  await expect(legend(other)).toHaveText(told, { useInnerText: true, timeout: 180_000 });
  await expect(other.getByRole('radio', { name: '−6 h' })).toBeChecked();
  expect([...defects, ...othersDefects]).toEqual([]);
});

test('a link reopens how scores are looked at', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=score&score=acc,climatology,global');
  await expect(page.getByRole('combobox', { name: 'Score', exact: true })).toHaveValue('acc');
  const baseline = page.getByRole('combobox', { name: 'Relative to' });
  await expect(baseline).toHaveValue('climatology');
  await expect(page.locator('.legend').first()).toBeVisible();
  await baseline.selectOption('persistence');
  await expect.poll(() => hash(page)).toContain('score=acc,persistence,global');
  await page.goBack();
  await expect(baseline).toHaveValue('climatology');
  expect(defects).toEqual([]);
});
