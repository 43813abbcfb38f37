/** What a new run of `graphcast train` begins with: its configuration and its first parameters. */
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors';
import { carriedInWords, carryOver, frozenWithNew, isSameTask } from '../graphcast/carry_over';
import { type Checkpoint, checkFits } from '../graphcast/checkpoint';
import { modelGraph } from '../graphcast/create_model';
import { elementCount, initialiseParameters, parameterArrays } from '../graphcast/parameters';
import { BAD_UPDATE_POLICIES } from '../training/bad_update_policy';
import { type Protocol, presetProtocol, withinSteps } from '../training/protocols';
import {
  completeRunConfig,
  DEFAULT_PRESET,
  namedTask,
  namingFile,
  type PartialRunConfig,
  parseRunConfig,
  presetModel,
  type RunConfig,
} from '../training/run_config';
import { SAMPLINGS } from '../training/sampler';
import { mostArSteps } from '../training/schedule';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { type Periods, parsePeriods, periodNamed } from '../weather/periods';
import { type Task, taskFromDataset } from '../weather/task';
import { checkTaskFits } from '../weather/task_fit';
import { WindowIndex } from '../weather/window_index';
import { parseActivations, reason } from './inputs';
import type { ParsedOptions } from './options';
import { periodsOf } from './training_data';

/** Updates of a run that fine-tunes a checkpoint, where nothing says how many. */
const FINE_TUNING_UPDATES = 3000;

/** A checkpoint to begin with, and where it was read from. */
export interface NamedCheckpoint {
  checkpoint: Checkpoint;
  path: string;
}

/**
 * The configuration of a new run, from the command line, a file, a checkpoint and the data.
 * @throws ConfigError, CheckpointError or DatasetError when they do not go together
 */
export async function newRunConfig(
  options: ParsedOptions,
  dataset: Dataset,
  from: NamedCheckpoint | undefined,
): Promise<RunConfig> {
  const path = options.text('config');
  const given = await readRunConfig(path);
  if (from && given.model) {
    throw new ConfigError(
      `${path}: with --checkpoint, the model comes from it; take it out of the configuration.`,
    );
  }
  if (given.phases && options.text('updates') !== undefined) {
    throw new ConfigError(`${path}: its phases say how many updates there are; leave out --updates.`);
  }
  if (given.task && options.text('task') !== undefined) {
    throw new ConfigError(`${path}: it names the task itself; leave out --task.`);
  }
  // What options give is checked before it joins what the file gives, which answers for the rest.
  const periods = periodsOf(options);
  if (given.periods) given.periods = { ...given.periods, ...periods };
  else if (Object.keys(periods).length > 0) given.periods = parsePeriods(periods, 'periods');
  given.sampling = options.choice('sampling', SAMPLINGS) ?? given.sampling;
  if (options.text('seed') !== undefined) given.seed = options.count('seed', 0, 0);
  const activations = parseActivations(options.text('activations'));
  if (activations !== undefined) given.activations = activations;
  given.on_bad_update = options.choice('on-bad-update', BAD_UPDATE_POLICIES) ?? given.on_bad_update;

  const isFree = !from && !given.phases && options.text('updates') === undefined;
  const preset = options.text('preset') ?? DEFAULT_PRESET;
  const task = given.task ?? chosenTask(options.text('task'), dataset, from);
  const updates = options.count('updates', FINE_TUNING_UPDATES);
  const config = namingFile(path, () => {
    const protocol = isFree ? protocolFor(preset, dataset, given.periods) : {};
    return completeRunConfig(
      { ...protocol, ...given },
      {
        task: typeof task === 'string' ? namedTask(task) : task,
        model: from?.checkpoint.modelConfig ?? presetModel(preset),
        updates,
      },
    );
  });
  checkTaskFits(dataset, channelLayout(config.task));
  // A radius that reaches no grid node is refused here, before statistics are computed, with the file that gives it.
  if (given.model?.radius_query_fraction_edge_length !== undefined) {
    namingFile(path, () => modelGraph(config.model, dataset));
  }
  return config;
}

/**
 * Reads a run's configuration; an empty one where there is no path.
 * @throws ConfigError when it cannot be read or understood
 */
export async function readRunConfig(path: string | undefined): Promise<PartialRunConfig> {
  if (path === undefined) return {};
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read: ${reason(cause)}; give the path of a run configuration.`, {
      cause,
    });
  }
  return parseRunConfig(text, path);
}

/**
 * The task that `--task` names. Without it a checkpoint keeps its own.
 * @throws MisfitError when the data do not hold what the checkpoint's task needs
 */
function chosenTask(name: string | undefined, dataset: Dataset, from: NamedCheckpoint | undefined): Task {
  if (name === 'data' || (name === undefined && !from)) return taskFromDataset(dataset);
  if (name !== undefined && name !== 'checkpoint') return namedTask(name);
  if (!from) {
    throw new ConfigError(
      "--task checkpoint is for --checkpoint; give one, or leave --task out for the data's.",
    );
  }
  const otherwise = 'give --task data, to fine-tune on what the data hold';
  checkFits(from.checkpoint, from.path, dataset, otherwise);
  return from.checkpoint.task;
}

/**
 * The preset's protocol, shortened to the forecasts that the data are long enough for; that is said on stderr.
 * @throws ConfigError when the periods, which may come from a file as they are, are none
 */
export function protocolFor(
  preset: string,
  dataset: Dataset | undefined,
  periods: Periods | undefined,
): Protocol {
  const protocol = presetProtocol(preset);
  if (!dataset) return protocol;
  const wanted = mostArSteps(protocol.phases);
  const index = new WindowIndex(dataset, periodNamed(periods && parsePeriods(periods, 'periods'), 'train'));
  let most = wanted;
  while (most > 1 && index.firstFrames(most).length === 0) most--;
  if (most === wanted) return protocol;
  console.error(
    `The data hold no window of ${wanted} autoregressive steps as the schedule of ${preset} has at its end: it goes to ${most}.`,
  );
  return { ...protocol, phases: withinSteps(protocol.phases, most) };
}

/** Fresh parameters, or a checkpoint's; says on stderr what is new and what is carried over. */
export function firstParameters(
  config: RunConfig,
  from: NamedCheckpoint | undefined,
): Map<string, Float32Array> {
  const { inputs, state } = channelLayout(config.task);
  if (!from) {
    const arrays = parameterArrays(config.model, inputs.length, state.length);
    const count = arrays.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    console.error(`New model: ${count.toLocaleString('en')} parameters`);
    return initialiseParameters(arrays, config.seed);
  }
  const carried = carryOver(from.checkpoint, config.task, config.seed);
  if (isSameTask(carried)) return carried.parameters;
  console.error(`Task: another one than ${from.path}'s.`);
  for (const end of ['input', 'output'] as const) {
    console.error(`  ${carriedInWords(end, carried[`${end}s`])}`);
  }
  for (const part of frozenWithNew(carried, config.freeze)) {
    console.error(`Warning: the ${part} is frozen, so its new channels stay as they were initialised.`);
  }
  return carried.parameters;
}
