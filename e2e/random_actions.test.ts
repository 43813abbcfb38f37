import { expect, type Page, test } from '@playwright/test';
import { randomStream } from '../src/weather/random';
import { chooseFiles, watchForDefects } from './workbench_page';

/** Sequences of so many actions each. */
const SEQUENCES = 100;
const ACTIONS = 4;

const KEYS = [
  ...[
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    'v',
    'v',
    '[',
    ']',
    'l',
    'i',
    'm',
    'w',
    'f',
    't',
    's',
    '?',
    '/',
    'Escape',
  ],
  ...[
    'ArrowLeft',
    'ArrowRight',
    'ArrowUp',
    'ArrowDown',
    ' ',
    '+',
    '-',
    '0',
    'Tab',
    'Enter',
    'Shift+ArrowLeft',
  ],
];

/** Presses a key, clicks a button or moves a slider that is there, turns the globe, goes back, drops files. */
async function act(page: Page, random: () => number): Promise<void> {
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const kind = random();
  if (kind < 0.5) {
    await page.keyboard.press(choose(KEYS));
  } else if (kind < 0.8) {
    // File dialogs, downloads and the language, by whose words they are known here, are tested by themselves.
    const buttons = page.locator('button:visible:enabled:not([aria-label*="Save"])');
    const count = await buttons.count();
    if (count === 0) return;
    const button = buttons.nth(Math.floor(random() * count));
    const text = await button.innerText({ timeout: 1000 }).catch(() => '');
    if (/Open|Checkpoint|Forecast$|CSV|JSON|PNG|HTML|Export|WebM|中文/.test(text)) return;
    await button.click({ timeout: 1000, force: true }).catch(() => undefined);
  } else if (kind < 0.88) {
    const sliders = page.locator('input[type=range]:visible:enabled');
    const count = await sliders.count();
    if (count === 0) return;
    const slider = sliders.nth(Math.floor(random() * count));
    await slider
      .press(choose(['Home', 'End', 'ArrowRight', 'ArrowLeft']), { timeout: 1000 })
      .catch(() => undefined);
  } else if (kind < 0.95) {
    const [x, y] = [400 + 500 * random(), 200 + 400 * random()];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 80 * (random() - 0.5), y + 80 * (random() - 0.5));
    await page.mouse.up();
  } else if (kind < 0.98) {
    await page.evaluate((back) => (back ? history.back() : history.forward()), random() < 0.6);
  } else {
    const canOpen = await page.locator('header button.chip').first().isEnabled();
    if (canOpen) await chooseFiles(page, 'src/golden/tiny/dataset.nc').catch(() => undefined);
  }
}

test('a hundred random sequences of actions leave no error behind', async ({ page }) => {
  const defects = watchForDefects(page);
  const random = randomStream(2026, 'actions');
  await page.goto('/');
  await expect(page.getByRole('figure').getByText('500 hPa geopotential height')).toBeVisible();
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    for (let i = 0; i < ACTIONS; i++) await act(page, random);
    expect(defects, `after sequence ${sequence}`).toEqual([]);
    // Whatever was done, the page still answers.
    if (page.url() === 'about:blank') await page.goto('/');
    await expect(page.getByRole('heading', { name: 'GraphCast Workbench' })).toBeAttached();
  }
});
