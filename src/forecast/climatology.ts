/**
 * The mean weather by day of year and hour of day, from which anomalies are counted. As in WeatherBench 2 (method
 * `explicit`, 61 days): the mean over all years and the days around, weighted by 30 minus their distance in days, the
 * year closed to a ring. 366 days: in years without the 31 December as day 366, day 365 stands for it too.
 */
import { DatasetError } from '../errors';
import { formatUtc } from '../weather/cf_time';
import type { Dataset } from '../weather/dataset';

/** Where a climatology comes from, for people and for the score file. */
export interface ClimatologyOrigin {
  /** File or dataset. */
  name: string;
  computed: boolean;
  /** First and last time that went into it, where that is known; seconds since 1970-01-01 UTC. */
  period?: [first: number, last: number];
  /** One sentence on what it is the mean of, and where it falls short. */
  note: string;
}

export interface Climatology {
  origin: ClimatologyOrigin;
  /** Hours of the day that it has, ascending. */
  hours: number[];
  /**
   * The mean state at a time of the year.
   *
   * @param time seconds since 1970-01-01 UTC
   * @returns per state channel [grid nodes], undefined where nothing is known of that day and hour; float64 where it
   *   is computed, because anomalies are small differences
   */
  at(time: number): Promise<Normals>;
}

export type Normals = (Float32Array | Float64Array | undefined)[];

/** Days on either side of a day whose weight is greater than 0, and that day's own weight. */
export const WINDOW_REACH = 30;
/** Days of the year, that of leap years included. */
export const DAYS = 366;

export const DAY_SECONDS = 86_400;

/** 1 for 1 January to 365 or 366. @param time seconds since 1970-01-01 UTC */
export function dayOfYear(time: number): number {
  const year = new Date(time * 1000).getUTCFullYear();
  return Math.floor((time - Date.UTC(year, 0, 1) / 1000) / DAY_SECONDS) + 1;
}

/** Hour of the day with its fraction, UTC. */
export function hourOfDay(time: number): number {
  return (((time % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) / 3600;
}

/** What a climatology is computed from. */
export interface ClimatologyData {
  name: string;
  /** Seconds since 1970-01-01 UTC, of all frames of the dataset. */
  times: ArrayLike<number>;
  /** Which frames to use, ascending. */
  frames: number[];
  /** State of a frame, [state channels, grid nodes]. */
  read(frame: number): Promise<Float32Array>;
  channels: number;
  gridNodes: number;
}

/**
 * A dataset's states as the data of a climatology.
 *
 * @param state of a frame, [channels, grid nodes]
 * @param frames ascending
 */
export function climatologyData(
  { name, times, latitudes, longitudes }: Dataset,
  state: (frame: number) => Promise<Float32Array>,
  channels: number,
  frames: number[],
): ClimatologyData {
  const gridNodes = latitudes.length * longitudes.length;
  return { name: withoutFolders(name), times, frames, read: state, channels, gridNodes };
}

/** A file's name without the folders of whoever scores. */
export function withoutFolders(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** Sums around one day of the year at one hour, in float64. */
interface Running {
  /** 1 … 366 */
  day: number;
  /** Σ (30 - |k|) x(day + k) */
  weighted: Float64Array;
  /** Σ x(day - 29 … day) */
  before: Float64Array;
  /** Σ x(day + 1 … day + 30) */
  after: Float64Array;
}

/** Memory for means that may be asked for again: those of ten days of lead times at 1 degree and 83 channels. */
const CAPACITY_BYTES = 2 ** 31;

/**
 * A climatology computed while it is asked for, in bounded memory however long the period is. The weights fall
 * linearly, so the weighted sum of the next day differs by two plain sums over thirty days, each of which changes by
 * one day entering and one leaving: days in ascending order cost three reads of each frame. Asked for one at a time.
 */
export class RunningClimatology implements Climatology {
  readonly origin: ClimatologyOrigin;
  readonly hours: number[];
  private readonly data: ClimatologyData;
  /** By hour, then by day of year less 1: the frames that fall on it. */
  private readonly calendar = new Map<number, number[][]>();
  private readonly running = new Map<number, Running>();
  private readonly capacity: number;
  /** Means by day and hour, in order of last use. */
  private readonly kept = new Map<string, Float64Array>();

  /**
   * @param scored whether the same times are scored, which the note then says
   * @param capacity bytes of means that are kept for being asked for again
   * @throws DatasetError when there are no frames
   */
  constructor(data: ClimatologyData, scored: boolean, capacity = CAPACITY_BYTES) {
    this.data = data;
    this.capacity = capacity;
    const { frames, times, name } = data;
    if (frames.length === 0) {
      throw new DatasetError(
        `${name}: no frame lies in the period of the climatology; choose a period that the data cover.`,
      );
    }
    for (const frame of frames) {
      const hour = hourOfDay(times[frame]);
      if (!this.calendar.has(hour))
        this.calendar.set(
          hour,
          Array.from({ length: DAYS }, () => []),
        );
      const days = this.calendar.get(hour)!;
      const day = dayOfYear(times[frame]);
      days[day - 1].push(frame);
      const isLastDay = dayOfYear(times[frame] + DAY_SECONDS) === 1;
      if (isLastDay && day === 365) days[365].push(frame);
    }
    this.hours = [...this.calendar.keys()].sort((a, b) => a - b);
    const [first, last] = [times[frames[0]], times[frames[frames.length - 1]]];
    this.origin = { name, computed: true, period: [first, last], note: this.note(first, last, scored) };
  }

  async at(time: number): Promise<Normals> {
    return this.mean(dayOfYear(time), hourOfDay(time));
  }

  /** The mean of a day of the year (1 … 366) and hour; as `at`. */
  async mean(day: number, hour: number): Promise<Normals> {
    const { channels, gridNodes } = this.data;
    const weight = this.weightOf(day, hour);
    if (weight === 0) return new Array(channels).fill(undefined);
    const key = `${day} ${hour}`;
    const state = this.kept.get(key) ?? (await this.advance(day, hour)).weighted.map((sum) => sum / weight);
    this.kept.delete(key);
    this.kept.set(key, state);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size * state.byteLength <= this.capacity || oldest === key) break;
      this.kept.delete(oldest);
    }
    return Array.from({ length: channels }, (_, c) => state.subarray(c * gridNodes, (c + 1) * gridNodes));
  }

  /** Sum of the weights of the frames around a day. */
  private weightOf(day: number, hour: number): number {
    let weight = 0;
    for (let k = 1 - WINDOW_REACH; k < WINDOW_REACH; k++)
      weight += (WINDOW_REACH - Math.abs(k)) * this.framesOn(day + k, hour).length;
    return weight;
  }

  /** Frames of a day of the year at an hour; days beyond either end of the year are those of the other end. */
  private framesOn(day: number, hour: number): number[] {
    return this.calendar.get(hour)?.[(day - 1 + DAYS) % DAYS] ?? [];
  }

  /** Brings the running sums of an hour to a day. */
  private async advance(day: number, hour: number): Promise<Running> {
    let running = this.running.get(hour);
    const ahead = running && (day - running.day + DAYS) % DAYS;
    // Reading the whole window anew is less than three reads for each of many days.
    if (!running || ahead === undefined || 3 * ahead > 2 * WINDOW_REACH)
      running = await this.begin(day, hour);
    while (running.day !== day) await this.step(running, hour);
    this.running.set(hour, running);
    return running;
  }

  private async begin(day: number, hour: number): Promise<Running> {
    const length = this.data.channels * this.data.gridNodes;
    const running = {
      day,
      weighted: new Float64Array(length),
      before: new Float64Array(length),
      after: new Float64Array(length),
    };
    const { weighted, before, after } = running;
    for (let k = 1 - WINDOW_REACH; k <= WINDOW_REACH; k++) {
      await this.addDay(k > 0 ? after : before, day + k, hour, 1);
      await this.addDay(weighted, day + k, hour, WINDOW_REACH - Math.abs(k));
    }
    return running;
  }

  /** To the next day. */
  private async step(running: Running, hour: number): Promise<void> {
    const { day, weighted, before, after } = running;
    for (let i = 0; i < weighted.length; i++) weighted[i] += after[i] - before[i];
    await this.addDay(after, day + 1, hour, -1);
    await this.addDay(after, day + 1 + WINDOW_REACH, hour, 1);
    await this.addDay(before, day + 1, hour, 1);
    await this.addDay(before, day + 1 - WINDOW_REACH, hour, -1);
    running.day = (day % DAYS) + 1;
  }

  private async addDay(sum: Float64Array, day: number, hour: number, factor: number): Promise<void> {
    if (factor === 0) return;
    for (const frame of this.framesOn(day, hour)) {
      const state = await this.data.read(frame);
      for (let i = 0; i < sum.length; i++) sum[i] += factor * state[i];
    }
  }

  private note(first: number, last: number, scored: boolean): string {
    const [day, hours] = [(time: number) => formatUtc(time).slice(0, 10), this.hours.map((h) => `${h}`)];
    const days = Array.from({ length: DAYS }, (_, i) => i + 1);
    const covered = days.filter((d) => this.hours.every((hour) => this.framesOn(d, hour).length > 0)).length;
    const period = `${this.data.name}, ${this.data.frames.length} frames from ${day(first)} to ${day(last)}`;
    const means =
      covered === DAYS
        ? `means by day of year and hour (${hours.join(', ')} UTC) over 61 days with weights that fall linearly`
        : `the data cover ${covered} of 366 days of the year in full, so each mean (hours ${hours.join(', ')} UTC) is taken over those within 30 days that there are`;
    const sample = scored ? '; the scored times are among them, which flatters the climatology' : '';
    return `${period}: ${means}${sample}.`;
  }
}
