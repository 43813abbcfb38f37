import { randomStream } from '../graphcast/random';

/**
 * The first frame of the window that a run sees at its k-th draw (0, 1, …): uniform, with replacement, as the
 * reference's authors draw them (spec 11). It depends on seed and k alone, so that a resumed run needs no more state
 * than the number of its updates.
 *
 * @param firstFrames of all windows to choose from
 */
export function drawWindow(seed: number, draw: number, firstFrames: readonly number[]): number {
  const random = randomStream(seed, `window ${draw}`);
  return firstFrames[Math.floor(random() * firstFrames.length)];
}
