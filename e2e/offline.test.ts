import { expect, test } from '@playwright/test';
import { runFigures } from './workbench_page';

test.use({ serviceWorkers: 'allow' });

test('after the first visit the page opens and trains without a network', async ({ page, context }) => {
  await page.goto('/');
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    // Everything is kept once it has been activated.
    while (active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 100));
  });
  await context.setOffline(true);
  await page.reload();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await page.evaluate(() => fetch('/elsewhere').then(Boolean, () => false))).toBe(false);
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();

  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByRole('slider', { name: 'Message-passing steps' }).fill('1');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(async () => (await runFigures(page)).update, { timeout: 240_000 }).toBe(1);
});

test('the page can be installed, and its parts of a kept file are the parts that were asked for', async ({
  page,
  context,
}) => {
  await page.goto('/');
  await page.evaluate(() => navigator.serviceWorker.ready);
  const manifest = await (await page.request.get('/manifest.webmanifest')).json();
  expect(manifest).toMatchObject({ name: 'GraphCast Workbench', display: 'standalone', start_url: './' });
  for (const { src } of manifest.icons) expect((await page.request.get(`/${src}`)).ok()).toBe(true);

  await page.reload();
  await context.setOffline(true);
  const answer = await page.evaluate(async () => {
    const whole = new Uint8Array(await (await fetch('/planet.nc')).arrayBuffer());
    const response = await fetch('/planet.nc', { headers: { Range: 'bytes=100-199' } });
    const part = new Uint8Array(await response.arrayBuffer());
    const { status, headers } = response;
    const same = part.length === 100 && part.every((byte, i) => byte === whole[100 + i]);
    return { status, same, range: headers.get('content-range'), total: whole.length };
  });
  expect(answer).toMatchObject({ status: 206, same: true, range: `bytes 100-199/${answer.total}` });
});
