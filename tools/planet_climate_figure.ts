/** Draws the zonal-mean climate of the simulated planet, as in the figures of Held and Suarez (1994). */
import { interpolateRdBu, interpolateRdYlBu, interpolateYlOrRd } from 'd3-scale-chromatic';
import { loopsAbove, type Point } from '../src/workbench/globe/contours';

export const MEANS = [
  'u',
  'v',
  'temperature',
  'eddyTemperatureVariance',
  'eddyHeatFlux',
  'eddyMomentumFlux',
  'eddyKineticEnergy',
] as const;
export type MeanName = (typeof MEANS)[number];

export interface Climate {
  truncation: number;
  spinUpDays: number;
  days: number;
  /** s */
  timeStep: number;
  /** ln of the factor by which the scheme alone would have changed the total mass over the averaged days. */
  massDrift: number;
  /** Degrees, south to north. */
  latitudes: number[];
  /** Of the layers, from the top down. */
  sigma: number[];
  /** Averages over longitude and time, [sigma, latitudes], SI units. */
  means: Record<MeanName, number[]>;
}

/** An extreme of a mean field and where it is; pressure over flat ground at 1000 hPa. */
export interface Extreme {
  value: number;
  latitude: number;
  pressure: number;
}

/**
 * The figures by which the paper's climate is known. Forcing and ground are the same on both hemispheres, so that their
 * mean is the better estimate; the jets of each say how much 600 days leave to chance.
 */
export function climateNumbers(climate: Climate) {
  const lowest = climate.sigma.length - 1;
  const wind = bothHemispheres(climate, 'u');
  const variance = bothHemispheres(climate, 'eddyTemperatureVariance');
  return {
    jet: greatest(climate, wind, 1, () => true),
    jet_north: greatest(climate, climate.means.u, 1, (latitude) => latitude > 0),
    jet_south: greatest(climate, climate.means.u, 1, (latitude) => latitude < 0),
    easterlies_at_ground: greatest(climate, wind, -1, (latitude, k) => latitude < 35 && k === lowest),
    eddy_temperature_variance: greatest(
      climate,
      variance,
      1,
      (latitude, k) => latitude < 65 && climate.sigma[k] > 0.5,
    ),
    mass_drift: climate.massDrift,
  };
}

/** The mean of a field that is even in latitude over the hemispheres. */
function bothHemispheres({ means, latitudes }: Climate, name: MeanName): number[] {
  const rows = latitudes.length;
  return means[name].map((value, i) => {
    const j = i % rows;
    return (value + means[name][i - j + rows - 1 - j]) / 2;
  });
}

/** @param where by latitude, degrees north, and layer; of a mean over the hemispheres the north is taken */
function greatest(
  { latitudes, sigma }: Climate,
  field: number[],
  sign: 1 | -1,
  where: (latitude: number, k: number) => boolean,
): Extreme {
  let found: Extreme | undefined;
  for (let i = field.length - 1; i >= 0; i--) {
    const k = Math.floor(i / latitudes.length);
    const latitude = latitudes[i % latitudes.length];
    if (where(latitude, k) && !(found && sign * field[i] <= sign * found.value)) {
      found = { value: field[i], latitude, pressure: 1000 * sigma[k] };
    }
  }
  return found!;
}

interface Panel {
  name: MeanName;
  title: string;
  unit: string;
  /** Contours at multiples of it, from `least` to `most`. */
  interval: number;
  least: number;
  most: number;
  /** Every how many contours there is a label. */
  labelEvery: number;
  /** Of a value's place between `least` and `most`, 0 … 1. */
  colour: (share: number) => string;
}

const PANELS: Panel[] = [
  {
    name: 'u',
    title: 'Zonal wind',
    unit: 'm s⁻¹',
    interval: 4,
    least: -36,
    most: 36,
    labelEvery: 2,
    colour: (share) => interpolateRdBu(1 - share),
  },
  {
    name: 'temperature',
    title: 'Temperature',
    unit: 'K',
    interval: 5,
    least: 190,
    most: 310,
    labelEvery: 4,
    colour: (share) => interpolateRdYlBu(1 - share),
  },
  {
    name: 'eddyTemperatureVariance',
    title: 'Eddy temperature variance',
    unit: 'K²',
    interval: 5,
    least: 0,
    most: 50,
    labelEvery: 2,
    colour: (share) => interpolateYlOrRd(0.9 * share),
  },
  {
    name: 'eddyHeatFlux',
    title: 'Northward eddy heat flux',
    unit: 'K m s⁻¹',
    interval: 2,
    least: -22,
    most: 22,
    labelEvery: 2,
    colour: (share) => interpolateRdBu(1 - share),
  },
];

const WIDTH = 1080;
const PANEL = { width: 400, height: 250 };
const MARGIN = { left: 66, top: 92, between: 128, below: 84 };
const BAR_WIDTH = 12;

/** The figure as SVG: four panels, latitude against pressure. */
export function climateFigure(climate: Climate): string {
  const panels = PANELS.map((panel, p) => {
    const x = MARGIN.left + (p % 2) * (PANEL.width + MARGIN.between);
    const y = MARGIN.top + Math.floor(p / 2) * (PANEL.height + MARGIN.below);
    return `<g transform="translate(${x} ${y})">${drawPanel(climate, panel, p)}</g>`;
  });
  const height = MARGIN.top + 2 * PANEL.height + MARGIN.below + 54;
  const about = `Held and Suarez (1994) on the simulated planet: T${climate.truncation}, ${climate.sigma.length} layers, mean of ${climate.days} days after ${climate.spinUpDays} of spin-up`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1d2733">
<title>${about}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${MARGIN.left}" y="28" font-size="16" font-weight="600">${about}</text>
<text x="${MARGIN.left}" y="49" font-size="12.5" fill="#4a5663">${inWords(climate)}</text>
${panels.join('\n')}
</svg>
`;
}

function inWords(climate: Climate): string {
  const {
    jet,
    easterlies_at_ground: easterlies,
    eddy_temperature_variance: variance,
  } = climateNumbers(climate);
  const place = ({ latitude, pressure }: Extreme) =>
    `at ${Math.abs(latitude).toFixed(0)}°, ${pressure.toFixed(0)} hPa`;
  return `Mean of the hemispheres: jet ${jet.value.toFixed(1)} m s⁻¹ ${place(jet)}; surface easterlies ${(-easterlies.value).toFixed(1)} m s⁻¹; eddy temperature variance ${variance.value.toFixed(0)} K² ${place(variance)}`;
}

function drawPanel(climate: Climate, panel: Panel, index: number): string {
  const { latitudes, sigma, means } = climate;
  const x = (latitude: number) => ((latitude + 90) / 180) * PANEL.width;
  const y = (pressure: number) => (pressure / 1000) * PANEL.height;
  // The outermost rows and layers stand for the edges of the picture as well.
  const values = extended(means[panel.name], latitudes.length);
  const xs = [-90, ...latitudes, 90].map(x);
  const ys = [0, ...sigma.map((s) => 1000 * s), 1000].map(y);
  const thresholds: number[] = [];
  for (let value = panel.least; value < panel.most; value += panel.interval) thresholds.push(value);

  const bands = thresholds.map((threshold, t) => {
    const path = loopsAbove(values, xs, ys, threshold).map(pathOf).join('');
    return `<path d="${path}" fill="${bandColour(panel, t)}"/>`;
  });
  const labels: string[] = [];
  const lines = thresholds.slice(1).map((threshold) => {
    const loops = loopsAbove(values, xs, ys, threshold);
    const isLabelled = Math.round(threshold / panel.interval) % panel.labelEvery === 0;
    const drawn = loops.flatMap((loop) => inside(loop));
    if (isLabelled) labels.push(...drawn.flatMap((line) => label(line, threshold)));
    const width = threshold === 0 ? 1.6 : 0.7;
    return `<path d="${drawn.map(pathOfLine).join('')}" stroke-width="${width}"/>`;
  });
  const clip = `panel-${index}`;
  return `<clipPath id="${clip}"><rect width="${PANEL.width}" height="${PANEL.height}"/></clipPath>
<text y="-12" font-weight="600">${panel.title} (${panel.unit})</text>
<g clip-path="url(#${clip})"><rect width="${PANEL.width}" height="${PANEL.height}" fill="${bandColour(panel, 0)}"/>${bands.join('')}
<g fill="none" stroke="#1d2733" stroke-opacity="0.75">${lines.join('')}</g>
<g font-size="10.5" text-anchor="middle" dominant-baseline="middle" stroke="#fff" stroke-width="3" stroke-opacity="0.8" paint-order="stroke">${labels.join('')}</g></g>
${axes(x, y)}
${colourBar(panel, thresholds)}`;
}

/** The field with its first and last row and column repeated. */
function extended(field: number[], columns: number): number[] {
  const rows = field.length / columns;
  const values: number[] = [];
  for (let k = -1; k <= rows; k++) {
    const row = Math.min(rows - 1, Math.max(0, k));
    for (let i = -1; i <= columns; i++)
      values.push(field[row * columns + Math.min(columns - 1, Math.max(0, i))]);
  }
  return values;
}

/** The colour of values from the t-th threshold up to the next. */
function bandColour({ least, most, interval, colour }: Panel, t: number): string {
  return colour(((t + 0.5) * interval) / (most - least));
}

/** The parts of a loop that do not run along the picture's edge. */
function inside(loop: Point[]): Point[][] {
  const onEdge = ([x, y]: Point) => x <= 0 || x >= PANEL.width || y <= 0 || y >= PANEL.height;
  const start = loop.findIndex(onEdge);
  if (start < 0) return [[...loop, loop[0]]];
  const lines: Point[][] = [[]];
  for (let i = 0; i <= loop.length; i++) {
    const point = loop[(start + i) % loop.length];
    const line = lines[lines.length - 1];
    line.push(point);
    if (onEdge(point) && i > 0) {
      if (line.length < 3) line.splice(0);
      lines.push([point]);
    }
  }
  return lines.filter((line) => line.length > 2);
}

/** The value, on the part of a line that is most level; none on a line too short for it. */
function label(line: Point[], value: number): string[] {
  const fits = line.filter(([x, y]) => x > 16 && x < PANEL.width - 16 && y > 10 && y < PANEL.height - 10);
  const length = line.reduce(
    (sum, [x, y], i) => (i === 0 ? 0 : sum + Math.hypot(x - line[i - 1][0], y - line[i - 1][1])),
    0,
  );
  if (fits.length === 0 || length < 60) return [];
  const [x, y] = fits[Math.floor(fits.length / 2)];
  return [`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}">${number(value)}</text>`];
}

function axes(x: (latitude: number) => number, y: (pressure: number) => number): string {
  const marks: string[] = [];
  for (let latitude = -90; latitude <= 90; latitude += 30) {
    const name = latitude === 0 ? '0°' : `${Math.abs(latitude)}°${latitude < 0 ? 'S' : 'N'}`;
    marks.push(
      `<path d="M${x(latitude)} ${PANEL.height}v5"/><text x="${x(latitude)}" y="${PANEL.height + 19}" text-anchor="middle" stroke="none">${name}</text>`,
    );
  }
  for (let pressure = 0; pressure <= 1000; pressure += 200) {
    marks.push(
      `<path d="M0 ${y(pressure)}h-5"/><text x="-9" y="${y(pressure) + 4}" text-anchor="end" stroke="none">${pressure}</text>`,
    );
  }
  return `<g stroke="#1d2733"><rect width="${PANEL.width}" height="${PANEL.height}" fill="none"/>${marks.join('')}</g>
<text transform="translate(-48 ${PANEL.height / 2}) rotate(-90)" text-anchor="middle">Pressure (hPa)</text>
<text x="${PANEL.width / 2}" y="${PANEL.height + 38}" text-anchor="middle">Latitude</text>`;
}

function colourBar(panel: Panel, thresholds: number[]): string {
  const height = PANEL.height / thresholds.length;
  const boxes = thresholds.map((threshold, t) => {
    const bottom = PANEL.height - t * height;
    const box = `<rect y="${(bottom - height).toFixed(2)}" width="${BAR_WIDTH}" height="${height.toFixed(2)}" fill="${bandColour(panel, t)}"/>`;
    const isLabelled = Math.round(threshold / panel.interval) % panel.labelEvery === 0;
    return isLabelled
      ? `${box}<text x="${BAR_WIDTH + 5}" y="${(bottom + 4).toFixed(1)}" font-size="11">${number(threshold)}</text>`
      : box;
  });
  return `<g transform="translate(${PANEL.width + 14} 0)">${boxes.join('')}<rect width="${BAR_WIDTH}" height="${PANEL.height}" fill="none" stroke="#1d2733" stroke-width="0.7"/></g>`;
}

function pathOf(loop: Point[]): string {
  return `${pathOfLine(loop)}Z`;
}

function pathOfLine(line: Point[]): string {
  return `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;
}

/** With a minus sign, not a hyphen. */
function number(value: number): string {
  return String(value).replace('-', '−');
}
