import { randomStream } from '../graphcast/random';

/**
 * Which windows a run sees: uniform, with replacement, as the reference's authors draw them (spec 11). The k-th
 * draw depends on seed and k alone, so the number of draws so far is the sampler's whole state.
 */
export class WindowSampler {
  private readonly seed: number;
  /** Draws so far. */
  drawn: number;

  constructor(seed: number, drawn = 0) {
    this.seed = seed;
    this.drawn = drawn;
  }

  /** One of the given first frames. */
  next(firstFrames: readonly number[]): number {
    const random = randomStream(this.seed, `window ${this.drawn++}`);
    return firstFrames[Math.floor(random() * firstFrames.length)];
  }
}
