import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import type { Dataset, VariableInfo } from './dataset';

/** One variable over time, wherever its frames lie. */
export interface Timeline {
  info: VariableInfo;
  /** Seconds since 1970-01-01 UTC, strictly ascending; the same array for variables that lie in the same files. */
  times: Float64Array;
  /** [levels?, latitudes, longitudes] at one of the times that the timeline was made with. */
  read(time: number, levels: number[]): Promise<Float32Array>;
}

/**
 * Timelines of all variables that vary in time, each gathered from the parts that hold it.
 *
 * @param isStatic variables to leave out
 * @throws DatasetError when two parts give a variable at the same time, or not in the same units or on levels alike
 */
export function gatherTimelines(
  parts: Dataset[],
  isStatic: (info: VariableInfo) => boolean,
): Map<string, Timeline> {
  const holders = new Map<string, number[]>();
  parts.forEach((part, p) => {
    for (const info of part.variables.values()) {
      if (isStatic(info)) continue;
      const held = holders.get(info.name);
      if (held) held.push(p);
      else holders.set(info.name, [p]);
    }
  });
  const schedules = new Map<string, Schedule>();
  const timelines = new Map<string, Timeline>();
  for (const [variable, held] of holders) {
    const key = held.join();
    const schedule = schedules.get(key) ?? scheduleOf(parts, held, variable);
    schedules.set(key, schedule);
    timelines.set(variable, {
      info: sharedInfo(parts, held, variable),
      times: schedule.times,
      read(time, levels) {
        const i = indexIn(schedule.times, time);
        return parts[schedule.parts[i]].read(variable, schedule.frames[i], levels);
      },
    });
  }
  return timelines;
}

/** Frames of several parts in the order of time. */
interface Schedule {
  times: Float64Array;
  /** Per time, which part holds it, and as which frame. */
  parts: Int32Array;
  frames: Int32Array;
}

function scheduleOf(parts: Dataset[], held: number[], variable: string): Schedule {
  if (held.length === 1) {
    const { times } = parts[held[0]];
    return {
      times,
      parts: new Int32Array(times.length).fill(held[0]),
      frames: Int32Array.from(times.keys()),
    };
  }
  const given = held.flatMap((p) => Array.from(parts[p].times.keys(), (frame) => ({ p, frame })));
  const timeOf = ({ p, frame }: (typeof given)[number]) => parts[p].times[frame];
  given.sort((a, b) => timeOf(a) - timeOf(b));
  const repeated = given.findIndex((entry, i) => i > 0 && timeOf(entry) === timeOf(given[i - 1]));
  if (repeated > 0) {
    const [a, b] = [given[repeated - 1], given[repeated]].map(({ p }) => parts[p].name);
    throw new DatasetError(
      `${a} and ${b} both hold '${variable}' on ${formatUtc(timeOf(given[repeated]))}; give every frame only once.`,
    );
  }
  return {
    times: Float64Array.from(given, timeOf),
    parts: Int32Array.from(given, ({ p }) => p),
    frames: Int32Array.from(given, ({ frame }) => frame),
  };
}

/** What the parts say of a variable, if they agree. */
function sharedInfo(parts: Dataset[], [first, ...others]: number[], variable: string): VariableInfo {
  const info = parts[first].variables.get(variable)!;
  for (const p of others) {
    const { hasLevel, units } = parts[p].variables.get(variable)!;
    if (hasLevel !== info.hasLevel) {
      throw new DatasetError(
        `'${variable}' lies on levels in only one of ${parts[first].name} and ${parts[p].name}; give files of one kind.`,
      );
    }
    if (units && info.units && units !== info.units) {
      throw new DatasetError(
        `'${variable}' is in '${info.units}' in ${parts[first].name}, but in '${units}' in ${parts[p].name}; convert one of them.`,
      );
    }
  }
  return info;
}

/** Where a time stands among ascending times; -1 when it does not. */
export function indexIn(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return times[low] === time ? low : -1;
}
