import { expect, test } from '@playwright/test';
import { watchForDefects } from './workbench_page';

test('the palette finds rooms, fields and lessons by a few letters, and gives the focus back', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  const palette = page.getByRole('combobox', { name: 'Command' });
  const options = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
  const keys = page.getByRole('button', { name: 'Keys' });

  await keys.focus();
  await page.keyboard.press('/');
  await expect(palette).toBeFocused();
  expect(await options.count()).toBeGreaterThan(60);
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(keys).toBeFocused();

  await page.keyboard.press('/');
  await page.keyboard.type('slp');
  await expect(options.first()).toContainText('Sea-level pressure');
  await expect(palette).toHaveAttribute('aria-activedescendant', 'palette-0');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('figure').getByText('Sea-level pressure')).toBeVisible();

  await page.keyboard.press('/');
  await page.keyboard.type('rooms');
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  const room = await options.nth(1).locator('span').last().innerText();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation').locator('[aria-current=page]')).toHaveText(room);

  await page.keyboard.press('/');
  await page.keyboard.type('no such thing at all');
  await expect(page.getByText('Nothing of that name')).toBeVisible();
  await page.keyboard.press('Escape');

  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('/');
  await page.keyboard.type('choose files');
  await page.keyboard.press('Enter');
  expect((await chooser).isMultiple()).toBe(true);
  expect(defects).toEqual([]);
});
