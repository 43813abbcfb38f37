import type { Phase } from './run_config';
import { scheduled } from './schedule';

/** What the schedule says at one update; 0 is the first one. */
export interface SchedulePoint {
  update: number;
  learningRate: number;
  arSteps: number;
}

/** A stretch of updates inside one phase with equally many autoregressive steps. */
interface Stretch {
  first: number;
  last: number;
  phase: Phase;
}

/**
 * A schedule as points to draw, by ascending update. Every phase and every number of autoregressive steps has its
 * first and its last update among them, so that jumps are drawn as jumps; the rest go where the rate moves.
 *
 * @param most how many points at most; more only where the ends alone are more
 */
export function schedulePoints(phases: Phase[], most = 400): SchedulePoint[] {
  const stretches = stretchesOf(phases);
  const moving = stretches.filter(({ phase }) => phase.learning_rate.shape !== 'constant');
  const movingUpdates = moving.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const spare = Math.max(0, most - 2 * stretches.length);
  const points: SchedulePoint[] = [];
  for (const stretch of stretches) {
    const { first, last } = stretch;
    const share = moving.includes(stretch) ? (last - first + 1) / movingUpdates : 0;
    const gaps = Math.min(last - first, 1 + Math.floor(spare * share));
    for (let i = 0; i <= gaps; i++) {
      const update = gaps === 0 ? first : first + Math.round(((last - first) * i) / gaps);
      points.push({ update, ...scheduled(phases, update) });
    }
  }
  return points;
}

function stretchesOf(phases: Phase[]): Stretch[] {
  const stretches: Stretch[] = [];
  let start = 0;
  for (const phase of phases) {
    const end = start + phase.updates;
    for (let first = start; first < end; ) {
      const next = nextStart(phases, first, end);
      stretches.push({ first, last: next - 1, phase });
      first = next;
    }
    start = end;
  }
  return stretches;
}

/** The first update after `from` with other autoregressive steps, or `end`; steps never become fewer in a phase. */
function nextStart(phases: Phase[], from: number, end: number): number {
  const { arSteps } = scheduled(phases, from);
  let [low, high] = [from + 1, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (scheduled(phases, middle).arSteps > arSteps) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Widths of the phases in a drawing: in proportion to their updates, but none so narrow that it cannot be seen. The
 * paper's warm-up is a three-hundredth of its run.
 *
 * @param width of all together; at least `least` for each phase
 * @returns [phases]
 */
export function phaseWidths(phases: Phase[], width: number, least: number): number[] {
  const widths = phases.map(() => least);
  // Phases wide enough share what the narrow ones leave, which may make another one narrow.
  for (let wide = phases.map((_, i) => i); ; ) {
    const shared = width - least * (phases.length - wide.length);
    const updates = wide.reduce((sum, i) => sum + phases[i].updates, 0);
    const wider = wide.filter((i) => (phases[i].updates / updates) * shared >= least);
    if (wider.length === wide.length) {
      for (const i of wide) widths[i] = (phases[i].updates / updates) * shared;
      return widths;
    }
    wide = wider;
  }
}
