import { expect, test } from '@playwright/test';
import { chooseFiles, watchForDefects } from './workbench_page';

test('a run is timed kernel by kernel, under the roof of the adapter; a dot opens its WGSL', async ({
  page,
}) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=kernels&latent=16&mesh=1&messages=1&updates=400');
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('button', { name: 'data dataset.nc' })).toBeEnabled();
  await expect(page.getByRole('button', { name: 'Train', exact: true }).last()).toBeEnabled();
  await page.keyboard.press('t');
  const rows = page.locator('.kernel-table tbody tr');
  await expect(rows.first()).toBeVisible({ timeout: 120_000 });
  await page.keyboard.press('t');
  await expect(page.getByRole('contentinfo')).toContainText('paused');

  const cells = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
  const names = cells.map(([name]) => name);
  for (const kernel of ['linear', 'layer_norm', 'adamw']) {
    expect(
      names.some((name) => name.includes(kernel)),
      kernel,
    ).toBe(true);
  }
  const shares = cells.map(([, share]) => Number.parseFloat(share));
  // Rounded one by one.
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(names.length / 2 + 1);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  await expect(
    page.getByText(/Measured limits of this adapter: [\d.]+ GFLOP\/s of multiply-adds/),
  ).toBeVisible();

  const roofline = page.getByRole('img', { name: 'Roofline plot' });
  // The last is drawn over those that it touches.
  const dot = roofline.locator('circle').last();
  const kernel = (await dot.locator('title').textContent())!;
  expect(names).toContain(kernel);
  await dot.hover({ force: true });
  await expect(page.locator('.kernel-table tr.shown').first()).toContainText(kernel);
  await dot.click({ force: true });
  // The dialog is called after the kernel's folder: linear_backward_weights is read in that of linear.
  const text = page.getByRole('dialog').getByRole('region', { name: `WGSL of ${kernel.split(' ')[0]}` });
  await expect(text).toContainText('@compute');
  await page.keyboard.press('Escape');
  expect(defects).toEqual([]);
});

test('the memory plan follows steps and budget, and says what is too little', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=kernels');
  const heading = page.getByRole('heading', { name: /^Training, \d+ steps?: [\d.]+ .B/ });
  const megabytes = async () => {
    const [, value, unit] = (await heading.innerText()).match(/: ([\d.]+) (.)B/)!;
    return Number(value) * (unit === 'G' ? 1000 : 1);
  };
  await expect(heading).toContainText('Training, 1 step:');
  const one = await megabytes();
  await page.getByRole('slider', { name: 'Autoregressive steps' }).fill('12');
  await expect(heading).toContainText('Training, 12 steps:');
  await expect.poll(megabytes).toBeGreaterThan(one);
  const unlimited = await megabytes();

  const budget = page.getByRole('spinbutton', { name: 'Memory, GB' });
  await budget.fill(String((0.9 * unlimited) / 1000));
  await budget.press('Enter');
  await expect(page.getByText(/Computed again in the backward pass: /).first()).toBeVisible();
  await expect.poll(megabytes).toBeLessThanOrEqual(0.9 * unlimited);
  await budget.fill('0.001');
  await budget.press('Enter');
  await expect(page.getByText(/smallest/i).first()).toBeVisible();
  await expect(heading).toHaveCount(0);
  expect(defects).toEqual([]);
});
