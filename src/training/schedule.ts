import type { ElementType } from '../webgpu/tensor';
import type { LearningRate, Phase, RunConfig } from './run_config';

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
  const { phase, start } = phaseAt(phases, update);
  return inPhase(phase, Math.min(1, (update - start) / phase.updates));
}

/** Windows of an update (0, 1, …) in all processes together. */
export function batchSizeAt(config: Pick<RunConfig, 'phases' | 'batch_size'>, update: number): number {
  return phaseAt(config.phases, update).phase.batch_size ?? config.batch_size;
}

/** Windows that an update (0, 1, …) takes at once, of the share of its batch that one of `processes` has. */
export function windowsAtOnceAt(
  config: Pick<RunConfig, 'phases' | 'batch_size' | 'windows_at_once'>,
  update: number,
  processes = 1,
): number {
  const share = batchSizeAt(config, update) / processes;
  let windows = Math.min(config.windows_at_once ?? 1, share);
  while (share % windows !== 0) windows--; // so that every pass has equally many
  return windows;
}

/** How activations are stored in an update (0, 1, …). */
export function activationsAt(
  config: Pick<RunConfig, 'phases' | 'activations'>,
  update: number,
): ElementType {
  return phaseAt(config.phases, update).phase.activations ?? config.activations;
}

/** Weights of variables in the loss of an update (0, 1, …), where they are not the reference's. */
export function weightsAt(
  config: Pick<RunConfig, 'phases' | 'variable_weights'>,
  update: number,
): Record<string, number> | undefined {
  return phaseAt(config.phases, update).phase.variable_weights ?? config.variable_weights;
}

/** Windows that all updates before one (0, 1, …) take. */
export function windowsBefore(config: Pick<RunConfig, 'phases' | 'batch_size'>, update: number): number {
  let windows = 0;
  for (const [i, { updates, batch_size }] of config.phases.entries()) {
    const isLast = i === config.phases.length - 1;
    const taken = isLast ? update : Math.min(update, updates);
    windows += taken * (batch_size ?? config.batch_size);
    update -= taken;
  }
  return windows;
}

/** The update (0, 1, …) that takes a window (0, 1, …): the inverse of {@link windowsBefore}. */
export function updateOfWindow(config: Pick<RunConfig, 'phases' | 'batch_size'>, window: number): number {
  let update = 0;
  for (const [i, { updates, batch_size }] of config.phases.entries()) {
    const inPhase = Math.floor(window / (batch_size ?? config.batch_size));
    if (inPhase < updates || i === config.phases.length - 1) return update + inPhase;
    update += updates;
    window -= updates * (batch_size ?? config.batch_size);
  }
  return update;
}

/** The phase of an update, the last one past the end, and the update that it starts with. */
function phaseAt(phases: Phase[], update: number): { phase: Phase; start: number } {
  let start = 0;
  for (const phase of phases.slice(0, -1)) {
    if (update < start + phase.updates) return { phase, start };
    start += phase.updates;
  }
  return { phase: phases[phases.length - 1], start };
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
