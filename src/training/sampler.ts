import { randomStream } from '../weather/random';

/** `uniform`: with replacement; `epochs`: every window once in each epoch, in an order of its own. */
export const SAMPLINGS = ['uniform', 'epochs'] as const;
export type Sampling = (typeof SAMPLINGS)[number];

/**
 * Chooses which window a run sees at its k-th draw (0, 1, …). The choice depends on seed, k and the windows alone, so
 * that the sampler's whole state is the number of draws: a resumed run goes on exactly.
 */
export class Sampler {
  private readonly sampling: Sampling;
  private readonly seed: number;
  /** The order of the epoch that was drawn from last; only spares shuffling it again for every draw. */
  private shuffled: { key: string; order: Uint32Array } | undefined;

  constructor(sampling: Sampling, seed: number) {
    this.sampling = sampling;
    this.seed = seed;
  }

  /**
   * The first frame of the window of a draw. Uniform draws are the reference authors' way (spec 11). With epochs, draw k
   * among n windows takes place k mod n of epoch floor(k / n). When more autoregressive steps leave fewer windows, n
   * changes: the epoch under way is left as it is, and the run goes on inside the epoch of the new n that k falls into,
   * which is shuffled anew.
   *
   * @param firstFrames of all windows to choose from
   */
  draw(k: number, firstFrames: readonly number[]): number {
    const count = firstFrames.length;
    if (this.sampling === 'uniform') {
      return firstFrames[Math.floor(randomStream(this.seed, `window ${k}`)() * count)];
    }
    return firstFrames[this.order(Math.floor(k / count), count)[k % count]];
  }

  /**
   * A permutation of 0 … count − 1 (Fisher and Yates): every order is possible, and a million windows take about 10 ms
   * and 4 MB once per epoch.
   */
  private order(epoch: number, count: number): Uint32Array {
    const key = `epoch ${epoch} of ${count} windows`;
    if (this.shuffled?.key === key) return this.shuffled.order;
    const random = randomStream(this.seed, key);
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    this.shuffled = { key, order };
    return order;
  }
}
