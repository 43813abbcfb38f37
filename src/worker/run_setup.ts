/** From the page's few settings to a complete run: task, sizes, schedule, first parameters. */
import { carryOver } from '../graphcast/carry_over';
import { type Checkpoint, checkFits, FRESH_LICENSE } from '../graphcast/checkpoint';
import { initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { completeRunConfig, presetModel, type RunConfig } from '../training/run_config';
import { validationOfRun } from '../training/validation';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { TabulatedStatistics } from '../weather/statistics';
import { TASKS, type Task, taskFromDataset } from '../weather/task';
import { checkTaskFits } from '../weather/task_fit';
import type { OpenData } from './open_data';
import type { TaskChoice, TrainingSettings } from './protocol';
import { phasesOf, VALIDATE_EVERY } from './run_phases';
import type { RunParts } from './training_run';

/** Forecasts of a validation: few, so that training goes on soon. */
const VALIDATION_WINDOWS = 4;

/**
 * The run that the settings ask for on the open data: the chosen task, else everything that the data hold, in the
 * preset's network with the chosen sizes. With a checkpoint the network is the checkpoint's, unless a fresh one is asked
 * for, and so is the task, unless it is carried over onto another one.
 * @throws DatasetError, CheckpointError or ConfigError when settings, data and checkpoint do not go together
 */
export function runConfig(data: OpenData, settings: TrainingSettings): RunConfig {
  const { dataset } = data;
  const checkpoint = startOf(data, settings);
  const { preset, latentSize, meshSize, messageSteps, updates, seed, periods, sampling, activations } =
    settings;
  const sizes = { latent_size: latentSize, mesh_size: meshSize, gnn_msg_steps: messageSteps };
  const model = checkpoint?.modelConfig ?? { ...presetModel(preset), ...sizes };
  const { task: choice = 'own' } = settings;
  const task =
    checkpoint && choice === 'own'
      ? taskOf(checkpoint, data.checkpointName!, dataset)
      : chosenTask(choice, dataset);
  const given = {
    ...{ phases: phasesOf(settings), batch_size: settings.batchSize, on_bad_update: settings.onBadUpdate },
    ...{ freeze: settings.freeze, ema_decay: settings.averageDecay },
    variable_weights: weightsFor(task, settings),
    ...{ seed, periods, sampling, activations, validate_every: validateEvery(settings) },
  };
  return completeRunConfig(given, { task, model, updates });
}

/** The chosen weights of what the task predicts; undefined where GraphCast's are left. */
function weightsFor({ targetVariables }: Task, { variableWeights = {} }: TrainingSettings) {
  const chosen = Object.entries(variableWeights).filter(([name]) => targetVariables.includes(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}

/** @throws MisfitError when the data do not hold what the checkpoint's task needs */
function taskOf(checkpoint: Checkpoint, name: string, dataset: Dataset): Task {
  checkFits(checkpoint, name, dataset, "choose the data's variables for it in the Train room");
  return checkpoint.task;
}

/** Not a checkpoint's own. @throws DatasetError when the data do not hold all of a released model's */
function chosenTask(choice: TaskChoice, dataset: Dataset): Task {
  if (choice === 'own' || choice === 'data') return taskFromDataset(dataset);
  checkTaskFits(dataset, channelLayout(TASKS[choice]));
  return TASKS[choice];
}

/** What forecasts are made with when no run leads: the open checkpoint's network, else a new one. */
export function forecastConfig(data: OpenData, settings: TrainingSettings): RunConfig {
  return runConfig(data, { ...settings, fresh: false });
}

/** The checkpoint that a run starts from, if any. */
export function startOf({ checkpoint }: OpenData, { fresh }: TrainingSettings): Checkpoint | undefined {
  return fresh ? undefined : checkpoint;
}

export function validateEvery({ validateEvery: every }: TrainingSettings): number {
  return every ?? VALIDATE_EVERY;
}

/**
 * How a run is validated; undefined when no days are held out for it.
 * @param every updates between validations; 0 when that is not known
 * @throws DatasetError when the days that are held out hold no window
 */
export function validationOf(
  dataset: Dataset,
  config: RunConfig,
  statistics: TabulatedStatistics,
  every: number,
): RunParts['validation'] {
  return validationOfRun(dataset, config, statistics, VALIDATION_WINDOWS, every || VALIDATE_EVERY);
}

/** A checkpoint's parameters, carried over where the run's task is another; else fresh ones from the run's seed. */
export function firstParameters(
  config: RunConfig,
  checkpoint: Checkpoint | undefined,
): Map<string, Float32Array> {
  if (checkpoint) return carryOver(checkpoint, config.task, config.seed).parameters;
  const { inputs, state } = channelLayout(config.task);
  return initialiseParameters(parameterArrays(config.model, inputs.length, state.length), config.seed);
}

/** What an exported checkpoint says of itself. */
export function aboutRun(
  { dataset }: OpenData,
  checkpoint: Checkpoint | undefined,
): Pick<Checkpoint, 'description' | 'license'> {
  return {
    description: checkpoint?.description ?? `Trained with GraphCast Workbench on ${dataset.name}`,
    license: checkpoint?.license ?? FRESH_LICENSE,
  };
}
