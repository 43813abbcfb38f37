import { expect, test } from '@playwright/test';
import { watchForDefects } from './workbench_page';

test('the page changes to Chinese and back, and remembers it', async ({ page }) => {
  const defects = watchForDefects(page);
  const root = page.locator('html');
  const rooms = page.getByRole('navigation').getByRole('button');
  const headerFits = async () => {
    const { scrolled, seen } = await page.locator('.head').evaluate((head) => ({
      scrolled: Math.max(head.scrollWidth, document.documentElement.scrollWidth),
      seen: document.documentElement.clientWidth,
    }));
    expect(scrolled).toBe(seen);
  };

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  await expect(root).toHaveAttribute('lang', 'en');
  await headerFits();

  await page.getByRole('button', { name: '中文' }).click();
  await expect(root).toHaveAttribute('lang', 'zh-Hans');
  await headerFits();
  await expect(rooms).toHaveText(['训练', '预报', '评分', '网络', '内核', '学习']);
  await expect(page.getByRole('figure').getByText('500 hPa 位势高度')).toBeVisible();

  await page.setViewportSize({ width: 1440, height: 900 });
  await headerFits();
  for (const [room, text] of [
    ['训练', '学习率'],
    ['预报', '运行预报'],
    ['网络', '处理器步'],
    ['学习', '六堂就在本页上的课'],
  ]) {
    await rooms.filter({ hasText: room }).click();
    await expect(page.getByText(text).first()).toBeVisible();
  }

  await page.reload();
  await expect(root).toHaveAttribute('lang', 'zh-Hans');
  await expect(rooms.first()).toHaveText('训练');
  await expect(page.locator('.legend').first()).toBeVisible();

  // The palette knows both, too.
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
  await page.keyboard.type('English');
  await page.keyboard.press('Enter');
  await expect(root).toHaveAttribute('lang', 'en');
  await expect(rooms.first()).toHaveText('Train');
  expect(defects).toEqual([]);
});
