/** The scorecard's drawings, as SVG that takes its colours from the page. */
import { prettyUnits, shortName, shortNumber } from './field_names';
import { type Card, escapeHtml, leadName, linesOf, shownFields, subjectOf, valuesOf } from './scorecard_html';
import type { ScoredField, Series } from './scores_file';
import { circumference } from './spectra';

const [WIDTH, HEIGHT] = [340, 200];
const MARGIN = { left: 50, right: 10, top: 22, bottom: 30 };

interface Curve {
  /** CSS classes. */
  style: string;
  name: string;
  points: { x: number; y: number }[];
}

interface Chart {
  /** What it shows, for those who cannot see it. */
  label: string;
  curves: Curve[];
  x: Axis;
  y: Axis;
}

interface Axis {
  title: string;
  least: number;
  most: number;
  ticks: { at: number; text: string }[];
  logarithmic?: boolean;
}

function draw({ label, curves, x, y }: Chart): string {
  const share = (value: number, { least, most, logarithmic }: Axis) =>
    logarithmic ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least || 1);
  const across = (value: number) =>
    Number((MARGIN.left + share(value, x) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1));
  const up = (value: number) =>
    Number((HEIGHT - MARGIN.bottom - share(value, y) * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1));
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const grid = y.ticks.map(
    ({ at, text }) =>
      `<path class="grid" d="M${left} ${up(at)}H${right}"/><text x="${left - 6}" y="${up(at) + 4}" text-anchor="end">${text}</text>`,
  );
  const foot = x.ticks.map(
    ({ at, text }) =>
      `<path class="tick" d="M${across(at)} ${HEIGHT - MARGIN.bottom}v4"/><text x="${across(at)}" y="${HEIGHT - MARGIN.bottom + 15}" text-anchor="middle">${text}</text>`,
  );
  const lines = curves.map(({ style, name, points }) => {
    const path = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${across(p.x)} ${up(p.y)}`).join('');
    const dots = points.length > 16 ? [] : points;
    const marks = dots.map((p) => `<circle cx="${across(p.x)}" cy="${up(p.y)}" r="2.2"/>`);
    return `<g class="curve ${style}"><title>${escapeHtml(name)}</title><path d="${path}"/>${marks.join('')}</g>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">
${grid.join('')}${foot.join('')}<path class="axis" d="M${left} ${HEIGHT - MARGIN.bottom}H${right}"/>
<text class="title" x="${right}" y="${HEIGHT - 2}" text-anchor="end">${escapeHtml(x.title)}</text><text class="title" x="2" y="9">${escapeHtml(y.title)}</text>
${lines.join('\n')}</svg>`;
}

/** Three to six round numbers from `least` to `most`. */
function niceTicks(least: number, most: number): { at: number; text: string }[] {
  const rough = (most - least || Math.abs(most) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const ticks: { at: number; text: string }[] = [];
  for (let k = Math.ceil(least / step - 1e-9); k * step <= most + step * 1e-9; k++) {
    const at = k * step;
    ticks.push({ at, text: decimals > 4 ? shortNumber(at) : at.toFixed(decimals).replace('-', '−') });
  }
  return ticks;
}

function leadAxis(leads: number[]): Axis {
  const last = leads[leads.length - 1];
  const step = [6, 12, 24, 48, 72, 96, 120, 240].find((hours) => last / hours <= 6) ?? last;
  const ticks: Axis['ticks'] = [];
  for (let hours = 0; hours <= last; hours += step)
    ticks.push({ at: hours, text: step % 24 === 0 ? `${hours / 24}` : `${hours}` });
  return { title: step % 24 === 0 ? 'lead time, days' : 'lead time, h', least: 0, most: last, ticks };
}

/** RMSE and ACC of the headline fields by lead time, one set per region. */
export function curveCharts(card: Card): string {
  const { scores } = card;
  const cards = scores.regions.map((region, r) => {
    const figures = shownFields(scores).map((field) => {
      const parts = (['rmse', 'acc'] as const).map((score) => leadChart(card, score, field, region.id));
      if (parts.every((part) => part === '')) return '';
      return `<figure><figcaption>${escapeHtml(shortName(field))}</figcaption>${parts.join('')}</figure>`;
    });
    return `<div class="only region${r} charts">${figures.join('\n')}</div>`;
  });
  return cards.join('\n');
}

function leadChart(card: Card, score: 'rmse' | 'acc', field: ScoredField, region: string): string {
  const leads = card.scores.lead_hours;
  const curves = linesOf(card).flatMap((line): Curve[] => {
    const points = pointsOf(leads, valuesOf(card, line, score, field.id, region));
    return points.length > 0 ? [{ style: line.id, name: line.name, points }] : [];
  });
  if (curves.length === 0) return '';
  const values = curves.flatMap(({ points }) => points.map(({ y }) => y));
  const isAcc = score === 'acc';
  const least = isAcc ? Math.min(0.5, ...values) : 0;
  const most = isAcc ? 1 : Math.max(...values) * 1.05 || 1;
  const name = isAcc ? 'anomaly correlation' : `RMSE, ${prettyUnits(field.units)}`.replace(/, $/, '');
  const ends = curves.map((curve) => {
    const [first, last] = [curve.points[0], curve.points[curve.points.length - 1]];
    return `${curve.name} ${shortNumber(first.y)} at ${leadName(first.x)}, ${shortNumber(last.y)} at ${leadName(last.x)}`;
  });
  return draw({
    label: `${shortName(field)}, ${name}: ${ends.join('; ')}`,
    curves: curves.toReversed(), // the subject on top
    x: leadAxis(leads),
    y: { title: name, least, most, ticks: niceTicks(least, most) },
  });
}

function pointsOf(xs: number[], ys: Series): { x: number; y: number }[] {
  return ys.flatMap((y, i) => (y === null ? [] : [{ x: xs[i], y }]));
}

/** Which curves are which. */
export function curveLegend(card: Card): string {
  const entry = ({ id, name }: { id: string; name: string }) =>
    `<li><svg viewBox="0 0 28 8" aria-hidden="true"><g class="curve ${id}"><path d="M0 4H28"/></g></svg>${escapeHtml(name)}</li>`;
  return `<ul class="legend">${linesOf(card).map(entry).join('')}</ul>`;
}

/** Which band's spectra are drawn. */
const BAND = '30-60';

/** Energy by wavelength of the headline fields, and as a share of the truth's, for a few lead times. */
export function spectrumCharts({ scores }: Card): string {
  const band = scores.spectra.bands.find(({ id }) => id === BAND);
  if (!band) return '';
  const subject = subjectOf(scores);
  const series = scores.spectra.series.filter((entry) => entry.band === BAND);
  const leads = [...new Set(series.map(({ lead_hours }) => lead_hours))].sort((a, b) => a - b);
  const waves = band.wavelength_km;
  // Longer waves than the shortest circle are interpolated from its zonal mean, which is no wave.
  const edge = Math.max(...band.latitudes.map(Math.abs));
  const longest = circumference(edge) / 1000;
  const shortest = waves[waves.length - 1]!;
  const x: Axis = {
    title: 'wavelength, km',
    least: longest,
    most: shortest,
    ticks: decades(shortest, longest).map((at) => ({ at, text: `${at}` })),
    logarithmic: true,
  };
  const figures = shownFields(scores).map((field) => {
    const energy = (source: string, hours: number) =>
      series.find((s) => s.field === field.id && s.source === source && s.lead_hours === hours)?.energy;
    const points = (values: Series) =>
      values.flatMap((y, k) => {
        const wave = waves[k];
        return wave !== null && wave <= longest * 1.001 && y !== null && y > 0 ? [{ x: wave, y }] : [];
      });
    const curves: Curve[] = [];
    const shares: Curve[] = [];
    for (const [i, hours] of leads.entries()) {
      const [own, truth] = [energy(subject, hours), energy('truth', hours)];
      if (!own || !truth) continue;
      const style = `lead lead${Math.round((i * 4) / Math.max(1, leads.length - 1))}`;
      if (curves.length === 0) curves.push({ style: 'truth', name: 'Truth', points: points(truth) });
      curves.push({ style, name: leadName(hours), points: points(own) });
      const share = own.map((value, k) => (value !== null && truth[k] ? value / truth[k] : null));
      shares.push({ style, name: leadName(hours), points: points(share) });
    }
    const ys = curves.flatMap((curve) => curve.points.map(({ y }) => y));
    if (ys.length === 0) return '';
    const [least, most] = [Math.min(...ys), Math.max(...ys)];
    const highest = Math.max(1.2, ...shares.flatMap((curve) => curve.points.map(({ y }) => Math.min(y, 2))));
    const name = shortName(field);
    const energies = draw({
      label: `${name}: zonal energy by wavelength, truth and ${leads.map(leadName).join(', ')}`,
      curves,
      x,
      y: {
        title: `energy, (${prettyUnits(field.units) || '1'})² m`,
        least,
        most: most === least ? least * 10 : most,
        ticks: decades(least, most, 2).map((at) => ({ at, text: `1e${Math.round(Math.log10(at))}` })),
        logarithmic: true,
      },
    });
    const clipped = shares.map((curve) => ({
      ...curve,
      points: curve.points.map((p) => ({ ...p, y: Math.min(p.y, highest) })),
    }));
    const ratio = draw({
      label: `${name}: energy as a share of the truth's, ${leads.map(leadName).join(', ')}`,
      curves: clipped,
      x,
      y: { title: "share of the truth's", least: 0, most: highest, ticks: niceTicks(0, highest) },
    });
    return `<figure><figcaption>${escapeHtml(name)}</figcaption>${energies}${ratio}</figure>`;
  });
  if (figures.every((figure) => figure === '')) return '';
  const legend = leads.map(
    (hours, i) =>
      `<li><svg viewBox="0 0 28 8" aria-hidden="true"><g class="curve lead lead${Math.round((i * 4) / Math.max(1, leads.length - 1))}"><path d="M0 4H28"/></g></svg>${leadName(hours)}</li>`,
  );
  return `<ul class="legend"><li><svg viewBox="0 0 28 8" aria-hidden="true"><g class="curve truth"><path d="M0 4H28"/></g></svg>Truth</li>${legend.join('')}</ul>
<div class="charts">${figures.join('\n')}</div>`;
}

/** Powers of ten, with twice and five times them where few fit; at most one per `apart` decades where many do. */
function decades(least: number, most: number, apart = 0): number[] {
  const [from, to] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const every = apart > 0 ? Math.max(1, Math.ceil((to - from) / 4)) : 1;
  const factors = apart > 0 ? [1] : [1, 2, 5];
  const found: number[] = [];
  for (let power = from - 1; power <= to; power++) {
    if (apart > 0 && (power - from) % every !== 0) continue;
    for (const factor of factors) {
      const at = factor * 10 ** power;
      if (at >= least * 0.999 && at <= most * 1.001) found.push(at);
    }
  }
  return found;
}
