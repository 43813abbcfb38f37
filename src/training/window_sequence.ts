import { ConfigError } from '../errors';
import type { Dataset } from '../weather/dataset';
import { PERIOD_NAMES, periodNamed } from '../weather/periods';
import { WindowIndex } from '../weather/window_index';
import type { Collective } from './collective';
import type { RunConfig } from './run_config';
import { Sampler } from './sampler';
import { mostArSteps, scheduled } from './schedule';

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
    if (config.batch_size % share.size !== 0) {
      throw new ConfigError(
        `batch_size is ${config.batch_size}, which ${share.size} processes cannot share equally: make it a multiple of ${share.size}.`,
      );
    }
    this.config = config;
    this.share = share;
    this.index = new WindowIndex(dataset, periodNamed(config.periods, 'train'));
    this.sampler = new Sampler(config.sampling, config.seed);
    this.index.requireWindows(mostArSteps(config.phases));
  }

  /** The number of this process's draws before an update (0, 1, …). */
  drawsBefore(update: number): number {
    return update * this.ownDraws;
  }

  /** The window of a draw (0, 1, …) of this process. */
  at(draw: number): DrawnWindow {
    const update = Math.floor(draw / this.ownDraws);
    const { arSteps } = scheduled(this.config.phases, update);
    let frames = this.firstFrames.get(arSteps);
    if (!frames) {
      frames = this.index.firstFrames(arSteps);
      this.firstFrames.set(arSteps, frames);
    }
    // Together the processes draw what one alone would.
    const place = this.share.rank * this.ownDraws + (draw % this.ownDraws);
    return { firstFrame: this.sampler.draw(update * this.config.batch_size + place, frames), arSteps };
  }

  /** Of one update. */
  private get ownDraws(): number {
    return this.config.batch_size / this.share.size;
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
