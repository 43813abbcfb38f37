import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { checkFits, FRESH_LICENSE, parametersOf } from '../graphcast/checkpoint';
import { PRESETS } from '../graphcast/config';
import { BAD_UPDATE_POLICIES } from '../training/bad_update_policy';
import { type Collective, firstRankFirst } from '../training/collective';
import { recordData, requireSameData } from '../training/data_record';
import { resumedRunConfig } from '../training/resumed_config';
import { DEFAULT_PRESET, type RunConfig } from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import { RUN_FILES } from '../training/run_format';
import { totalUpdates } from '../training/schedule';
import { type OptimizerState, Trainer } from '../training/trainer';
import { validationOfRun } from '../training/validation';
import { requireWindows } from '../training/window_sequence';
import { windowsAtOnceOf } from '../training/windows_at_once';
import type { Dataset } from '../weather/dataset';
import { periodNamed } from '../weather/periods';
import { type TabulatedStatistics, writeStatistics } from '../weather/statistics';
import type { Gpu } from '../webgpu/device';
import { limitsOf } from '../webgpu/paper_gpu';
import {
  ACTIVATIONS_OPTION,
  adapterName,
  DATA_OPTIONS,
  dataPaths,
  loadCheckpoint,
  loadStatistics,
  MEMORY_OPTION,
  memoryBudget,
  openGpu,
  requireStatistics,
  requireUniformGrid,
} from './inputs';
import { joinMpi } from './mpi';
import { firstParameters, newRunConfig } from './new_run';
import { type ParsedOptions, parseOptions, UsageError } from './options';
import { gatherPlaces, placesInWords } from './places';
import { folderOfRun, unpackRunZip } from './run_zip';
import { openTrainingData, RUN_DATA_OPTIONS, sayWhatIsUsed, TRAINING_DATA_OPTIONS } from './training_data';
import { exitCodeOf, type TrainingJob, type TrainingOutcome, trainToEnd } from './training_loop';
import { VARIANT_OPTION, variantOption } from './variant_option';

/** Updates between checkpoints, where neither an option nor the run says. */
const SAVE_EVERY = 200;

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
    preset: { value: 'P', help: 'sizes of the network and schedule', default: DEFAULT_PRESET },
    config: { value: 'RUN.json', help: 'run configuration; what it leaves out has defaults' },
    checkpoint: { value: 'C.npz', help: 'start from these parameters, with their model' },
    task: {
      value: 'TASK',
      help: 'variables and levels to learn: checkpoint, data (all they hold), TASK_13, TASK or TASK_13_PRECIP_OUT; channels that the checkpoint has are carried over',
      default: "the checkpoint's, else the data's",
    },
    resume: { value: 'RUN/', help: 'continue this run; RUN.zip, from the page, is unpacked beside it first' },
    updates: {
      value: 'N',
      help: 'updates in all: warm-up to 1e-3, then half a cosine to 0, batch 1',
      default: "the preset's schedule, see `graphcast schedule`; 3000 with --checkpoint",
    },
    seed: { value: 'N', help: 'initial parameters and order of windows', default: '0' },
    out: { value: 'RUN/', help: 'run folder to write', default: 'run' },
    ...TRAINING_DATA_OPTIONS,
    'validate-every': {
      value: 'N',
      help: 'updates between validations, where there is a --validation-period',
      default: "the run's, else as --save-every",
    },
    'save-every': {
      value: 'N',
      help: 'updates between checkpoints',
      default: `the run's, else ${SAVE_EVERY}`,
    },
    'on-bad-update': {
      value: 'POLICY',
      help: `where loss or gradient is not finite: ${BAD_UPDATE_POLICIES.join(', ')} (to the last checkpoint, with half the learning rate); skip also leaves out batches that cannot be read`,
      default: BAD_UPDATE_POLICIES[0],
    },
    activations: ACTIVATIONS_OPTION,
    memory: MEMORY_OPTION,
    variant: VARIANT_OPTION,
    tensorboard: { help: "write TensorBoard's event file as well" },
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
  openFolder: () => Promise<RunFolder>;
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
    await collective.abort(1);
  }
  collective.finish();
}

async function train(options: ParsedOptions, collective?: Collective): Promise<void> {
  const [dataPath] = dataPaths(options);
  const dataset = await openTrainingData(options);
  requireUniformGrid(dataset);
  const start = options.text('resume')
    ? await resume(options, dataPath, dataset, collective)
    : await begin(options, dataPath, dataset);
  const { config, statistics, parameters, state, about, path, openFolder, resumed } = start;
  // A new run keeps both in its folder; for a run that is continued, an option counts for this time.
  const saveEvery = options.count('save-every', config.save_every ?? SAVE_EVERY);
  config.save_every = saveEvery;
  config.validate_every = options.count('validate-every', config.validate_every ?? saveEvery);
  try {
    const outcome = await trainToEnd({
      config,
      about,
      path,
      start: { parameters, state },
      async openStore() {
        const folder = await openFolder();
        if (options.flag('tensorboard')) await folder.writeEvents();
        return folder;
      },
      resumed,
      isSaveDue: (update) => update % saveEvery === 0,
      validation: validationOfRun(dataset, config, statistics, VALIDATION_WINDOWS, config.validate_every),
      collective,
      async openTrainer(at) {
        const gpu = await openGpu();
        if (collective) sayPlaces(gpu, collective);
        const budget = memoryBudget(gpu, options.text('memory'));
        let trainer: Trainer;
        try {
          const isResumed = at.state !== undefined;
          const limits = limitsOf(gpu);
          const processes = collective?.size;
          config.windows_at_once = windowsAtOnceOf(isResumed, limits, config, dataset, processes, budget);
          trainer = await Trainer.create({
            gpu,
            dataset,
            statistics,
            config,
            ...at,
            memoryBudget: budget,
            variant: variantOption(gpu, options.text('variant'), config.kernel_variant),
            collective,
          });
        } catch (error) {
          gpu.close();
          throw error;
        }
        config.kernel_variant = trainer.model.variants; // both are written into the run folder, and kept on resume
        console.error(`GPU memory: ${(trainer.bytes / 2 ** 20).toFixed(1)} MiB · run folder: ${path}`);
        const close = () => {
          trainer.destroy();
          gpu.close();
        };
        return { trainer, close };
      },
    });
    report(outcome, path, options.flag('json'));
  } finally {
    dataset.close();
  }
}

function sayPlaces(gpu: Gpu, collective: Collective): void {
  const own = { host: hostname(), adapter: adapterName(gpu), isSoftware: gpu.adapter.isSoftware };
  for (const line of placesInWords(gatherPlaces(collective, own))) console.error(line);
}

/** Forecasts of a validation: enough that its figures do not follow single days. */
const VALIDATION_WINDOWS = 8;

/** Options that would be ignored are refused, so that nobody believes they had an effect. */
function checkCombination(options: ParsedOptions): void {
  const given = (names: string[]) => names.filter((name) => options.text(name) !== undefined);
  const sources = given(['preset', 'config', 'checkpoint', 'resume']);
  if (sources.length > 1 && sources.join() !== 'config,checkpoint') {
    throw new UsageError(`--${sources.join(' and --')} exclude each other.`);
  }
  const ofNewRun = given([
    'stats',
    'updates',
    'task',
    'seed',
    'out',
    'activations',
    'variant',
    'on-bad-update',
    ...RUN_DATA_OPTIONS,
  ]);
  if (options.text('resume') !== undefined && ofNewRun.length > 0) {
    throw new UsageError(`--${ofNewRun[0]} is for a new run; --resume takes it from the run's folder.`);
  }
  // Before any data are opened.
  for (const name of ['updates', 'save-every', 'validate-every']) options.count(name, 1);
  options.count('seed', 0, 0);
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
  const from = checkpointPath
    ? { checkpoint: await loadCheckpoint(checkpointPath), path: checkpointPath }
    : undefined;
  const config = await newRunConfig(options, dataset, from);
  requireWindows(dataset, config);
  const data = await recordData(dataset, config);
  sayWhatIsUsed(dataset, config.task);
  const period = periodNamed(config.periods, 'train');
  const folder = options.text('stats');
  const { statistics, source } = await loadStatistics(folder, dataPath, dataset, config.task, period, true);
  console.error(`Statistics: ${source}`);
  return {
    config,
    statistics,
    parameters: firstParameters(config, from),
    about: {
      description:
        from?.checkpoint.description ?? `Trained with GraphCast Workbench on ${basename(dataPath)}`,
      license: from?.checkpoint.license ?? FRESH_LICENSE,
    },
    path,
    openFolder: async () => RunFolder.create(path, config, writeStatistics(statistics), data),
  };
}

async function resume(
  options: ParsedOptions,
  dataPath: string,
  dataset: Dataset,
  collective: Collective | undefined,
): Promise<Start> {
  const named = options.text('resume')!;
  const path = folderOfRun(named);
  const opened = await firstRankFirst(collective, async (isFirst) => {
    if (isFirst && path !== named) await unpackRunZip(named, path);
    return RunFolder.resume(path, isFirst);
  });
  const { folder, config: given, checkpoint, state } = opened;
  checkFits(checkpoint, path, dataset);
  const config = resumedRunConfig(given, checkpoint, join(path, RUN_FILES.config));
  requireWindows(dataset, config);
  const recorded = await folder.readData();
  if (recorded) requireSameData(recorded, await recordData(dataset, config), path, dataset.name);
  requireStatistics(
    folder.statistics,
    `the run's statistics belong there, put them back; or start a new run with --checkpoint ${join(path, RUN_FILES.checkpoint)}`,
  );
  const { statistics } = await loadStatistics(folder.statistics, dataPath, dataset, config.task);
  console.error(`Continuing after update ${state.update} of ${totalUpdates(config.phases)}.`);
  return {
    config,
    statistics,
    parameters: parametersOf(checkpoint),
    state,
    about: { description: checkpoint.description, license: checkpoint.license },
    path,
    openFolder: async () => folder,
    resumed: folder,
  };
}
