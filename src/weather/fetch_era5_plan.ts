/** What a copy of a period of ERA5 is to hold: settled before the first chunk is fetched. */
import { ConfigError, DatasetError } from '../errors';
import { formatUtc } from './cf_time';
import type { Dataset } from './dataset';
import { TASKS } from './task';
import type { ZarrVariable } from './zarr/zarr_spec';

/** What is asked for. */
export interface FetchRequest {
  /** Address (or path) of a Zarr, or of any other source of data. */
  source: string;
  /** First and last time, seconds since 1970-01-01 UTC. */
  from: number;
  to: number;
  /** Hours between frames, a multiple of 6. */
  stepHours: number;
  /** Those of GraphCast's task that the source has when left out. */
  variables?: string[];
  /** hPa; those of GraphCast's 13-level task that the source has when left out. */
  levels?: number[];
}

/** What the copy will hold. */
export interface FetchPlan {
  latitudes: number[];
  longitudes: number[];
  /** hPa, ascending. */
  levels: number[];
  /** Seconds since 1970-01-01 UTC. */
  times: number[];
  variables: ZarrVariable[];
}

/** The addresses of WeatherBench 2's ERA5, by grid (longitudes x latitudes): 6-hourly, 1959 to 2023-01-10, 13 levels. */
export const WEATHERBENCH_GRIDS: Record<string, string> = {
  '64x32': weatherbench('64x32_equiangular_conservative'),
  '240x121': weatherbench('240x121_equiangular_with_poles_conservative'),
};

function weatherbench(grid: string): string {
  return `https://storage.googleapis.com/weatherbench2/datasets/era5/1959-2023_01_10-6h-${grid}.zarr`;
}

const HOUR = 3600; // s
const FRAME_HOURS = 6;

/** GraphCast's states and static fields, and the only forcing that is not a plain function of the clock. */
const TASK_VARIABLES = [
  ...TASKS.TASK.targetVariables,
  'toa_incident_solar_radiation',
  'geopotential_at_surface',
  'land_sea_mask',
];

/**
 * Settles what is to be copied.
 *
 * @throws ConfigError when the request makes no sense, DatasetError when the source lacks something of it
 */
export function planFetch(source: Dataset, request: FetchRequest): FetchPlan {
  const { name, latitudes, longitudes } = source;
  const variables = chosenVariables(source, request.variables);
  const levels = variables.some(({ hasLevel }) => hasLevel) ? chosenLevels(source, request.levels) : [];
  const held = new Set(source.times);
  const times: number[] = [];
  for (let time = request.from; time <= request.to; time += request.stepHours * HOUR) times.push(time);
  const absent = times.find((time) => !held.has(time));
  if (absent !== undefined) {
    const { length } = source.times;
    const [first, last] = [source.times[0], source.times[length - 1]];
    throw new DatasetError(
      `${name}: there is no frame at ${formatUtc(absent)}; it has ${length} frames from ${formatUtc(first)} to ${formatUtc(last)}: choose a period without gaps within them.`,
    );
  }
  return {
    latitudes: Array.from(latitudes),
    longitudes: Array.from(longitudes),
    levels,
    times,
    variables,
  };
}

/**
 * Checks what can be checked without the source.
 *
 * @throws ConfigError
 */
export function checkRequest({ from, to, stepHours }: FetchRequest): void {
  if (to < from) {
    throw new ConfigError(
      `The period ends (${formatUtc(to)}) before it begins (${formatUtc(from)}); exchange --from and --to.`,
    );
  }
  if (!(stepHours > 0) || stepHours % FRAME_HOURS !== 0) {
    throw new ConfigError(
      `The step is ${stepHours} h, expected a multiple of ${FRAME_HOURS} h: GraphCast's frames are ${FRAME_HOURS} h apart.`,
    );
  }
  if (from % (FRAME_HOURS * HOUR) !== 0) {
    throw new ConfigError(
      `The period begins at ${formatUtc(from)}, expected 00, 06, 12 or 18 UTC; choose another --from.`,
    );
  }
}

function chosenVariables(source: Dataset, wanted: string[] | undefined): ZarrVariable[] {
  const names = wanted ?? TASK_VARIABLES.filter((variable) => source.variables.has(variable));
  if (names.length === 0) {
    throw new DatasetError(
      `${source.name}: it has no variable of GraphCast's task (but ${[...source.variables.keys()].join(', ')}); name some with --variables.`,
    );
  }
  return [...new Set(names)].map((variable) => {
    const info = source.variables.get(variable);
    if (!info) {
      throw new DatasetError(
        `${source.name}: there is no variable '${variable}'; it has ${[...source.variables.keys()].join(', ')}.`,
      );
    }
    const { hasTime, hasLevel, units, longName } = info;
    return { name: variable, hasTime, hasLevel, units, longName };
  });
}

function chosenLevels({ name, levels }: Dataset, wanted: number[] | undefined): number[] {
  const usual = TASKS.TASK_13.pressureLevels.filter((level) => levels.includes(level));
  const chosen = wanted ?? (usual.length > 0 ? usual : levels);
  const absent = chosen.find((level) => !levels.includes(level));
  if (absent === undefined) return [...new Set(chosen)].sort((a, b) => a - b);
  throw new DatasetError(
    `${name}: there is no level ${absent} hPa, only ${levels.join(', ')} hPa; choose some of these with --levels.`,
  );
}
