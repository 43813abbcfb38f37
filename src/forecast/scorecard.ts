import { curveCharts, curveLegend, spectrumCharts } from './scorecard_charts';
import { type Card, escapeHtml, type Line, linesOf } from './scorecard_html';
import { SCORECARD_STYLE } from './scorecard_style';
import { colourLegend, numberTables, relativeTables } from './scorecard_tables';
import type { Scores } from './scores_file';

/**
 * A page that shows an evaluation: RMSE relative to each baseline by field and lead time, curves of RMSE and anomaly
 * correlation, spectra, numbers. It stands alone: no script, no request to anywhere, light and dark, from a
 * telephone's width up.
 *
 * @param against another evaluation, which becomes a baseline and a curve
 * @returns HTML
 */
export function scorecard(scores: Scores, against?: Scores): string {
  const card: Card = { scores, against };
  const [, ...baselines] = linesOf(card);
  const spectra = spectrumCharts(card);
  const parts = [
    header(card),
    controls(scores, baselines),
    baselines.length > 0
      ? section(
          'RMSE relative to the baseline',
          'Difference of the root mean square error in percent, and below it the error itself: blue is better than the baseline, red worse.',
          `${colourLegend()}${relativeTables(card)}`,
        )
      : '',
    section(
      'By lead time',
      'Root mean square error (0 is perfect), and anomaly correlation with the truth about the climatology (1 is perfect; below 0.6 a forecast is hardly of use).',
      `${curveLegend(card)}${curveCharts(card)}`,
    ),
    spectra === ''
      ? ''
      : section(
          'Zonal spectra',
          'Energy by wavelength along the latitude circles between 30 and 60 degrees in both hemispheres, and as a share of that of the truth: a share that falls towards short waves is a blurred forecast.',
          spectra,
        ),
    section(
      'Numbers',
      '',
      `<details><summary>All scores of the fields above</summary>${numberTables(card)}</details>`,
    ),
    footer(),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scorecard: ${escapeHtml(scores.name)}</title>
<style>${SCORECARD_STYLE}${choices(scores, baselines)}</style>
</head>
<body><main>
${parts.join('\n')}
</main></body>
</html>
`;
}

function section(title: string, text: string, content: string): string {
  return `<section><h2>${title}</h2>${text && `<p class="soft">${text}</p>`}${content}</section>`;
}

function header({ scores, against }: Card): string {
  const { initial_times: times, data, lead_hours: leads } = scores;
  const facts: [string, string][] = [
    ['Data', `${data.name}, ${data.latitudes} × ${data.longitudes} grid points`],
    ['Initial times', times.first === null ? 'none' : `${times.count}, from ${times.first} to ${times.last}`],
    ['Lead times', leads.length === 0 ? 'none' : `${leads[0]} to ${leads[leads.length - 1]} h`],
    ['Climatology', scores.climatology?.note ?? 'none: no anomalies are scored'],
  ];
  if (against) {
    const { first, last, count } = against.initial_times;
    facts.push([
      'Compared with',
      `${against.name} on ${against.data.name}: ${count} initial times from ${first} to ${last}`,
    ]);
  }
  const warnings = [...scores.warnings, ...differences(scores, against)];
  return `<header><h1>${escapeHtml(scores.name)}</h1>
<p class="soft">${escapeHtml(scores.description)}</p>
<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>
${warnings.map((text) => `<p class="warning">${escapeHtml(text)}</p>`).join('')}</header>`;
}

/** What makes two evaluations hard to compare. */
function differences(scores: Scores, against: Scores | undefined): string[] {
  if (!against) return [];
  const same = (value: (of: Scores) => unknown) =>
    JSON.stringify(value(scores)) === JSON.stringify(value(against));
  const found = [
    ...(same(({ data }) => data) ? [] : ['data']),
    ...(same(({ initial_times: { first, last, count } }) => [first, last, count]) ? [] : ['initial times']),
    ...(same(({ climatology }) => climatology?.note) ? [] : ['climatologies']),
  ];
  if (found.length === 0) return [];
  return [
    `The two evaluations are of different ${found.join(', ')}, so their scores are not strictly comparable.`,
  ];
}

/** Which baseline and region are shown: plain controls, to which the style sheet listens. */
function controls(scores: Scores, baselines: Line[]): string {
  const radios = baselines.map(
    ({ name }, b) =>
      `<label><input type="radio" name="baseline" id="base${b}"${b === 0 ? ' checked' : ''}> ${escapeHtml(name)}</label>`,
  );
  const options = scores.regions.map(
    ({ title }, r) => `<option value="region${r}"${r === 0 ? ' selected' : ''}>${escapeHtml(title)}</option>`,
  );
  return `<form class="controls" autocomplete="off">
${baselines.length > 1 ? `<div role="radiogroup" aria-label="Baseline"><span class="soft">Baseline</span> ${radios.join('')}</div>` : ''}
<label><span class="soft">Region</span> <select>${options.join('')}</select></label></form>`;
}

/** Shows what the controls choose; the first of everything where the browser knows no `:has()`. */
function choices(scores: Scores, baselines: Line[]): string {
  const region = (r: number) => `body:has(option[value="region${r}"]:checked)`;
  const baseline = (b: number) => (baselines.length > 1 ? `:has(#base${b}:checked)` : '');
  const chosen = scores.regions.flatMap((_, r) => [
    `${region(r)} .only.region${r}`,
    ...baselines.map((__, b) => `${region(r)}${baseline(b)} .panel.base${b}.region${r}`),
  ]);
  return `
.panel, div.only { display: none; }
${chosen.map((selector) => `${selector}:not(.charts)`).join(',\n')} { display: block; }
${scores.regions.map((_, r) => `${region(r)} .only.charts.region${r}`).join(',\n')} { display: grid; }
@supports not selector(:has(*)) { .panel.base0.region0, .only.region0:not(.charts) { display: block; } .only.charts.region0 { display: grid; } }
`;
}

function footer(): string {
  return `<footer><p>Scores follow WeatherBench 2 (Rasp et al. 2024): every mean over an area weighs grid points by the area of their cells; RMSE is the root after the mean over initial times; the anomaly correlation is computed for each time, without removal of the mean anomaly, and then averaged; activity is the root mean square anomaly about the climatology. Persistence repeats the initial state. n counts initial times.</p>
<p>Made by GraphCast Workbench.</p></footer>`;
}
