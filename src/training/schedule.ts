import type { LearningRate, Phase } from './run_config';

/** What the schedule says of one update. */
export interface ScheduledUpdate {
  learningRate: number;
  /** Autoregressive steps of the loss. */
  arSteps: number;
}

/** Updates of all phases together. */
export function totalUpdates(phases: Phase[]): number {
  return phases.reduce((sum, { updates }) => sum + updates, 0);
}

/** Most autoregressive steps that any phase asks for. */
export function mostArSteps(phases: Phase[]): number {
  return Math.max(...phases.map(({ ar_steps: steps }) => (typeof steps === 'number' ? steps : steps.to)));
}

/**
 * Learning rate and autoregressive steps of an update (0, 1, …). Update k of a phase uses the rate at k / updates of
 * the phase, as the reference's optimiser library does. Past the end, the last phase's last word holds.
 */
export function scheduled(phases: Phase[], update: number): ScheduledUpdate {
  let start = 0;
  for (const phase of phases) {
    if (update < start + phase.updates) return inPhase(phase, (update - start) / phase.updates);
    start += phase.updates;
  }
  return inPhase(phases[phases.length - 1], 1);
}

function inPhase(phase: Phase, share: number): ScheduledUpdate {
  const { ar_steps: steps } = phase;
  const arSteps =
    typeof steps === 'number'
      ? steps
      : Math.min(steps.to, steps.from + Math.floor(share * (steps.to - steps.from + 1)));
  return { learningRate: rateAt(phase.learning_rate, share), arSteps };
}

function rateAt(rate: LearningRate, share: number): number {
  if (rate.shape === 'constant') return rate.value;
  const { from, to } = rate;
  if (rate.shape === 'linear') return from + (to - from) * share;
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
