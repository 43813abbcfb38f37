import { ConfigError } from '../errors';
import type { Checkpoint } from '../graphcast/checkpoint';
import { completeRunConfig, namingFile, type PartialRunConfig, type RunConfig } from './run_config';

/** Fields of a task in the words of `config.json`. */
const TASK_FIELDS = {
  input_variables: 'inputVariables',
  target_variables: 'targetVariables',
  forcing_variables: 'forcingVariables',
  pressure_levels: 'pressureLevels',
  input_duration: 'inputDuration',
} as const;

/**
 * The configuration of a run that is continued from its checkpoint. What it leaves out of model and task is the
 * checkpoint's, and it may say nothing else of either: parameters of one network are none of another.
 *
 * @param name of the configuration's file, for messages
 * @throws ConfigError when model or task are not the checkpoint's, or as `completeRunConfig`
 */
export function resumedRunConfig(
  given: PartialRunConfig,
  { modelConfig: model, task }: Pick<Checkpoint, 'modelConfig' | 'task'>,
  name: string,
): RunConfig {
  const config = namingFile(name, () => completeRunConfig(given, { task, model, updates: 1 }));
  for (const field of Object.keys(config.model) as (keyof typeof model)[]) {
    requireSame(name, `model.${field}`, config.model[field], model[field]);
  }
  for (const [field, key] of Object.entries(TASK_FIELDS)) {
    requireSame(name, `task.${field}`, config.task[key], task[key]);
  }
  return config;
}

/** @throws ConfigError when the values are not equal; the order of a list has no meaning */
function requireSame(name: string, field: string, given: unknown, trained: unknown): void {
  const text = (value: unknown) => JSON.stringify(value);
  const unordered = (value: unknown) => text(Array.isArray(value) ? value.toSorted() : value);
  if (unordered(given) === unordered(trained)) return;
  const remedy = trained === undefined ? 'take it out' : `put ${text(trained)} back`;
  throw new ConfigError(
    `${name}: ${field} is ${text(given)}, but the run's checkpoint was trained with ${text(trained) ?? 'none'}: ${remedy}, or start a new run for another network.`,
  );
}
