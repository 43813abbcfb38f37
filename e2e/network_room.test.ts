import { expect, test } from '@playwright/test';
import { globePixels } from './globe_pixels';
import { changedGlobe, chooseFiles, watchForDefects } from './workbench_page';

test('from the globe to a message, and what a forecast depends on', async ({ page }) => {
  const defects = watchForDefects(page);
  await page.goto('/#room=network&view=0,0,1');
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  const figures = page.getByRole('complementary', { name: 'Figures' });
  await expect(figures.getByText('Norm of the latents, mean over nodes')).toBeVisible();
  const steps = figures.getByRole('button', { name: /^step \d/ });
  await expect(steps).toHaveCount(4, { timeout: 180_000 });
  await expect(figures.getByText(/Node \d+: [\d.]+, at step 1/)).toBeVisible();

  // The mesh: another step, another reading, another picture.
  let globe = await globePixels(page);
  await steps.nth(3).click();
  globe = await changedGlobe(page, globe);
  await page.getByRole('radio', { name: 'Gradient' }).check({ force: true });
  await expect(figures.getByText(/flows from the last step back/)).toBeVisible();
  globe = await changedGlobe(page, globe);
  await page.getByRole('radio', { name: 'Reach' }).check({ force: true });
  // The node itself, then its neighbours, five or six on each level of the mesh, then theirs.
  const growth = figures.getByRole('button', { name: /^(encoder|step \d)/ });
  await expect(growth.first()).toContainText('1');
  const reached = (await growth.allInnerTexts()).map((text) => Number(text.replace(',', '').match(/\d+$/)));
  expect(reached[0]).toBe(1);
  expect(reached[1]).toBeGreaterThanOrEqual(6);
  expect(reached).toEqual([...reached].sort((a, b) => a - b));
  expect(reached.at(-1)).toBeGreaterThan(reached[1]);
  globe = await changedGlobe(page, globe);

  // A node: by keys, and by a click on the globe.
  const node = page.getByRole('status').filter({ hasText: 'Node' });
  const first = await node.innerText();
  await page.getByRole('button', { name: 'Next node' }).press('Enter');
  await expect(node).not.toHaveText(first);
  const second = await node.innerText();
  const box = (await page.locator('.globe canvas').first().boundingBox())!;
  await page.mouse.click(box.x + box.width / 2 + 60, box.y + box.height / 2 - 40);
  await expect(node).not.toHaveText(second);
  await page.getByRole('radio', { name: 'Node', exact: true }).check({ force: true });
  globe = await changedGlobe(page, globe);
  const senders = figures.getByRole('button', { name: /^node \d+ [\d,]+ km/ });
  await senders.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(senders.nth(1)).toBeFocused();
  const sender = (await senders.nth(1).innerText()).match(/node (\d+)/)![1];
  await page.keyboard.press('Enter');
  await expect(figures.getByRole('heading', { name: `From node ${sender} to node` })).toBeVisible();
  await changedGlobe(page, globe);
  await figures.getByRole('button', { name: 'Go to the sender' }).click();
  await expect(node).toContainText(`Node ${sender}`);

  // The sensitivity is a layer with a unit of its own.
  const legend = page.getByRole('figure').filter({ hasText: 'Sensitivity to' });
  await page.getByRole('slider', { name: 'Lead time, steps' }).fill('1');
  await page.getByRole('button', { name: 'Show sensitivity' }).click();
  await expect(legend).toContainText('Sensitivity to 500 hPa geopotential height', { timeout: 120_000 });
  await expect(legend).toContainText('dam / σ');
  globe = await globePixels(page);
  await page.getByRole('radio', { name: '−6 h' }).check({ force: true });
  globe = await changedGlobe(page, globe);
  await page.getByRole('combobox', { name: 'Variable', exact: true }).selectOption('temperature');
  await page.getByRole('radio', { name: 'Unit' }).check({ force: true });
  await expect(legend).toContainText('dam / K');
  await changedGlobe(page, globe);
  expect(new URL(page.url()).hash).toContain('layer=sensitivity');
  expect(defects).toEqual([]);
});

test('a kernel is read as it was compiled, on a phone too', async ({ page, context }) => {
  const defects = watchForDefects(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/#room=network');
  await expect(page.getByRole('button', { name: /^step 4/ })).toBeVisible({ timeout: 180_000 });
  await page.getByRole('navigation').getByRole('button', { name: 'Kernels' }).click();
  await page.getByRole('button', { name: 'layer_norm', exact: true }).click();
  const reader = page.getByRole('dialog', { name: 'layer_norm' });
  await expect(reader).toContainText('y = scale · x̂ + offset');
  const text = reader.getByRole('region', { name: 'WGSL of layer_norm' });
  await expect(text).toContainText('@group(0) @binding(0) var<uniform> args: Args;');
  await reader.getByRole('combobox', { name: 'Kernel' }).selectOption('layer_norm_backward');
  await expect(reader.getByRole('region')).toContainText('const WITH_');
  await reader.getByRole('button', { name: 'Copy' }).click();
  await expect(reader.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^struct Args .*@compute/s);

  await page.setViewportSize({ width: 390, height: 844 });
  const width = await reader.evaluate((element) => element.getBoundingClientRect().right);
  expect(width).toBeLessThanOrEqual(390);
  await page.keyboard.press('Escape');
  await expect(reader).toBeHidden();
  expect(defects).toEqual([]);
});
