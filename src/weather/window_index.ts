import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import type { Dataset } from './dataset';
import { isWithin, type Period } from './periods';

/** Seconds between two frames of a window (spec 1.6). */
export const FRAME_SECONDS = 6 * 3600;

/**
 * Which windows, rows of frames each 6 h after the last, the times of a dataset allow. All frames of a window lie in one
 * period, and nothing lies between them: it crosses no gap, no changed step and no border of the period.
 */
export class WindowIndex {
  private readonly dataset: Pick<Dataset, 'name' | 'times'>;
  private readonly period: Period | undefined;
  /** Per frame: how many further frames of a window can follow it. */
  private readonly following: Int32Array;

  /** @param period where all frames of a window must lie; anywhere when left out */
  constructor(dataset: Pick<Dataset, 'name' | 'times'>, period?: Period) {
    this.dataset = dataset;
    this.period = period;
    const { times } = dataset;
    this.following = new Int32Array(times.length);
    for (let frame = times.length - 2; frame >= 0; frame--) {
      const isInside = isWithin(period, times[frame]) && isWithin(period, times[frame + 1]);
      if (isInside && times[frame + 1] - times[frame] === FRAME_SECONDS) {
        this.following[frame] = this.following[frame + 1] + 1;
      }
    }
  }

  /** Frames of the period, ascending, whether or not they belong to a window. */
  frames(): number[] {
    const { times } = this.dataset;
    return [...times.keys()].filter((frame) => isWithin(this.period, times[frame]));
  }

  /**
   * `frames`, for a caller that cannot go on without any.
   *
   * @throws DatasetError when the period holds none
   */
  requireFrames(): number[] {
    const frames = this.frames();
    if (frames.length > 0) return frames;
    const { name, times } = this.dataset;
    const [first, last] = [times[0], times[times.length - 1]].map(formatUtc);
    throw new DatasetError(
      `${name}: ${this.period?.name ?? 'the data'} holds no frame, for the data run from ${first} to ${last}; choose another period or other data.`,
    );
  }

  /** First frames of all windows of 2 + `steps` frames. */
  firstFrames(steps: number): number[] {
    return [...this.following.keys()].filter((frame) => this.following[frame] >= steps + 1);
  }

  /**
   * `firstFrames`, for a caller that cannot go on without any.
   *
   * @throws DatasetError when there is none: the period holds no frame, the frames are not 6 h apart, or the rows
   *   without a gap are too short
   */
  requireWindows(steps: number): number[] {
    const found = this.firstFrames(steps);
    if (found.length === 0) throw new DatasetError(this.whyNone(steps));
    return found;
  }

  /** Whether a window of `count` frames starts at a frame. */
  hasWindow(firstFrame: number, count: number): boolean {
    return this.following[firstFrame] >= count - 1;
  }

  private whyNone(steps: number): string {
    const { name, times } = this.dataset;
    const wanted = `a window with ${steps} target step${steps === 1 ? '' : 's'} needs ${steps + 2} consecutive frames 6 h apart`;
    const frames = this.requireFrames();
    const where = this.period?.name ?? 'the data';
    const steppings = frames.slice(1).map((frame, i) => times[frame] - times[frames[i]]);
    if (steppings.length > 0 && !steppings.includes(FRAME_SECONDS)) {
      return `${name}: ${wanted}, but in ${where} they are ${stepsInWords(steppings)} apart; use data with a step of 6 h.`;
    }
    const longest = this.following.reduce((most, n) => Math.max(most, n), 0) + 1;
    const held =
      frames.length === 1 ? 'only one' : `${frames.length}, at most ${longest} of them in such a row`;
    const remedy =
      steps > 1 ? 'fewer steps or a longer period' : 'data that cover a longer time without a gap';
    return `${name}: ${wanted}, but ${where} ${this.period ? 'holds' : 'hold'} ${held}; use ${remedy}.`;
  }
}

/** '12 h', or '12 h (38 times) or 24 h (twice)' with the most frequent first. */
function stepsInWords(steps: number[]): string {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  const found = [...counts].sort(([, a], [, b]) => b - a);
  const hours = (step: number) => `${Number((step / 3600).toFixed(2))} h`;
  if (found.length === 1) return hours(found[0][0]);
  const shown = found.slice(0, 3).map(([step, count]) => `${hours(step)} (${count} x)`);
  return shown.join(', ') + (found.length > 3 ? ' and others' : '');
}
