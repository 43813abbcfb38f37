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
 * @throws DatasetError when two parts give a variable at the same time and level, or not in the same units, on levels
 *   alike or, on different levels, at the same times
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
    const info = sharedInfo(parts, held, variable);
    const layers = (info.hasLevel ? byLevels(parts, held) : [held]).map((layer) => {
      const key = layer.join();
      const schedule = schedules.get(key) ?? scheduleOf(parts, layer, variable);
      schedules.set(key, schedule);
      return timelineOf(parts, schedule, info);
    });
    timelines.set(variable, layers.length === 1 ? layers[0] : stacked(layers));
  }
  return timelines;
}

function timelineOf(parts: Dataset[], schedule: Schedule, info: VariableInfo): Layer {
  const { times } = schedule;
  return {
    info,
    times,
    first: parts[schedule.parts[0]],
    read(time, levels) {
      const i = indexIn(times, time);
      return parts[schedule.parts[i]].read(info.name, schedule.frames[i], levels);
    },
  };
}

/** A variable over time on the levels of some of its parts. */
interface Layer extends Timeline {
  /** The part with the first frame; the others have the same levels. */
  first: Dataset;
}

/** Parts with the same levels together: levels are often downloaded one by one. */
function byLevels(parts: Dataset[], held: number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const p of held) {
    const key = parts[p].levels.join();
    groups.set(key, [...(groups.get(key) ?? []), p]);
  }
  return [...groups.values()];
}

/**
 * One timeline of several on different levels.
 *
 * @throws DatasetError when a level is in two of them, or they are not of the same times
 */
function stacked(layers: Layer[]): Timeline {
  const [{ info, times, first }, ...others] = layers;
  layers.forEach((layer, i) => {
    const { name, levels } = layer.first;
    const other = layers
      .slice(0, i)
      .find((before) => before.first.levels.some((hPa) => levels.includes(hPa)));
    if (other) {
      throw new DatasetError(
        `The levels differ: ${other.first.name} has ${other.first.levels.join(', ')} hPa, ${name} has ${levels.join(', ')} hPa; give the same levels in all files, or each level in one of them only.`,
      );
    }
  });
  for (const layer of others) {
    const [more, fewer] = layer.times.length > times.length ? [layer, layers[0]] : [layers[0], layer];
    const absent = more.times.find((time) => indexIn(fewer.times, time) < 0);
    if (absent === undefined) continue;
    throw new DatasetError(
      `'${info.name}' is given on ${formatUtc(absent)} at ${more.first.levels.join(', ')} hPa (${more.first.name}), but not at ${fewer.first.levels.join(', ')} hPa (${fewer.first.name}); give all levels at the same times.`,
    );
  }
  return {
    info,
    times,
    async read(time, levels) {
      const planes = new Map<number, Float32Array>();
      for (const layer of layers) {
        const own = levels.filter((hPa) => layer.first.levels.includes(hPa));
        if (own.length === 0) continue;
        const values = await layer.read(time, own);
        const points = values.length / own.length;
        for (const [l, hPa] of own.entries()) planes.set(hPa, values.subarray(l * points, (l + 1) * points));
      }
      const points = first.latitudes.length * first.longitudes.length;
      const values = new Float32Array(levels.length * points);
      for (const [l, hPa] of levels.entries()) values.set(planes.get(hPa)!, l * points);
      return values;
    },
  };
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
