import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConfigError } from '../errors';
import { type Checkpoint, checkFits, FRESH_LICENSE } from '../graphcast/checkpoint';
import { PRESETS } from '../graphcast/config';
import { elementCount, initialiseParameters, parameterArrays } from '../graphcast/parameters';
import type { Collective } from '../training/collective';
import { recordData, requireSameData } from '../training/data_record';
import {
  completeRunConfig,
  DEFAULT_PRESET,
  type PartialRunConfig,
  parseRunConfig,
  presetModel,
  type RunConfig,
} from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import type { Sampling } from '../training/sampler';
import { totalUpdates } from '../training/schedule';
import { type OptimizerState, Trainer } from '../training/trainer';
import { Validation } from '../training/validation';
import { requireWindows } from '../training/window_sequence';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { periodNamed } from '../weather/periods';
import { type TabulatedStatistics, writeStatistics } from '../weather/statistics';
import { taskFromDataset } from '../weather/task';
import {
  ACTIVATIONS_OPTION,
  DATA_OPTIONS,
  dataPaths,
  loadCheckpoint,
  loadStatistics,
  MEMORY_OPTION,
  memoryBudget,
  openGpu,
  parametersOf,
  parseActivations,
  reason,
  requireUniformGrid,
} from './inputs';
import { joinMpi } from './mpi';
import { type ParsedOptions, parseOptions, UsageError } from './options';
import {
  openTrainingData,
  periodsOf,
  RUN_DATA_OPTIONS,
  sayWhatIsUsed,
  TRAINING_DATA_OPTIONS,
} from './training_data';
import { exitCodeOf, type TrainingJob, type TrainingOutcome, trainToEnd } from './training_loop';
import { VARIANT_OPTION, variantOption } from './variant_option';

const COMMAND = {
  usage: 'train --data D [OPTIONS]',
  summary:
    'Trains a model from scratch (--preset or --config), fine-tunes one (--checkpoint), or continues a run (--resume).\nCtrl-C saves a checkpoint and stops. With `mpirun -n N graphcast train …`, N processes share every batch.',
  options: {
    ...DATA_OPTIONS,
    stats: {
      value: 'DIR',
      help: 'folder of the three statistics files',
      default: '`stats` beside the data, else computed',
    },
    preset: { value: 'P', help: 'sizes of the network', default: DEFAULT_PRESET },
    config: { value: 'RUN.json', help: 'run configuration; what it leaves out has defaults' },
    checkpoint: { value: 'C.npz', help: 'start from these parameters, with their model and task' },
    resume: { value: 'RUN/', help: 'continue this run' },
    updates: {
      value: 'N',
      help: 'updates in all: warm-up to 1e-3, then half a cosine to 0',
      default: '3000',
    },
    seed: { value: 'N', help: 'initial parameters and order of windows', default: '0' },
    out: { value: 'RUN/', help: 'run folder to write', default: 'run' },
    ...TRAINING_DATA_OPTIONS,
    'validate-every': {
      value: 'N',
      help: 'updates between validations, where there is a --validation-period',
      default: 'as --save-every',
    },
    'save-every': { value: 'N', help: 'updates between checkpoints', default: '200' },
    activations: ACTIVATIONS_OPTION,
    memory: MEMORY_OPTION,
    variant: VARIANT_OPTION,
    json: { help: 'print one JSON object at the end' },
  },
} as const;

/** Everything a run starts from. */
interface Start {
  config: RunConfig;
  parameters: Map<string, Float32Array>;
  statistics: TabulatedStatistics;
  state?: OptimizerState;
  about: TrainingJob['about'];
  /** Where the run is written. */
  path: string;
  openFolder: TrainingJob['openFolder'];
  resumed?: RunFolder;
}

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  checkCombination(options);
  const collective = await joinMpi();
  if (!collective) return train(options);
  // One process speaks for all; the others only say why they failed.
  const say = console.error;
  if (collective.rank > 0) console.log = console.error = () => undefined;
  try {
    await train(options, collective);
  } catch (error) {
    say(
      `Process ${collective.rank} of ${collective.size}: ${error instanceof Error ? error.message : error}`,
    );
    collective.abort(1);
  }
  collective.finish();
}

async function train(options: ParsedOptions, collective?: Collective): Promise<void> {
  const saveEvery = options.count('save-every', 200);
  const validateEvery = options.count('validate-every', saveEvery);
  const [dataPath] = dataPaths(options);
  const dataset = await openTrainingData(options);
  requireUniformGrid(dataset);
  const start = options.text('resume')
    ? await resume(options, dataPath, dataset)
    : await begin(options, dataPath, dataset);
  const { config, statistics, parameters, state, about, path, openFolder, resumed } = start;
  const gpu = await openGpu();
  const trainer = await Trainer.create({
    gpu,
    dataset,
    statistics,
    config,
    parameters,
    state,
    memoryBudget: memoryBudget(gpu, options.text('memory')),
    variant: variantOption(gpu, options.text('variant'), config.kernel_variant),
    collective,
  });
  config.kernel_variant = trainer.model.variants; // written into the run folder, and kept on resume
  try {
    const validation = validationOf(trainer, dataset, statistics, validateEvery);
    console.error(`GPU memory: ${(trainer.bytes / 2 ** 20).toFixed(1)} MiB · run folder: ${path}`);
    report(
      await trainToEnd({ trainer, config, about, openFolder, resumed, saveEvery, validation, collective }),
      path,
      options.flag('json'),
    );
  } finally {
    trainer.destroy();
    dataset.close();
    gpu.close();
  }
}

/** Forecasts of a validation: enough that its figures do not follow single days. */
const VALIDATION_WINDOWS = 8;

function validationOf(
  trainer: Trainer,
  dataset: Dataset,
  statistics: TabulatedStatistics,
  every: number,
): TrainingJob['validation'] {
  const { task, periods } = trainer.config;
  const period = periodNamed(periods, 'validation');
  if (!period) return undefined;
  const windows = VALIDATION_WINDOWS;
  const validation = new Validation({ dataset, task, statistics, period, windows });
  return { every, run: () => trainer.validate(validation) };
}

/** Options that would be ignored are refused, so that nobody believes they had an effect. */
function checkCombination(options: ParsedOptions): void {
  const given = (names: string[]) => names.filter((name) => options.text(name) !== undefined);
  const sources = given(['preset', 'config', 'checkpoint', 'resume']);
  if (sources.length > 1 && sources.join() !== 'config,checkpoint') {
    throw new UsageError(`--${sources.join(' and --')} exclude each other.`);
  }
  const ofNewRun = given(['stats', 'updates', 'seed', 'out', 'activations', 'variant', ...RUN_DATA_OPTIONS]);
  if (options.text('resume') !== undefined && ofNewRun.length > 0) {
    throw new UsageError(`--${ofNewRun[0]} is for a new run; --resume takes it from the run's folder.`);
  }
  const preset = options.text('preset');
  if (preset !== undefined && !Object.hasOwn(PRESETS, preset)) {
    throw new UsageError(`--preset is '${preset}', expected one of ${Object.keys(PRESETS).join(', ')}.`);
  }
}

function report(outcome: TrainingOutcome, path: string, json: boolean): void {
  const { updates, total, firstLoss, lastLoss, stoppedBy } = outcome;
  if (stoppedBy) {
    console.error(`Stopped by ${stoppedBy} after update ${updates}; continue with --resume ${path}.`);
    process.exitCode = exitCodeOf(stoppedBy);
  }
  if (json) {
    console.log(JSON.stringify({ out: path, updates, total, first_loss: firstLoss, last_loss: lastLoss }));
  } else if (firstLoss === null || lastLoss === null) {
    console.log(`${path}: ${updates} of ${total} updates are done, nothing was added`);
  } else {
    const losses = `${firstLoss.toPrecision(5)} -> ${lastLoss.toPrecision(5)}`;
    console.log(`${path}: ${updates} of ${total} updates, loss ${losses}`);
  }
}

async function begin(options: ParsedOptions, dataPath: string, dataset: Dataset): Promise<Start> {
  const path = options.text('out') ?? 'run';
  await RunFolder.checkFree(path);
  const checkpointPath = options.text('checkpoint');
  const checkpoint = checkpointPath ? await loadCheckpoint(checkpointPath) : undefined;
  if (checkpoint) checkFits(checkpoint, checkpointPath!, dataset);
  const config = await configOf(options, dataset, checkpoint);
  requireWindows(dataset, config);
  const data = await recordData(dataset, config);
  sayWhatIsUsed(dataset, config.task);
  const period = periodNamed(config.periods, 'train');
  const folder = options.text('stats');
  const { statistics, source } = await loadStatistics(folder, dataPath, dataset, config.task, period);
  console.error(`Statistics: ${source}`);
  return {
    config,
    statistics,
    parameters: checkpoint ? parametersOf(checkpoint) : freshParameters(config),
    about: {
      description: checkpoint?.description ?? `Trained with GraphCast Workbench on ${basename(dataPath)}`,
      license: checkpoint?.license ?? FRESH_LICENSE,
    },
    path,
    openFolder: async () => RunFolder.create(path, config, await writeStatistics(statistics), data),
  };
}

async function resume(options: ParsedOptions, dataPath: string, dataset: Dataset): Promise<Start> {
  const path = options.text('resume')!;
  const { folder, config: given, checkpoint, state } = await RunFolder.resume(path);
  checkFits(checkpoint, path, dataset);
  const { task, modelConfig: model, description, license } = checkpoint;
  const config = completeRunConfig(given, { task, model, updates: 1 });
  requireWindows(dataset, config);
  const recorded = await folder.readData();
  if (recorded) requireSameData(recorded, await recordData(dataset, config), path, dataset.name);
  const { statistics } = await loadStatistics(folder.statistics, dataPath, dataset, config.task);
  console.error(`Continuing after update ${state.update} of ${totalUpdates(config.phases)}.`);
  return {
    config,
    statistics,
    parameters: parametersOf(checkpoint),
    state,
    about: { description, license },
    path,
    openFolder: async () => folder,
    resumed: folder,
  };
}

/** The configuration of a new run, from the command line, a file, a checkpoint and the data. */
async function configOf(
  options: ParsedOptions,
  dataset: Dataset,
  checkpoint: Checkpoint | undefined,
): Promise<RunConfig> {
  const path = options.text('config');
  const given = await readConfig(path);
  if (checkpoint && (given.model || given.task)) {
    throw new ConfigError(
      `${path}: with --checkpoint, model and task come from it; take them out of the configuration.`,
    );
  }
  if (given.phases && options.text('updates') !== undefined) {
    throw new ConfigError(`${path}: its phases say how many updates there are; leave out --updates.`);
  }
  const periods = periodsOf(options);
  if (Object.keys(periods).length > 0) given.periods = { ...given.periods, ...periods };
  const sampling = options.text('sampling');
  if (sampling !== undefined) given.sampling = sampling as Sampling; // checked with the rest
  if (options.text('seed') !== undefined) given.seed = options.count('seed', 0, 0);
  given.activations = parseActivations(options.text('activations')) ?? given.activations;
  return completeRunConfig(given, {
    task: checkpoint?.task ?? taskFromDataset(dataset),
    model: checkpoint?.modelConfig ?? presetModel(options.text('preset') ?? DEFAULT_PRESET),
    updates: options.count('updates', 3000),
  });
}

async function readConfig(path: string | undefined): Promise<PartialRunConfig> {
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

function freshParameters(config: RunConfig): Map<string, Float32Array> {
  const { inputs, state } = channelLayout(config.task);
  const arrays = parameterArrays(config.model, inputs.length, state.length);
  const count = arrays.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  console.error(`New model: ${count.toLocaleString('en')} parameters`);
  return initialiseParameters(arrays, config.seed);
}
