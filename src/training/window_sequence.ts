import { ConfigError } from '../errors';
import type { Dataset } from '../weather/dataset';
import { PERIOD_NAMES, periodNamed } from '../weather/periods';
import { WindowIndex } from '../weather/window_index';
import type { Collective } from './collective';
import type { RunConfig } from './run_config';
import { Sampler } from './sampler';
import { batchSizeAt, mostArSteps, scheduled, updateOfWindow, windowsBefore } from './schedule';

/** A window to train on. */
export interface DrawnWindow {
  firstFrame: number;
  arSteps: number;
}

/**
 * The windows that a run trains on, one after the other, known in advance: which they are follows from configuration,
 * data and the number of draws, nothing else.
 */
export class WindowSequence {
  private readonly config: RunConfig;
  private readonly share: Pick<Collective, 'rank' | 'size'>;
  private readonly times: Dataset['times'];
  private readonly index: WindowIndex;
  private readonly sampler: Sampler;
  /** Windows to draw from, by number of autoregressive steps. */
  private readonly firstFrames = new Map<number, number[]>();

  /**
   * @param share which of how many processes draws; each has its part of every batch
   * @throws DatasetError when the training period has no window of the schedule's length, ConfigError when the batch
   *   cannot be shared equally
   */
  constructor(
    dataset: Pick<Dataset, 'name' | 'times'>,
    config: RunConfig,
    share: Pick<Collective, 'rank' | 'size'> = { rank: 0, size: 1 },
  ) {
    for (const [i, { batch_size }] of config.phases.entries()) {
      const size = batch_size ?? config.batch_size;
      if (size % share.size === 0) continue;
      throw new ConfigError(
        `${batch_size === undefined ? '' : `phases[${i}].`}batch_size is ${size}, which ${share.size} processes cannot share equally: make it a multiple of ${share.size}.`,
      );
    }
    this.config = config;
    this.share = share;
    this.times = dataset.times;
    this.index = new WindowIndex(dataset, periodNamed(config.periods, 'train'));
    this.sampler = new Sampler(config.sampling, config.seed);
    this.index.requireWindows(mostArSteps(config.phases));
  }

  /** The number of this process's draws before an update (0, 1, …). */
  drawsBefore(update: number): number {
    return windowsBefore(this.config, update) / this.share.size;
  }

  /** Initial times of an update's (0, 1, …) windows in all processes, seconds since 1970-01-01 UTC. */
  initialTimes(update: number): number[] {
    const [first, end] = [update, update + 1].map((at) => windowsBefore(this.config, at));
    const frames = this.framesFor(update);
    return Array.from({ length: end - first }, (_, i) => {
      return this.times[this.sampler.draw(first + i, frames) + 1];
    });
  }

  /** The window of a draw (0, 1, …) of this process. */
  at(draw: number): DrawnWindow {
    const { config, share } = this;
    const update = updateOfWindow(config, draw * share.size);
    const { arSteps } = scheduled(config.phases, update);
    const frames = this.framesFor(update);
    // Together the processes draw what one alone would.
    const ofOthers = (share.rank * batchSizeAt(config, update)) / share.size;
    const place = ofOthers + draw - this.drawsBefore(update);
    return { firstFrame: this.sampler.draw(windowsBefore(config, update) + place, frames), arSteps };
  }

  /** First frames of all windows that an update (0, 1, …) draws from. */
  private framesFor(update: number): number[] {
    const { arSteps } = scheduled(this.config.phases, update);
    const frames = this.firstFrames.get(arSteps) ?? this.index.firstFrames(arSteps);
    this.firstFrames.set(arSteps, frames);
    return frames;
  }
}

/**
 * Checks, before the work begins, that the data hold windows for all that a run will do.
 *
 * @throws DatasetError when the training period has no window of the schedule's most autoregressive steps, or another
 *   period no window at all
 */
export function requireWindows(dataset: Pick<Dataset, 'name' | 'times'>, config: RunConfig): void {
  for (const name of PERIOD_NAMES) {
    const period = periodNamed(config.periods, name);
    if (name === 'train') new WindowIndex(dataset, period).requireWindows(mostArSteps(config.phases));
    else if (period) new WindowIndex(dataset, period).requireWindows(1);
  }
}
