import { DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import type { Dataset, VariableInfo } from './dataset';
import { HOURLY_PRECIPITATION, SIX_HOUR_PRECIPITATION, sixHourPrecipitation } from './precipitation';
import { gatherTimelines, indexIn, type Timeline } from './timeline';
import { VARIABLES } from './variables';
import { FRAME_SECONDS } from './window_index';

/** Grid points of two files may differ by this much and be the same: degrees, float32 coordinates. */
const SAME_PLACE = 1e-3;
/** Surface geopotential changes by no more than this in time, m2 s-2: packing. That of a level changes by more. */
const STEADY_GEOPOTENTIAL = 100;
/** Frames in a row that may lack the hours that their precipitation is summed from. */
const FRAMES_WITHOUT_HOURS = 2;

/**
 * Makes one dataset of files that share a grid, each with some of the variables, of the times or of the levels:
 *
 * - Frames less than 6 h apart are thinned to those at 00, 06, 12 and 18 UTC.
 * - Hourly precipitation becomes that of 6 h; a frame that lacks the five hours before it is left out.
 * - Static fields may come from any file, also from one of another time; the first that has them counts.
 *
 * @param parts see `cleanGrid`; closing the result closes them
 * @param beside gives its static fields alone, and before those of the parts
 * @throws DatasetError when there is no time, grids or levels differ, a frame occurs twice, or variables are not given
 *   at the same times
 */
export function joinDatasets(parts: Dataset[], beside?: Dataset): Dataset {
  const [first] = parts;
  const name = parts.length === 1 ? first.name : `${first.name} and ${parts.length - 1} more`;
  const all = beside ? [beside, ...parts] : parts;
  for (const part of all) requireSameGrid(first, part);
  const levels = sharedLevels(parts);
  const gathered = gatherTimelines(parts, isStatic);
  const statics = staticHolders(parts, beside);
  for (const variable of gathered.keys()) statics.delete(variable);
  const { times, varying } = framesOf(gathered, name, parts);
  const variables = new Map<string, VariableInfo>();
  for (const info of parts.flatMap((part) => [...part.variables.values()])) {
    const timeline =
      varying.get(info.name) ?? (isStatic(info) ? undefined : varying.get(SIX_HOUR_PRECIPITATION));
    if (timeline) variables.set(timeline.info.name, timeline.info);
  }
  for (const [variable, part] of statics) {
    variables.set(variable, { ...part.variables.get(variable)!, hasTime: false });
  }

  return {
    name,
    latitudes: first.latitudes,
    longitudes: first.longitudes,
    levels,
    times,
    variables,
    async read(variable, frame, wanted = levels) {
      const info = variables.get(variable);
      if (!info) {
        throw new DatasetError(
          `${name}: there is no variable '${variable}' (the file holds ${[...variables.keys()].join(', ')}); use a file that has it.`,
        );
      }
      const absent = info.hasLevel ? wanted.find((hPa) => !levels.includes(hPa)) : undefined;
      if (absent !== undefined) {
        throw new DatasetError(
          `${name}: '${variable}' is not given at ${absent} hPa, only at ${levels.join(', ')} hPa; choose one of these levels.`,
        );
      }
      const timeline = varying.get(variable);
      if (!timeline) return readStatic(statics.get(variable)!, variable, wanted);
      if (!(frame in times)) {
        throw new DatasetError(
          `${name}: there is no frame ${frame}; the frames are numbered 0 to ${times.length - 1}.`,
        );
      }
      return timeline.read(times[frame], wanted);
    },
    close() {
      for (const part of all) part.close();
    },
  };
}

function requireSameGrid(a: Dataset, b: Dataset): void {
  const same = (left: Float32Array, right: Float32Array) =>
    left.length === right.length && left.every((degrees, i) => Math.abs(degrees - right[i]) < SAME_PLACE);
  if (same(a.latitudes, b.latitudes) && same(a.longitudes, b.longitudes)) return;
  const size = ({ latitudes, longitudes }: Dataset) =>
    `${latitudes.length} x ${longitudes.length} points from ${latitudes[0]} north, ${longitudes[0]} east`;
  throw new DatasetError(
    `${a.name} and ${b.name} are not on the same grid (${size(a)}; ${size(b)}); give files of one grid.`,
  );
}

/** The levels of all parts that have any, which every variable on levels must be given at. */
function sharedLevels(parts: Dataset[]): number[] {
  const levels = [...new Set(parts.flatMap((part) => part.levels))].sort((a, b) => a - b);
  const held = new Map<string, Set<number>>();
  for (const part of parts) {
    for (const { name, hasLevel } of part.variables.values()) {
      if (hasLevel) held.set(name, new Set([...(held.get(name) ?? []), ...part.levels]));
    }
  }
  for (const [variable, given] of held) {
    const absent = levels.find((hPa) => !given.has(hPa));
    if (absent === undefined) continue;
    const other = parts.find((part) => part.levels.includes(absent))!;
    throw new DatasetError(
      `The levels differ: '${variable}' is given at ${[...given].join(', ')} hPa, but other variables also at ${absent} hPa (${other.name}); give all variables on the same levels.`,
    );
  }
  return levels;
}

function isStatic({ name, hasTime }: VariableInfo): boolean {
  return !hasTime || VARIABLES.get(name)?.kind === 'static';
}

/** Per static field, the first part that holds it; of a file beside with a single frame, also what ERA5 does not name. */
function staticHolders(parts: Dataset[], beside?: Dataset): Map<string, Dataset> {
  const holders = new Map<string, Dataset>();
  for (const info of beside?.variables.values() ?? []) {
    const isSteady = beside!.times.length === 1 && !VARIABLES.has(info.name);
    if (isStatic(info) || isSteady) holders.set(info.name, beside!);
  }
  for (const part of parts) {
    for (const info of part.variables.values()) {
      if (isStatic(info) && !holders.has(info.name)) holders.set(info.name, part);
    }
  }
  return holders;
}

async function readStatic(part: Dataset, variable: string, levels: number[]): Promise<Float32Array> {
  const values = await part.read(variable, 0, levels);
  const last = part.times.length - 1;
  if (variable !== 'geopotential_at_surface' || !part.variables.get(variable)!.hasTime || last < 1)
    return values;
  // A file of one pressure level may not say so, and the Climate Data Store calls both 'z'.
  const later = await part.read(variable, last, levels);
  if (values.some((value, i) => Math.abs(value - later[i]) > STEADY_GEOPOTENTIAL)) {
    throw new DatasetError(
      `${part.name}: the geopotential has no level and was taken for the one at the surface, but it changes in time; give its level as the coordinate 'level'.`,
    );
  }
  return values;
}

/** The frames at which all variables are given, and the variables at these frames. */
function framesOf(
  gathered: Map<string, Timeline>,
  name: string,
  parts: Dataset[],
): { times: Float64Array; varying: Map<string, Timeline> } {
  const hourly = gathered.has(SIX_HOUR_PRECIPITATION) ? undefined : gathered.get(HOURLY_PRECIPITATION);
  const others = new Map(gathered);
  if (hourly && gathered.size > 1) others.delete(HOURLY_PRECIPITATION);
  const times = sharedTimes(thinned(others), parts);
  if (times.length === 0) {
    throw new DatasetError(`${name}: no field has a time dimension; open a file with the dimension 'time'.`);
  }
  if (!hourly) return { times, varying: others };

  requireTimes(hourly, times, [...others.values()][0], parts);
  const sums = sixHourPrecipitation(hourly);
  const summed = times.filter((time) => indexIn(sums.times, time) >= 0);
  // Of single hours only: not GraphCast's variable, but one that may be looked at.
  if (summed.length === 0) return { times, varying: new Map([...others, [HOURLY_PRECIPITATION, hourly]]) };
  refuseManyWithout(summed, times, parts);
  others.delete(HOURLY_PRECIPITATION);
  return { times: summed, varying: others.set(SIX_HOUR_PRECIPITATION, sums) };
}

/** Times of each variable; those at 00, 06, 12 and 18 UTC where there are some less than 6 h apart. */
function thinned(timelines: Map<string, Timeline>): Map<string, Timeline> {
  const isDense = (times: Float64Array) =>
    times.some((time, i) => i > 0 && time - times[i - 1] < FRAME_SECONDS);
  const axes = new Set([...timelines.values()].map(({ times }) => times));
  if (![...axes].some(isDense)) return timelines;
  const kept = new Map([...axes].map((times) => [times, times.filter((time) => time % FRAME_SECONDS === 0)]));
  if ([...kept.values()].every((times) => times.length === 0)) return timelines;
  return new Map(
    [...timelines].map(([name, timeline]) => [name, { ...timeline, times: kept.get(timeline.times)! }]),
  );
}

/** The times of all variables, which must be the same. */
function sharedTimes(timelines: Map<string, Timeline>, parts: Dataset[]): Float64Array {
  const [first, ...others] = timelines.values();
  for (const other of others) {
    if (other.times === first.times) continue;
    requireTimes(other, first.times, first, parts);
    requireTimes(first, other.times, other, parts);
  }
  return first?.times ?? new Float64Array();
}

/** @param times those of `given` */
function requireTimes(wanting: Timeline, times: Float64Array, given: Timeline, parts: Dataset[]): void {
  const missing = times.find((time) => indexIn(wanting.times, time) < 0);
  if (missing === undefined) return;
  const where = ({ info }: Timeline) => {
    const names = parts.filter((part) => part.variables.has(info.name)).map((part) => part.name);
    return `'${info.name}' (${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''})`;
  };
  throw new DatasetError(
    `${where(given)} is given on ${formatUtc(missing)}, but ${where(wanting)} is not; give all variables at the same times.`,
  );
}

/** A stretch of 6-hourly precipitation beside an hourly one would vanish without a word. */
function refuseManyWithout(summed: Float64Array, times: Float64Array, parts: Dataset[]): void {
  let row = 0;
  for (const time of times) {
    row = indexIn(summed, time) >= 0 ? 0 : row + 1;
    if (row <= FRAMES_WITHOUT_HOURS) continue;
    const holder = parts.find((part) => part.variables.has(HOURLY_PRECIPITATION))!;
    throw new DatasetError(
      `${holder.name}: '${HOURLY_PRECIPITATION}' lacks hours before ${formatUtc(time)} and the frames ahead of it, so that ${SIX_HOUR_PRECIPITATION} cannot be summed; give every hour, or none between the frames.`,
    );
  }
}
