import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import { readChannels } from './channel_reader';
import type { Channel, ChannelLayout } from './channels';
import type { Dataset } from './dataset';
import { FrameCache } from './frame_cache';
import type { Period } from './periods';
import { type Task, validateTask } from './task';
import { checkTaskFits } from './task_fit';
import { FRAME_SECONDS, WindowIndex } from './window_index';

/** Consecutive frames, 6 h apart, of everything a task needs. `grid nodes` is latitude-major. */
export interface Window {
  /** Time of the newest input frame, seconds since 1970-01-01 UTC. */
  initialTime: number;
  /** [2 + steps, state channels, grid nodes], physical units: −6 h, 0 h, +6 h, …; [2, …] from `readInitial`. */
  state: Float32Array;
  /** [2 + steps, forcing channels, grid nodes], physical units. */
  forcings: Float32Array;
  /** [static channels, grid nodes], physical units. */
  statics: Float32Array;
}

/** Memory that decoded frames may take before the least recently used ones are dropped. */
const CACHE_BYTES = 512 * 2 ** 20;

/** Reads windows of a dataset in the channel order of a task. */
export class WindowReader {
  private readonly dataset: Dataset;
  private readonly layout: ChannelLayout;
  private readonly gridNodes: number;
  private readonly index: WindowIndex;
  private readonly frameAt: Map<number, number>;
  private readonly cache = new FrameCache(CACHE_BYTES);

  /**
   * @throws ConfigError when the task is not valid
   * @throws DatasetError when the dataset lacks a variable or level of the task
   */
  constructor(dataset: Dataset, task: Task, layout: ChannelLayout) {
    validateTask(task);
    checkTaskFits(dataset, layout);
    this.dataset = dataset;
    this.layout = layout;
    this.gridNodes = dataset.latitudes.length * dataset.longitudes.length;
    const { times } = dataset;
    this.frameAt = new Map(Array.from(times, (time, frame) => [time, frame]));
    this.index = new WindowIndex(dataset);
  }

  /** The windows to read, inside one period or anywhere in the data. */
  windows(period?: Period): WindowIndex {
    return period ? new WindowIndex(this.dataset, period) : this.index;
  }

  /**
   * First frames of all windows of 2 + `steps` frames, for a caller that cannot go on without any.
   *
   * @throws DatasetError when there is no such window
   */
  requireWindows(steps: number): number[] {
    return this.index.requireWindows(steps);
  }

  /** Memory that a window with `steps` target frames takes, bytes; the static fields are shared by all. */
  windowBytes(steps: number): number {
    return (2 + steps) * (this.bytes(this.layout.state) + this.bytes(this.layout.forcings));
  }

  /** The frame at a time (seconds since 1970-01-01 UTC), if the dataset has one. */
  frameAtTime(time: number): number | undefined {
    return this.frameAt.get(time);
  }

  /**
   * Reads a window for training or scoring.
   *
   * @throws DatasetError when the frames are not consecutive, cannot be read, or hold a NaN
   */
  read(firstFrame: number, steps: number): Promise<Window> {
    return this.window(firstFrame, steps, 2 + steps);
  }

  /**
   * Reads what a forecast needs: the state of the two input frames alone, and forcings for these and for `steps`
   * more times, from the dataset where it has them, else derived.
   *
   * @throws DatasetError when the two frames are not 6 h apart, cannot be read, hold a NaN, or when a forcing that
   *   cannot be derived is asked for after the end of the data
   */
  readInitial(firstFrame: number, steps: number): Promise<Window> {
    return this.window(firstFrame, steps, 2);
  }

  /**
   * The true state of a frame, [state channels, grid nodes], or undefined past the end of the data.
   *
   * @throws DatasetError when it cannot be read or holds a NaN
   */
  async truth(frame: number): Promise<Float32Array | undefined> {
    return frame < this.dataset.times.length ? this.state(frame) : undefined;
  }

  /**
   * State of a frame, [state channels, grid nodes].
   *
   * @throws DatasetError when it cannot be read or holds a NaN
   */
  state(frame: number): Promise<Float32Array> {
    const { state } = this.layout;
    return this.cache.get(`state ${frame}`, this.bytes(state), () =>
      readChannels(this.dataset, state, this.dataset.times[frame], frame),
    );
  }

  /**
   * Forcings at a time (seconds since 1970-01-01 UTC), [forcing channels, grid nodes]: from the dataset where it
   * has them, else derived.
   *
   * @throws DatasetError when they cannot be read, hold a NaN, or are neither in the dataset nor derivable
   */
  forcings(time: number): Promise<Float32Array> {
    const { forcings } = this.layout;
    return this.cache.get(`forcing ${time}`, this.bytes(forcings), () =>
      readChannels(this.dataset, forcings, time, this.frameAt.get(time)),
    );
  }

  /**
   * Static fields, [static channels, grid nodes].
   *
   * @throws DatasetError when they cannot be read or hold a NaN
   */
  statics(): Promise<Float32Array> {
    const { statics } = this.layout;
    return this.cache.get('static', this.bytes(statics), () =>
      readChannels(this.dataset, statics, this.dataset.times[0], 0),
    );
  }

  private async window(firstFrame: number, steps: number, stateFrames: number): Promise<Window> {
    const { name, times } = this.dataset;
    if (!this.index.hasWindow(firstFrame, stateFrames)) {
      const start =
        firstFrame in times ? `frame ${firstFrame} (${formatUtc(times[firstFrame])})` : `frame ${firstFrame}`;
      throw new DatasetError(
        `${name}: a window of ${stateFrames} consecutive frames 6 h apart cannot start at ${start}; ` +
          'choose another start, fewer steps, or a file without gaps.',
      );
    }
    const start = times[firstFrame];
    const state: Promise<Float32Array>[] = [];
    for (let k = 0; k < stateFrames; k++) state.push(this.state(firstFrame + k));
    const forcings: Promise<Float32Array>[] = [];
    for (let k = 0; k < 2 + steps; k++) forcings.push(this.forcings(start + k * FRAME_SECONDS));
    // All at once, so that no failure is left without someone waiting for it.
    const [states, forced, statics] = await Promise.all([
      Promise.all(state),
      Promise.all(forcings),
      this.statics(),
    ]);
    return {
      initialTime: start + FRAME_SECONDS,
      state: joined(states),
      forcings: joined(forced),
      statics,
    };
  }

  private bytes(channels: Channel[]): number {
    return channels.length * this.gridNodes * Float32Array.BYTES_PER_ELEMENT;
  }
}

function joined(frames: Float32Array[]): Float32Array {
  const result = new Float32Array(frames.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const frame of frames) {
    result.set(frame, offset);
    offset += frame.length;
  }
  return result;
}
