import { describe, expect, it } from 'vitest';
import { headlineFields, prettyUnits, shortName, shortNumber } from './field_names';
import { scorecard } from './scorecard';
import { SCORECARD_STYLE } from './scorecard_style';
import type { Scores, Series } from './scores_file';

/** Two fields, two regions, three lead times; z500's RMSE is `factor` times persistence's. */
function made(factor: number, more: Partial<Scores> = {}): Scores {
  const persistence = [160, 250, 420];
  const series = (values: Series) => ({ rmse: values, acc: [0.99, 0.95, 0.9] });
  const byRegion = (rmse: Series) => ({ global: series(rmse), europe: series(rmse) });
  const field = (rmse: Series) => ({
    'geopotential 500': byRegion(rmse),
    '2m_temperature': byRegion([1, 2, null]),
  });
  return {
    format: 'graphcast-scores',
    version: 1,
    name: 'run/checkpoint.npz',
    description: 'A <b>test</b> & more',
    data: { name: 'data.nc', latitudes: 19, longitudes: 36 },
    initial_times: { first: '2024-06-03T00:00Z', last: '2024-06-04T12:00Z', count: 7, planned: 7 },
    lead_hours: [6, 24, 72],
    n: [7, 6, 4],
    n_anomaly: [7, 6, 4],
    climatology: { name: 'c.nc', computed: false, note: 'Read from c.nc.' },
    regions: [
      { id: 'global', title: 'Global', area_fraction: 1 },
      { id: 'europe', title: 'Europe', area_fraction: 0.03 },
    ],
    fields: [
      { id: 'geopotential 500', variable: 'geopotential', level: 500, units: 'm**2 s**-2' },
      { id: '2m_temperature', variable: '2m_temperature', level: null, units: 'K' },
    ],
    scores: {
      forecast: field(persistence.map((value) => value * factor)),
      persistence: field(persistence),
      climatology: field([200, 200, 200]),
    },
    truth_activity: {},
    spectra: {
      bands: [
        { id: '30-60', title: 'Band', latitudes: [-60, 30, 60], wavelength_km: [null, 30000, 15000, 10000] },
      ],
      series: (['forecast', 'truth'] as const).flatMap((source) =>
        [6, 72].map((lead_hours) => ({
          source,
          field: 'geopotential 500',
          lead_hours,
          band: '30-60',
          energy: [1e16, 1e13, 5e12, 1e12],
        })),
      ),
    },
    warnings: ['Something is missing.'],
    ...more,
  };
}

/** Fails on a tag that is closed in the wrong place. */
function expectBalanced(html: string): void {
  const open: string[] = [];
  const tags = html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/g);
  for (const [tag, closes, name, , closed] of tags) {
    if (['meta', 'input', 'br'].includes(name) || closed) continue;
    if (closes) expect(open.pop(), tag).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
}

describe('the scorecard', () => {
  const html = scorecard(made(0.8));

  it('stands alone: no script, nothing from elsewhere', () => {
    expect(html).not.toMatch(
      /<script|<link|<img|\bsrc=|\bhref=|url\(|@import|https?:|javascript:| on[a-z]+=/i,
    );
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('name="viewport"');
  });

  it('is well formed, and text cannot become markup', () => {
    expectBalanced(html);
    expect(html).toContain('A &lt;b&gt;test&lt;/b&gt; &amp; more');
    const hostile = scorecard(made(1, { name: '"><script>alert(1)</script>', warnings: ['<img src=x>'] }));
    expect(hostile).not.toMatch(/<script|<img/);
    expectBalanced(hostile);
  });

  it('colours each cell by how it compares with the baseline', () => {
    const cell = (kind: string, percent: string, value: string) =>
      new RegExp(`<td class="${kind}" title="[^"]*">${percent}\u00a0%<small>${value}</small></td>`);
    expect(html).toMatch(cell('b4', '−20', '128\\.0'));
    expect(html).toContain('title="128.0 against 160.0 m² s⁻²"');
    // Against the climatology: 336 to 200.
    expect(html).toMatch(cell('w5', '\\+68', '336\\.0'));
    expect(html).toMatch(cell('same', '0\\.0', '2\\.000'));
    expect(html).toContain('<td class="none">–</td>');
    for (const [factor, kind, percent] of [
      [0.97, 'b1', '−3\\.0'],
      [0.93, 'b2', '−7\\.0'],
      [0.85, 'b3', '−15'],
      [0.4, 'b5', '−60'],
      [1.019, 'same', '\\+1\\.9'],
      [1.3, 'w4', '\\+30'],
    ] as const)
      expect(scorecard(made(factor))).toMatch(cell(kind, percent, '\\d+\\.?\\d*'));
  });

  it('has a table for every baseline and region, and controls that choose among them', () => {
    expect(html.match(/class="panel /g)).toHaveLength(2 * 2);
    expect(html.match(/type="radio"/g)).toHaveLength(2);
    expect(html.match(/<option /g)).toHaveLength(2);
    for (const [b, r] of [
      [0, 0],
      [1, 1],
    ]) {
      expect(html).toContain(`class="panel base${b} region${r} scroll"`);
      expect(html).toContain(
        `body:has(option[value="region${r}"]:checked):has(#base${b}:checked) .panel.base${b}.region${r}`,
      );
    }
  });

  it('draws curves and spectra, and says in words what they show', () => {
    expect(html).toContain('aria-label="z500, RMSE, m² s⁻²: run/checkpoint.npz 128.0 at +6 h');
    expect(html).toContain('run/checkpoint.npz 128.0 at +6 h, 336.0 at +3 d');
    expect(html).toContain('aria-label="z500: zonal energy by wavelength, truth and +6 h, +3 d"');
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('compares two evaluations, and says where they differ', () => {
    const other = made(0.5, {
      data: { name: 'else.nc', latitudes: 19, longitudes: 36 },
      lead_hours: [6, 72],
    });
    other.scores.forecast!['geopotential 500'].global.rmse = [64, 210];
    const both = scorecard(made(0.8), other);
    expect(both.match(/type="radio"/g)).toHaveLength(3);
    expect(both).toContain('run/checkpoint.npz (the other)');
    expect(both).toContain('of different data, so their scores are not strictly comparable');
    expect(both).toContain('title="128.0 against 64.00 m² s⁻²"');
    // There is no +24 h in the other one.
    expect(both).toContain('<td class="none">–<small>200.0</small></td>');
    expectBalanced(both);
  });

  it('needs neither a model, a climatology nor a single score', () => {
    const { persistence, climatology } = made(1).scores;
    const baselines = scorecard(made(1, { scores: { persistence, climatology } }));
    expect(baselines).toContain('relative to Climatology');
    expect(baselines).not.toContain('type="radio"');
    expectBalanced(scorecard(made(1, { scores: { persistence }, climatology: null })));
    const nothing = { first: null, last: null, count: 0, planned: 3 };
    const spectra = { bands: [], series: [] };
    const empty = scorecard(
      made(1, {
        scores: { persistence: {} },
        fields: [],
        lead_hours: [],
        n: [],
        initial_times: nothing,
        spectra,
      }),
    );
    expectBalanced(empty);
    expect(empty).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the colours', () => {
  const themes = SCORECARD_STYLE.split('@media (prefers-color-scheme: dark)');
  const colours = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
    );
  const light = colours(themes[0]);
  const dark = { ...light, ...colours(themes[1]) };

  /** Contrast of two colours (WCAG 2.2). */
  function contrast(a: string, b: string): number {
    const luminance = (hex: string) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => {
        const part = Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
        return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      }, 0);
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  }

  it.each([
    ['light', light],
    ['dark', dark],
  ])('leave text readable, %s', (_, theme) => {
    for (const kind of ['same', 'b1', 'b2', 'b3', 'w1', 'w2', 'w3', 'sheet', 'page'])
      expect(contrast(theme.ink, theme[kind]), kind).toBeGreaterThan(4.5);
    for (const kind of ['b4', 'w4'])
      expect(contrast(theme[`on-${kind}`], theme[kind]), kind).toBeGreaterThan(4.5);
    for (const kind of ['b5', 'w5']) expect(contrast(theme['on-5'], theme[kind]), kind).toBeGreaterThan(4.5);
    for (const background of ['sheet', 'page'])
      expect(contrast(theme.soft, theme[background]), background).toBeGreaterThan(4.5);
    for (const line of ['forecast', 'against', 'persistence', 'climatology', 'truth', 'lead0', 'lead4'])
      expect(contrast(theme[line], theme.sheet), line).toBeGreaterThan(3);
  });
});

describe('names', () => {
  it('are those of forecasters, with units and few digits', () => {
    expect(shortName({ variable: 'geopotential', level: 500 })).toBe('z500');
    expect(shortName({ variable: '2m_temperature', level: null })).toBe('t2m');
    expect(shortName({ variable: 'ozone', level: 50 })).toBe('ozone 50');
    expect(prettyUnits('kg m**-2 s**-1')).toBe('kg m⁻² s⁻¹');
    expect([0, 0.5, 12.345, 1234.6, 2.5e-4, 3.2e7].map(shortNumber)).toEqual([
      ...['0.000', '0.5000', '12.35', '1235', '2.50e-4', '3.20e7'],
    ]);
    const fields = [
      { variable: 'x', level: null },
      { variable: 'temperature', level: 850 },
    ];
    expect(headlineFields(fields)).toEqual([fields[1]]);
    expect(headlineFields(fields.slice(0, 1))).toEqual(fields.slice(0, 1));
  });
});
