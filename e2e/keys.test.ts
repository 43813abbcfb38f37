import { expect, type Page, test } from '@playwright/test';
import { chooseFiles, watchForDefects } from './workbench_page';

/** One entry of the list under '?', by its first key, and what its keys do, one after the other. */
type Act = [listed: string, presses: [key: string, seen: (page: Page) => Promise<void>][]];

const hash = (page: Page) => new URL(page.url()).hash;
const inAddress = (pattern: RegExp) => (page: Page) => expect.poll(() => hash(page)).toMatch(pattern);
const notInAddress = (pattern: RegExp) => (page: Page) => expect.poll(() => hash(page)).not.toMatch(pattern);
const button = (name: string) => (page: Page) => expect(page.getByRole('button', { name })).toBeVisible();
const dialog = (name: string, isOpen: boolean) => (page: Page) =>
  expect(page.getByRole('dialog', { name })).toBeVisible({ visible: isOpen });
const status = (words: RegExp) => (page: Page) =>
  expect(page.getByRole('contentinfo')).toContainText(words, { timeout: 120_000 });
const playSpeed = (value: string) => (page: Page) =>
  expect(page.getByRole('combobox', { name: 'Play speed' })).toHaveValue(value);
const room = (name: string) => inAddress(name === 'train' ? /^(?!.*room=)/ : new RegExp(`room=${name}`));

/** On and off again. */
const toggle = (listed: string, key: string, part: RegExp): Act => [
  listed,
  [
    [key, inAddress(part)],
    [key, notInAddress(part)],
  ],
];

const ACTS: Act[] = [
  [
    '←',
    [
      ['ArrowRight', inAddress(/lead=6/)],
      ['ArrowLeft', notInAddress(/lead=/)],
    ],
  ],
  [
    '↑',
    [
      ['ArrowUp', inAddress(/init=2021-07-01T06/)],
      ['ArrowDown', inAddress(/init=2021-07-01T00/)],
    ],
  ],
  [
    'Space',
    [
      ['Space', button('Pause time')],
      ['Space', button('Play time')],
    ],
  ],
  [
    '<',
    [
      ['>', playSpeed('2')],
      ['<', playSpeed('1')],
    ],
  ],
  [
    '[',
    [
      [']', inAddress(/level=700/)],
      ['[', notInAddress(/level=/)],
    ],
  ],
  ['L', [['l', inAddress(/layer=tendency/)]]],
  [
    'C',
    [
      ['c', inAddress(/compare=truth&/)],
      ['c', inAddress(/compare=truth,beside/)],
      ['c', notInAddress(/compare=/)],
    ],
  ],
  toggle('F', 'f', /map=flat/),
  toggle('W', 'w', /over=[^&]*wind/),
  toggle('I', 'i', /over=[^&]*isolines/),
  toggle('H', 'h', /over=[^&]*extremes/),
  toggle('G', 'g', /over=[^&]*graticule/),
  toggle('M', 'm', /over=[^&]*mesh/),
  toggle('D', 'd', /over=[^&]*cells/),
  toggle('P', 'p', /pick=/),
  [
    'R',
    [
      ['r', inAddress(/range=automatic/)],
      ['r', inAddress(/range=symmetric/)],
      ['r', notInAddress(/range=/)],
    ],
  ],
  ['U', [['u', inAddress(/units=/)]]],
  ['V', [['v', inAddress(/field=/)]]],
  ['Shift', [['Shift+ArrowRight', inAddress(/view=2\d/)]]],
  [
    '+',
    [
      ['+', inAddress(/view=[^&]*,1\.\d+/)],
      ['-', inAddress(/view=[^&]*,1&/)],
      ['+', inAddress(/view=[^&]*,1\.\d+/)],
      ['0', inAddress(/view=[^&]*,1&/)],
    ],
  ],
  [
    '1',
    [
      ['2', room('forecast')],
      ['3', room('score')],
      ['4', room('network')],
      ['5', room('kernels')],
      ['6', room('learn')],
      ['1', room('train')],
    ],
  ],
  [
    '/',
    [
      ['/', dialog('Commands', true)],
      ['Escape', dialog('Commands', false)],
    ],
  ],
  [
    '?',
    [
      ['?', dialog('Keys', true)],
      ['?', dialog('Keys', false)],
    ],
  ],
  [
    'Esc',
    [
      ['p', inAddress(/pick=/)],
      ['Escape', notInAddress(/pick=/)],
    ],
  ],
  [
    'E',
    [
      [
        'e',
        (page) =>
          expect
            .poll(() => page.evaluate(() => (window as unknown as { saved: string[] }).saved.join()))
            .toMatch(/\.png$/),
      ],
    ],
  ],
  ['S', [['s', status(/update 1\b.*paused/)]]],
  [
    'T',
    [
      ['t', status(/update [2-9]/)],
      ['t', status(/paused/)],
    ],
  ],
  [
    'PgUp',
    [
      ['6', room('learn')],
      ['PageDown', inAddress(/lesson=1&step=2/)],
      ['PageUp', inAddress(/lesson=1&step=1/)],
    ],
  ],
];

/** Each has a walk of its own: `undo.test.ts`. */
const ELSEWHERE = ['Ctrl'];

test('every key of the list does what the list says', async ({ page }) => {
  const defects = watchForDefects(page);
  // A download is a click on a link with a name.
  await page.addInitScript(() => {
    const saved: string[] = [];
    Object.assign(window, { saved });
    const { click } = HTMLAnchorElement.prototype;
    HTMLAnchorElement.prototype.click = function () {
      if (this.download) saved.push(this.download);
      click.call(this);
    };
  });
  await page.goto('/#over=none&latent=16&mesh=1&messages=1&lesson=1&step=1');
  await chooseFiles(page, 'src/golden/tiny/dataset.nc');
  await expect(page.getByRole('button', { name: 'data dataset.nc' })).toBeEnabled();
  await expect(page.locator('.legend').first()).toBeVisible();
  await page.keyboard.press('?');
  const rows = page.getByRole('dialog', { name: 'Keys' }).locator('dt');
  const listed = await rows.evaluateAll((terms) =>
    terms.map((term) => term.querySelector('kbd')?.textContent),
  );
  await page.keyboard.press('Escape');
  expect([...ACTS.map(([first]) => first), ...ELSEWHERE].sort()).toEqual(listed.sort());
  for (const [first, presses] of ACTS) {
    await test.step(first, async () => {
      for (const [key, seen] of presses) {
        await page.keyboard.press(key);
        await seen(page);
      }
    });
  }
  expect(defects).toEqual([]);
});
