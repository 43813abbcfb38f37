import { expect, test } from '@playwright/test';

test('the page is served isolated, under a policy that lets in nothing but data', async ({ page }) => {
  const response = await page.goto('/');
  expect(response?.headers()).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'self'"),
  });
  expect(response?.headers()['content-security-policy']).not.toMatch(
    /http:(?!\/\/(localhost|127\.0\.0\.1):)/,
  );
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('the browser has a WebGPU adapter', async ({ page }) => {
  await page.goto('/');
  const vendor = await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info.vendor);
  expect(vendor).toMatch(/\w+/);
});
