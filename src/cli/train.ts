import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConfigError, TrainingError } from '../errors';
import { type Checkpoint, checkFits } from '../graphcast/checkpoint';
import { elementCount, initialiseParameters, parameterArrays } from '../graphcast/parameters';
import {
  completeRunConfig,
  DEFAULT_PRESET,
  type PartialRunConfig,
  parseRunConfig,
  presetModel,
  type RunConfig,
} from '../training/run_config';
import { RunFolder } from '../training/run_folder';
import { totalUpdates } from '../training/schedule';
import { type OptimizerState, Trainer, type UpdateMetrics } from '../training/trainer';
import { channelLayout } from '../weather/channels';
import { type Dataset, openDataset } from '../weather/dataset';
import { type TabulatedStatistics, writeStatistics } from '../weather/statistics';
import { taskFromDataset } from '../weather/task';
import { loadCheckpoint, loadStatistics, openGpu, parametersOf, reason } from './inputs';
import { type ParsedOptions, parseOptions, UsageError } from './options';
import { Progress } from './progress';

const COMMAND = {
  usage: 'train --data D [OPTIONS]',
  summary:
    'Trains a model from scratch (--preset or --config), fine-tunes one (--checkpoint), or continues a run (--resume).\nCtrl-C saves a checkpoint and stops.',
  options: {
    data: { value: 'D.nc', help: 'dataset', required: true },
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
      default: '1000',
    },
    seed: { value: 'N', help: 'initial parameters and order of windows', default: '0' },
    out: { value: 'RUN/', help: 'run folder to write', default: 'run' },
    'save-every': { value: 'N', help: 'updates between checkpoints', default: '200' },
    json: { help: 'print one JSON object at the end' },
  },
} as const;

/** Everything a run starts from. */
interface Start {
  folder: RunFolder;
  config: RunConfig;
  parameters: Map<string, Float32Array>;
  statistics: TabulatedStatistics;
  state?: OptimizerState;
  description: string;
  license: string;
}

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const sources = ['preset', 'config', 'checkpoint', 'resume'].filter(
    (name) => options.text(name) !== undefined,
  );
  if (sources.length > 1 && sources.join() !== 'config,checkpoint') {
    throw new UsageError(`--${sources.join(' and --')} exclude each other.`);
  }
  const saveEvery = options.count('save-every', 200);
  const dataPath = options.text('data')!;
  const dataset = await openDataset(dataPath);
  const start = options.text('resume')
    ? await resume(options, dataPath, dataset)
    : await begin(options, dataPath, dataset);
  const { config, statistics, parameters, state } = start;
  const gpu = await openGpu();
  const trainer = await Trainer.create({ gpu, dataset, statistics, config, parameters, state });
  try {
    console.error(
      `GPU memory: ${(trainer.bytes / 2 ** 20).toFixed(1)} MiB · run folder: ${start.folder.path}`,
    );
    const result = await train(trainer, start, saveEvery);
    if (options.flag('json')) console.log(JSON.stringify({ out: start.folder.path, ...result }));
    else
      console.log(
        `${start.folder.path}: ${result.updates} updates, loss ${result.first_loss} -> ${result.last_loss}`,
      );
  } finally {
    trainer.destroy();
    dataset.close();
    gpu.close();
  }
}

/** Trains to the end of the schedule, or until a signal asks to stop; saves either way. */
async function train(trainer: Trainer, start: Start, saveEvery: number) {
  const { folder, config } = start;
  const total = totalUpdates(config.phases);
  const progress = new Progress(total, 'updates', trainer.updates);
  let signal: NodeJS.Signals | undefined;
  const stop = (name: NodeJS.Signals) => {
    signal ??= name;
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const losses: number[] = [];
  const record = async (metrics: UpdateMetrics) => {
    if (!Number.isFinite(metrics.loss) || !Number.isFinite(metrics.gradientNorm)) {
      throw new TrainingError(
        `The ${Number.isFinite(metrics.loss) ? 'gradient' : 'loss'} of update ${metrics.update} is not a finite number; ${folder.path} keeps the last good checkpoint: lower the learning rate and continue from it.`,
      );
    }
    losses.push(metrics.loss);
    await folder.appendMetrics(metrics);
    progress.show(
      metrics.update,
      `loss ${metrics.loss.toPrecision(4)} · gradient norm ${metrics.gradientNorm.toPrecision(3)}`,
    );
  };
  const save = async () => {
    const state = await trainer.readState();
    await folder.save(await checkpointOf(trainer, start), state);
  };
  // One update stays on the GPU while the data of the next are prepared.
  let pending: Promise<UpdateMetrics> | undefined;
  while (trainer.updates < total && !signal) {
    const { metrics } = await trainer.update();
    if (pending) await record(await pending);
    pending = metrics;
    if (trainer.updates % saveEvery === 0 && trainer.updates < total) {
      await record(await pending);
      pending = undefined;
      await save();
    }
  }
  if (pending) await record(await pending);
  await save();
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (signal) {
    console.error(
      `Stopped by ${signal} after update ${trainer.updates}; continue with --resume ${folder.path}.`,
    );
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
  return { updates: trainer.updates, first_loss: losses[0], last_loss: losses.at(-1) };
}

async function checkpointOf(trainer: Trainer, { config, description, license }: Start): Promise<Checkpoint> {
  const { inputs, state } = channelLayout(config.task);
  const shapes = new Map(
    parameterArrays(config.model, inputs.length, state.length).map(({ name, shape }) => [name, shape]),
  );
  const values = await trainer.readParameters();
  return {
    parameters: new Map([...shapes].map(([name, shape]) => [name, { shape, data: values.get(name)! }])),
    modelConfig: config.model,
    task: config.task,
    description,
    license,
  };
}

async function begin(options: ParsedOptions, dataPath: string, dataset: Dataset): Promise<Start> {
  const checkpointPath = options.text('checkpoint');
  const checkpoint = checkpointPath ? await loadCheckpoint(checkpointPath) : undefined;
  if (checkpoint) checkFits(checkpoint, checkpointPath!, dataset);
  const given = await readConfig(options.text('config'));
  if (checkpoint && (given.model || given.task)) {
    throw new ConfigError(
      'With --checkpoint, model and task come from it: take them out of the configuration.',
    );
  }
  if (options.text('seed') !== undefined) given.seed = options.count('seed', 0, 0);
  const config = completeRunConfig(given, {
    task: checkpoint?.task ?? taskFromDataset(dataset),
    model: checkpoint?.modelConfig ?? presetModel(options.text('preset') ?? DEFAULT_PRESET),
    updates: options.count('updates', 1000),
  });
  const { statistics, source } = await loadStatistics(options.text('stats'), dataPath, dataset, config.task);
  console.error(`Statistics: ${source}`);
  const folder = await RunFolder.create(
    options.text('out') ?? 'run',
    config,
    await writeStatistics(statistics),
  );
  return {
    folder,
    config,
    statistics,
    parameters: checkpoint ? parametersOf(checkpoint) : freshParameters(config),
    description: checkpoint?.description ?? `Trained with GraphCast Workbench on ${basename(dataPath)}`,
    license: checkpoint?.license ?? 'As the person who trained it decides; the terms of its data apply.',
  };
}

async function resume(options: ParsedOptions, dataPath: string, dataset: Dataset): Promise<Start> {
  const path = options.text('resume')!;
  const { folder, config: given, checkpoint, state } = await RunFolder.resume(path);
  checkFits(checkpoint, path, dataset);
  const { task, modelConfig: model, description, license } = checkpoint;
  const config = completeRunConfig(given, { task, model, updates: 1 });
  const { statistics } = await loadStatistics(folder.statistics, dataPath, dataset, config.task);
  console.error(`Continuing after update ${state.update} of ${totalUpdates(config.phases)}.`);
  return { folder, config, statistics, parameters: parametersOf(checkpoint), state, description, license };
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
  return parseRunConfig(text, basename(path));
}

function freshParameters(config: RunConfig): Map<string, Float32Array> {
  const { inputs, state } = channelLayout(config.task);
  const arrays = parameterArrays(config.model, inputs.length, state.length);
  const count = arrays.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  console.error(`New model: ${count.toLocaleString('en')} parameters`);
  return initialiseParameters(arrays, config.seed);
}
