import { DatasetError } from '../errors';
import type { ChannelLayout } from './channels';
import type { Dataset } from './dataset';
import { DERIVED_FORCINGS } from './forcings';
import { HOURLY_PRECIPITATION, SIX_HOUR_PRECIPITATION } from './precipitation';
import { VARIABLES } from './variables';

/**
 * Checks that a dataset holds every variable and level that a task's channels name.
 *
 * @throws DatasetError on the first variable or level that is missing or of the wrong shape
 */
export function checkTaskFits(dataset: Dataset, layout: ChannelLayout): void {
  for (const [role, channels] of [
    ['target', layout.state],
    ['forcing', layout.forcings],
    ['static', layout.statics],
  ] as const) {
    for (const { variable, level } of channels) {
      const info = dataset.variables.get(variable);
      if (!info) {
        if (role === 'forcing' && DERIVED_FORCINGS.includes(variable)) continue;
        throw new DatasetError(
          `${dataset.name}: the ${role} variable '${variable}' is missing (the file holds ${list(dataset)}); ` +
            `${remedyFor(variable, dataset)}.`,
        );
      }
      if (role !== 'static' && !info.hasTime) {
        throw new DatasetError(
          `${dataset.name}: the ${role} variable '${variable}' has no time dimension; give it at every frame, or leave it out of the task's ${role}s.`,
        );
      }
      if (role === 'static' && info.hasTime && VARIABLES.get(variable)?.kind !== 'static') {
        throw new DatasetError(
          `${dataset.name}: '${variable}' varies in time, but the task has it neither as a target nor as a forcing; add it to one of them, or leave it out.`,
        );
      }
      if (info.hasLevel !== (level !== null)) {
        throw new DatasetError(
          `${dataset.name}: '${variable}' ${info.hasLevel ? 'lies on levels, but GraphCast knows it as a surface variable' : 'has no level dimension, but GraphCast knows it on pressure levels'}; rename it or leave it out of the task.`,
        );
      }
      if (level !== null && !dataset.levels.includes(level)) {
        throw new DatasetError(
          `${dataset.name}: '${variable}' is needed at ${level} hPa, but the file has only ${dataset.levels.join(', ')} hPa; use a file with that level, or a task without it.`,
        );
      }
    }
  }
}

/** What to do about a missing variable, above all where something that looks like it is there. */
function remedyFor(variable: string, { variables }: Dataset): string {
  if (variable === 'specific_humidity' && variables.has('relative_humidity')) {
    return 'relative humidity was found, but must be converted to specific humidity with temperature and pressure first';
  }
  if (variable === SIX_HOUR_PRECIPITATION && variables.has(HOURLY_PRECIPITATION)) {
    return `'${HOURLY_PRECIPITATION}' was found, but of single hours: give all 24 hours of each day, so that 6 h can be summed`;
  }
  return 'use a file that has it, or a task without it';
}

function list(dataset: Dataset): string {
  return [...dataset.variables.keys()].join(', ') || 'no field';
}
