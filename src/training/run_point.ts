/** Where a run is, as a checkpoint holds it. */
import type { OptimizerState, Trainer } from './trainer';

/** Without a state a run is at its start. */
export interface RunPoint {
  parameters: ReadonlyMap<string, Float32Array>;
  state?: OptimizerState;
}

/** Where a trainer stands between two updates. */
export async function readPoint(trainer: Trainer): Promise<Required<RunPoint>> {
  return { parameters: await trainer.readParameters(), state: await trainer.readState() };
}

/** The optimiser's state before the first update. */
export function freshState(parameters: ReadonlyMap<string, Float32Array>): OptimizerState {
  const zeros = () =>
    new Map([...parameters].map(([name, { length }]) => [name, new Float32Array(length)] as const));
  return { update: 0, moment1: zeros(), moment2: zeros() };
}
