/** How many windows of a batch go through the network together. */
import { DeviceError } from '../errors';
import type { Dataset } from '../weather/dataset';
import type { AdapterLimits } from '../webgpu/paper_gpu';
import { planMemory } from './memory_plan';
import type { RunConfig } from './run_config';
import { mostArSteps } from './schedule';

/**
 * Rows of the widest table, the decoder's three edges for each grid node, that fill any GPU: with more, windows together
 * are no faster than one after the other, and take their memory.
 */
const ENOUGH_ROWS = 65_536;

/**
 * The most windows that a run's batches should take at once: as many as make a small network's tables large enough for a
 * GPU, in the memory that is allowed without computing anything twice.
 *
 * @param processes that share every batch
 * @param budget bytes for everything together; absent: what a plan may take by default
 * @throws ConfigError for an impossible configuration
 */
export function chooseWindowsAtOnce(
  limits: AdapterLimits,
  config: RunConfig,
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>,
  processes = 1,
  budget?: number,
): number {
  const { model, task, phases, activations, ema_decay, batch_size: batchSize } = config;
  const averaged = ema_decay !== undefined;
  const rows = 3 * grid.latitudes.length * grid.longitudes.length;
  const batch = Math.floor(Math.max(...phases.map((phase) => phase.batch_size ?? batchSize)) / processes);
  const arSteps = mostArSteps(phases);
  for (let windows = Math.min(batch, Math.floor(ENOUGH_ROWS / rows)); windows > 1; windows--) {
    if (batch % windows !== 0) continue;
    try {
      const run = { model, task, arSteps, activations, averaged };
      const { policy } = planMemory({ ...run, grid, windows, budget, limits });
      if (policy?.keepMessages) return windows; // only a plan that keeps everything keeps these
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error; // does not fit
    }
  }
  return 1;
}

/**
 * What a run takes at once, and goes on taking: what its configuration says, else what {@link chooseWindowsAtOnce} finds
 * for a new run; one that was begun by a version that did not write it down took one after the other.
 */
export function windowsAtOnceOf(
  isResumed: boolean,
  limits: AdapterLimits,
  config: RunConfig,
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>,
  processes?: number,
  budget?: number,
): number {
  const { windows_at_once: recorded } = config;
  return recorded ?? (isResumed ? 1 : chooseWindowsAtOnce(limits, config, grid, processes, budget));
}
