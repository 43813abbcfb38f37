import { expect, type Page, test } from '@playwright/test';
import { globePixels, pixelDifference } from './globe_pixels';
import { changedGlobe, chooseFiles, stillGlobe, watchForDefects } from './workbench_page';

/** Small data, and the Learn room at a place of its own. */
async function openLearnRoom(page: Page, place = ''): Promise<void> {
  await page.goto(`/#room=learn${place}`);
  await expect(page.getByText(/swiftshader/i)).toBeVisible();
  await expect(page.getByRole('figure').first()).toBeVisible();
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('banner').getByText('dataset.nc')).toBeVisible();
}

const heading = (page: Page) =>
  page.getByRole('region', { name: 'Controls' }).getByRole('heading', { level: 3 });

test('a lesson is walked by keys, changes the globe, and is found again by its address', async ({ page }) => {
  const defects = watchForDefects(page);
  await openLearnRoom(page);
  await expect(page.getByRole('row', { name: 'Parameters' })).toContainText('36,348,131');
  await page.getByRole('button', { name: /^The grid and the mesh/ }).click();
  await expect(heading(page)).toHaveText('The grid crowds at the poles');
  await page.getByRole('slider', { name: 'Latitude' }).fill('85');
  await expect(page.getByText('To the next at 85°')).toBeVisible();

  await page.keyboard.press('PageDown');
  await expect(heading(page)).toHaveText('An icosahedron, refined');
  const coarse = await globePixels(page);
  await page.getByRole('slider', { name: 'Mesh refinements' }).fill('3');
  await expect(page.getByRole('row', { name: /^M3/ })).toContainText('642');
  await changedGlobe(page, coarse);

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: 'M3' }).click();
  // 20 · (4³ − 1): the multi-mesh of M2.
  await expect(page.getByText('1,260 directed edges')).toBeVisible();
  await expect.poll(() => page.url()).toContain('meshlevels=0,1,2&lesson=1&step=3');

  await page.reload();
  await expect(heading(page)).toHaveText('The multi-mesh keeps every level');
  await page.getByRole('button', { name: /^Step 2 of 4/ }).click();
  await expect(heading(page)).toHaveText('An icosahedron, refined');
  await page.goBack();
  await expect(heading(page)).toHaveText('The multi-mesh keeps every level');
  await page.getByRole('button', { name: 'Leave the lesson' }).click();
  await expect(page.getByText('Six lessons on the page itself')).toBeVisible();
  expect(page.url()).not.toContain('lesson=');
  expect(defects).toEqual([]);
});

/** A control that needs no training and no forecast changes what its step shows. */
test('in every lesson a control changes the figures or the globe', async ({ page }) => {
  test.setTimeout(15 * 60_000);
  const defects = watchForDefects(page);
  await openLearnRoom(page, '&lesson=1&step=1');
  const controls = page.getByRole('region', { name: 'Controls' });
  const figures = page.getByRole('complementary', { name: 'Figures' });
  const changed: string[] = [];
  const goTo = async (lesson: number, step: number) => {
    await page.evaluate((place) => {
      location.hash = `#room=learn&${place}`;
    }, `lesson=${lesson}&step=${step}`);
    const mark = controls.getByRole('button', { name: new RegExp(`^Step ${step} of`) });
    await expect(mark).toHaveAttribute('aria-current', 'step');
  };
  for (let lesson = 1; lesson <= 6; lesson++) {
    await goTo(lesson, 1);
    const steps = await controls.getByRole('button', { name: /^Step \d of/ }).count();
    for (let step = 1; step <= steps; step++) {
      await goTo(lesson, step);
      if ((await controls.getByRole('button', { name: /^(Train|Forecast|Run) / }).count()) > 0) continue;
      const input = controls
        .locator('input[type=range]:enabled, select:enabled, fieldset button[aria-pressed]')
        .first();
      await expect(input).toBeVisible();
      const [globe, text] = [await stillGlobe(page), await figures.innerText()];
      const kind = await input.evaluate(({ tagName }) => tagName);
      if (kind === 'BUTTON') await input.click();
      else if (kind === 'SELECT') {
        const index = await input.evaluate(
          (list: HTMLSelectElement) => (list.selectedIndex + 1) % list.options.length,
        );
        await input.selectOption({ index });
      } else {
        const isLeast = await input.evaluate(({ value, min }: HTMLInputElement) => value === min);
        await input.press(isLeast ? 'End' : 'Home');
      }
      await expect
        .poll(
          async () =>
            (await figures.innerText()) !== text || pixelDifference(globe, await globePixels(page)) > 0.5,
          `lesson ${lesson}, step ${step}`,
        )
        .toBe(true);
      changed.push(`${lesson}.${step}`);
    }
  }
  expect(changed).toEqual([
    ...['1.1', '1.2', '1.3', '1.4', '2.1', '2.2', '2.3', '2.4', '3.1', '3.2', '3.3'],
    ...['4.2', '4.3', '5.1', '6.2'],
  ]);
  expect(defects).toEqual([]);
});

test('lessons read the network, train it and roll it out', async ({ page }) => {
  const defects = watchForDefects(page);
  await openLearnRoom(page, '&lesson=5&step=1');
  // The gradient at the encoder and at each of the four processor steps.
  await expect(page.getByRole('button', { name: /^(encoder|step \d)/ })).toHaveCount(5, { timeout: 120_000 });

  await page.getByRole('button', { name: /^Step 4 of 4/ }).click();
  await page.getByRole('slider', { name: 'Updates' }).fill('20');
  await page.getByRole('button', { name: 'Train 20 updates' }).click();
  await expect(page.getByRole('contentinfo')).toContainText('update 20 / 20', { timeout: 180_000 });
  await page.keyboard.press('PageUp');
  await expect(heading(page)).toHaveText('AdamW’s step');
  await expect(page.locator('dt', { hasText: 'Loss now' }).locator('+ dd')).toHaveText(/^[\d.]+$/);

  await page.keyboard.press('/');
  await page.keyboard.type('errors grow');
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Errors grow');
  await page.keyboard.press('PageUp');
  await page.getByRole('slider', { name: 'Steps of 6 h' }).fill('2');
  await page.getByRole('button', { name: 'Forecast 12 h' }).click();
  await expect(page.getByRole('term').filter({ hasText: 'Persistence' })).toBeVisible({ timeout: 120_000 });
  expect(defects).toEqual([]);
});

test('a lesson fits a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/#room=learn&lesson=4&step=2');
  await page.getByRole('navigation').getByRole('button', { name: 'Learn' }).click();
  await expect(heading(page)).toHaveText('a(lat): an area is an area');
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
