/** A picture of a schedule that stands alone: learning rate above, autoregressive steps below, phases side by side. */
import type { Phase } from './run_config';
import { mostArSteps, totalUpdates } from './schedule';
import { phaseWidths, type SchedulePoint, schedulePoints } from './schedule_points';
import { rateInWords, shortRate } from './schedule_words';

const [LEFT, WIDTH] = [64, 640];
const RATE = { top: 34, height: 170 };
const STEPS = { top: 236, height: 60 };
const HEIGHT = 354;
const NARROWEST = 110;

const STYLE = `svg{--ink:#1c2430;--faint:#66707f;--line:#d5dae1;--accent:#1769c2;font:12px system-ui,sans-serif}
@media(prefers-color-scheme:dark){svg{--ink:#e6e9ee;--faint:#98a2b0;--line:#353c46;--accent:#6cb1f5;background:#14181e}}
text{fill:var(--ink)}.faint{fill:var(--faint)}.grid{stroke:var(--line);fill:none}.curve{stroke:var(--accent);stroke-width:1.8;fill:none;stroke-linejoin:round}`;

/** @returns an SVG document, in colours that suit a light and a dark page */
export function scheduleSvg(phases: Phase[]): string {
  const widths = phaseWidths(phases, WIDTH, NARROWEST);
  const edges = [LEFT];
  for (const width of widths) edges.push(edges[edges.length - 1] + width);
  const starts = [0];
  for (const { updates } of phases) starts.push(starts[starts.length - 1] + updates);
  const points = schedulePoints(phases);
  const phaseOf = ({ update }: SchedulePoint) => starts.findIndex((start) => update < start) - 1;
  const across = (point: SchedulePoint, isEnd: boolean) => {
    const i = phaseOf(point);
    // The last update of a stretch is drawn at its end, so that curves meet.
    return edges[i] + ((point.update + (isEnd ? 1 : 0) - starts[i]) / phases[i].updates) * widths[i];
  };
  const peak = Math.max(...points.map(({ learningRate }) => learningRate)) || 1;
  const most = mostArSteps(phases);
  const panel = ({ top, height }: typeof RATE, share: (point: SchedulePoint) => number) => {
    const y = (point: SchedulePoint) => (top + height * (1 - share(point))).toFixed(1);
    const isLast = (i: number) =>
      i + 1 === points.length ||
      phaseOf(points[i + 1]) !== phaseOf(points[i]) ||
      points[i + 1].arSteps !== points[i].arSteps;
    return points
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${across(point, isLast(i)).toFixed(1)} ${y(point)}`)
      .join('');
  };
  const frame = ({ top, height }: typeof RATE) =>
    `<path class="grid" d="M${LEFT} ${top}H${LEFT + WIDTH}M${LEFT} ${top + height}H${LEFT + WIDTH}${edges
      .map((x) => `M${x.toFixed(1)} ${top}V${top + height}`)
      .join('')}"/>`;
  const label = (x: number, y: number, text: string, anchor: string, style = '') =>
    `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}"${style && ` class="${style}"`}>${text}</text>`;
  const names = phases.flatMap(({ updates, learning_rate }, i) => {
    const middle = edges[i] + widths[i] / 2;
    return [
      label(middle, 318, updates.toLocaleString('en'), 'middle'),
      label(middle, 333, rateInWords(learning_rate), 'middle', 'faint'),
    ];
  });
  const total = totalUpdates(phases).toLocaleString('en');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 20} ${HEIGHT}" role="img" aria-label="Training schedule of ${total} updates: learning rate and autoregressive steps by phase">
<style>${STYLE}</style>
${label(LEFT, 22, 'Learning rate', 'start')}${frame(RATE)}
${label(LEFT - 8, RATE.top + 4, shortRate(peak), 'end', 'faint')}${label(LEFT - 8, RATE.top + RATE.height + 4, '0', 'end', 'faint')}
<path class="curve" d="${panel(RATE, ({ learningRate }) => learningRate / peak)}"/>
${label(LEFT, STEPS.top - 12, 'Autoregressive steps', 'start')}${frame(STEPS)}
${label(LEFT - 8, STEPS.top + 4, `${most}`, 'end', 'faint')}${label(LEFT - 8, STEPS.top + STEPS.height + 4, '0', 'end', 'faint')}
<path class="curve" d="${panel(STEPS, ({ arSteps }) => arSteps / most)}"/>
${names.join('')}
${label(LEFT + WIDTH, HEIGHT - 4, `${total} updates by phase; short phases are drawn wider than to scale`, 'end', 'faint')}
</svg>
`;
}
