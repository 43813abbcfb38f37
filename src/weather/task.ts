import { ConfigError, DatasetError } from '../errors';
import type { Dataset } from './dataset';
import { DERIVED_FORCINGS } from './forcings';
import { isAtmospheric, PARTLY_UNDEFINED_VARIABLES, VARIABLES } from './variables';

/** What a network reads and predicts (spec 1.2). Names are ERA5's; the order of the lists has no meaning. */
export interface Task {
  inputVariables: string[];
  targetVariables: string[];
  forcingVariables: string[];
  /** hPa, ascending; empty when no variable lies on pressure levels. */
  pressureLevels: number[];
  /** Time span of the input frames; GraphCast's is always '12h', two frames of 6 h. */
  inputDuration: string;
}

/** The only input duration there is: frames at −6 h and 0 h (spec 1.6). */
export const INPUT_DURATION = '12h';

const SURFACE_TARGETS = [
  '2m_temperature',
  'mean_sea_level_pressure',
  '10m_v_component_of_wind',
  '10m_u_component_of_wind',
  'total_precipitation_6hr',
];
const ATMOSPHERIC_TARGETS = [
  'temperature',
  'geopotential',
  'u_component_of_wind',
  'v_component_of_wind',
  'vertical_velocity',
  'specific_humidity',
];
const STATIC_VARIABLES = ['geopotential_at_surface', 'land_sea_mask'];
const LEVELS_13 = [50, 100, 150, 200, 250, 300, 400, 500, 600, 700, 850, 925, 1000];
const LEVELS_37 = [
  1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 125, 150, 175, 200, 225, 250, 300, 350, 400, 450, 500, 550, 600,
  650, 700, 750, 775, 800, 825, 850, 875, 900, 925, 950, 975, 1000,
];

function releasedTask(pressureLevels: number[], inputTargets: string[]): Task {
  return {
    inputVariables: [...inputTargets, ...DERIVED_FORCINGS, ...STATIC_VARIABLES],
    targetVariables: [...SURFACE_TARGETS, ...ATMOSPHERIC_TARGETS],
    forcingVariables: [...DERIVED_FORCINGS],
    pressureLevels,
    inputDuration: INPUT_DURATION,
  };
}

const ALL_TARGETS = [...SURFACE_TARGETS, ...ATMOSPHERIC_TARGETS];

export const TASK_NAMES = ['TASK', 'TASK_13', 'TASK_13_PRECIP_OUT'] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** The tasks of the three released models (spec 1.3 to 1.5). */
export const TASKS: Record<TaskName, Task> = {
  TASK: releasedTask(LEVELS_37, ALL_TARGETS),
  TASK_13: releasedTask(LEVELS_13, ALL_TARGETS),
  TASK_13_PRECIP_OUT: releasedTask(
    LEVELS_13,
    ALL_TARGETS.filter((name) => name !== 'total_precipitation_6hr'),
  ),
};

/**
 * Checks a task before anything is built from it.
 *
 * @throws ConfigError on an empty or doubled name or level, no targets, a target that is also a forcing,
 *   levels that do not ascend or are missing for an atmospheric variable, another input duration than 12h.
 */
export function validateTask(task: Task): void {
  const lists = {
    'input variables': task.inputVariables,
    'target variables': task.targetVariables,
    'forcing variables': task.forcingVariables,
  };
  for (const [list, names] of Object.entries(lists)) {
    const doubled = names.find((name, i) => names.indexOf(name) !== i);
    if (doubled !== undefined) {
      throw new ConfigError(`The task's ${list} name '${doubled}' twice; name each variable once.`);
    }
    if (names.includes('')) {
      throw new ConfigError(`The task's ${list} hold an empty name; remove it.`);
    }
  }
  if (task.targetVariables.length === 0) {
    throw new ConfigError('The task has no target variables; name at least one variable to predict.');
  }
  const both = task.targetVariables.find((name) => task.forcingVariables.includes(name));
  if (both !== undefined) {
    throw new ConfigError(
      `The task names '${both}' as a target and as a forcing; a variable can be only one of them.`,
    );
  }
  const levels = task.pressureLevels;
  if (levels.some((level, i) => !(level > 0) || (i > 0 && level <= levels[i - 1]))) {
    throw new ConfigError(
      `The task's pressure levels [${levels.join(', ')}] must be positive, in hPa, and ascend without repetition; sort them.`,
    );
  }
  const names = [...task.inputVariables, ...task.targetVariables, ...task.forcingVariables];
  const onLevels = names.find(isAtmospheric);
  if (onLevels !== undefined && levels.length === 0) {
    throw new ConfigError(
      `The task has no pressure levels, but '${onLevels}' lies on pressure levels; list some.`,
    );
  }
  if (task.inputDuration !== INPUT_DURATION) {
    throw new ConfigError(
      `The task's input duration is '${task.inputDuration}', but only '${INPUT_DURATION}' (frames at -6 h and 0 h) is supported.`,
    );
  }
}

/**
 * The task that uses everything a dataset holds: every state variable that varies in time is input and target,
 * fields without time are static inputs, and all derived forcings are forcings (taken from the file where it
 * has them). Left out are variables whose levels the reference's naming convention (spec 1.4) cannot express, and
 * those known to be undefined over part of the globe (`PARTLY_UNDEFINED_VARIABLES`), such as the sea surface
 * temperature: a task that names them itself needs data whose gaps are filled.
 *
 * @throws DatasetError when the dataset has no state variable.
 */
export function taskFromDataset(dataset: Pick<Dataset, 'name' | 'levels' | 'variables'>): Task {
  const states: string[] = [];
  const statics: string[] = [];
  for (const { name, hasTime, hasLevel } of dataset.variables.values()) {
    const kind = VARIABLES.get(name)?.kind;
    if (hasLevel !== (kind === 'atmospheric') || kind === 'forcing') continue;
    if (PARTLY_UNDEFINED_VARIABLES.has(name)) continue;
    if (hasTime && kind !== 'static') states.push(name);
    else statics.push(name);
  }
  if (states.length === 0) {
    throw new DatasetError(
      `${dataset.name}: there is no variable that varies in time and could be predicted; ` +
        'open a file with at least one field over time, latitude and longitude under its ERA5 name.',
    );
  }
  return {
    inputVariables: [...states, ...DERIVED_FORCINGS, ...statics],
    targetVariables: states,
    forcingVariables: [...DERIVED_FORCINGS],
    pressureLevels: states.some(isAtmospheric) ? [...dataset.levels] : [],
    inputDuration: INPUT_DURATION,
  };
}
