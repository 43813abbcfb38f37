import { type ModelConfig, PRESETS } from '../graphcast/config';
import type { Dataset } from '../weather/dataset';
import { TASKS, type Task } from '../weather/task';
import { UsageError } from './options';

/** Grid spacing of the presets that do not name one, degrees. */
const SPACING: Record<string, number> = { tiny: 10, mini: 6, midi: 4 };

/** A preset with the grid and the variables that it is planned and measured with. */
export interface PresetSetting {
  config: ModelConfig;
  task: Task;
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>;
}

/**
 * A preset on a grid with poles at its spacing, with its task or TASK_13.
 * @throws UsageError when there is no such preset
 */
export function presetSetting(name: string): PresetSetting {
  if (!Object.hasOwn(PRESETS, name)) {
    throw new UsageError(`--preset is '${name}', expected one of ${Object.keys(PRESETS).join(', ')}.`);
  }
  const { model: config, task } = PRESETS[name];
  const spacing = SPACING[name] ?? config.resolution;
  return {
    config,
    task: TASKS[(task ?? 'TASK_13') as keyof typeof TASKS],
    grid: {
      latitudes: Float32Array.from({ length: 180 / spacing + 1 }, (_, i) => -90 + i * spacing),
      longitudes: Float32Array.from({ length: 360 / spacing }, (_, i) => i * spacing),
    },
  };
}
