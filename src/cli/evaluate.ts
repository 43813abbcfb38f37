import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError, DatasetError } from '../errors';
import { Evaluation, type InitialTimes, type PlannedForecast, planForecasts } from '../forecast/evaluation';
import { scoresOf } from '../forecast/evaluation_scores';
import { REGIONS, regionsNamed } from '../forecast/regions';
import { rollout } from '../forecast/rollout';
import { parseScores, type Scores } from '../forecast/scores_file';
import { type Checkpoint, checkFits, parametersOf } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { type Period, periodBetween } from '../weather/periods';
import { VARIABLES } from '../weather/variables';
import { WindowReader } from '../weather/windows';
import { Executor } from '../webgpu/execute';
import type { ElementType } from '../webgpu/tensor';
import { climatologyFor, saveClimatology } from './evaluate_climatology';
import { baselineTask, chosenChannels } from './evaluate_fields';
import { outputsFor, report, writeOutputs } from './evaluate_outputs';
import {
  ACTIVATIONS_OPTION,
  DATA_OPTIONS,
  dataPaths,
  formatTime,
  loadCheckpoint,
  loadStatistics,
  MEMORY_OPTION,
  memoryBudget,
  openData,
  openGpu,
  parseActivations,
  reason,
} from './inputs';
import { type ParsedOptions, parseOptions, UsageError } from './options';
import { checkWritable } from './outputs';
import { Progress } from './progress';
import { exitCodeOf, listenForStop } from './training_loop';
import { VARIANT_OPTION, variantOption } from './variant_option';

/** Ten days. */
const DEFAULT_STEPS = 40;
const BASELINES = 'Persistence and climatology';

const COMMAND = {
  usage: 'evaluate --data D [--checkpoint C] [OPTIONS]',
  summary:
    "Scores forecasts from many initial times with WeatherBench 2's definitions, beside persistence and climatology;\nthese two alone without a checkpoint. Ctrl-C stops and writes the scores so far.",
  options: {
    ...DATA_OPTIONS,
    data: { ...DATA_OPTIONS.data, required: undefined }, // an earlier evaluation needs none
    checkpoint: { value: 'C.npz', help: 'model to score' },
    stats: {
      value: 'DIR',
      help: 'folder of the three statistics files',
      default: '`stats` beside the data, else computed',
    },
    steps: {
      value: 'N',
      help: 'longest lead time, in steps of 6 h',
      default: `${DEFAULT_STEPS}, or as far as the data reach`,
    },
    period: { value: 'FROM/TO', help: 'initial times, e.g. 2020 or 2020-01-01/2020-06-30', default: 'all' },
    every: { value: 'H', help: 'hours between initial times', default: '6' },
    climatology: {
      value: 'F.nc',
      help: "climatology (WeatherBench 2's layout), or data to compute it from; or 'none'",
      default: 'computed from --data',
    },
    'climatology-period': {
      value: 'FROM/TO',
      help: 'what to compute the climatology from',
      default: 'all',
    },
    'save-climatology': { value: 'F.nc', help: 'write the computed climatology there' },
    regions: { value: 'R,R', help: `of ${REGIONS.map(({ id }) => id).join(', ')}`, default: 'all' },
    fields: { value: 'V,V', help: "e.g. 'geopotential 500,2m_temperature'", default: 'all' },
    scores: { value: 'S.json', help: 'no evaluation: take the scores of an earlier one' },
    against: { value: 'S.json', help: 'another evaluation to compare with, in the scorecard' },
    out: {
      value: 'OUT',
      help: 'scores.json, scores.csv or scorecard.html by its ending, or a folder (OUT/) for all three; may be repeated',
      default: 'scores.json',
      several: true,
    },
    activations: ACTIVATIONS_OPTION,
    memory: MEMORY_OPTION,
    variant: VARIANT_OPTION,
    json: { help: 'print one JSON object' },
  },
} as const;

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  checkCombination(options);
  const outputs = outputsFor(options.texts('out'));
  const against = await loadScores(options.text('against'));
  if (against && outputs.scorecard.length === 0)
    throw new UsageError('--against is for the scorecard; choose an --out that ends in .html, or a folder.');
  const scores = (await loadScores(options.text('scores'))) ?? (await evaluate(options));
  const written = await writeOutputs(outputs, scores, against);
  report(scores, written, options.flag('json'));
}

/** Options that would be ignored are refused, so that nobody believes they had an effect. */
function checkCombination(options: ParsedOptions): void {
  const refuse = (names: string[], why: string) => {
    const given = names.find((name) => options.text(name) !== undefined);
    if (given) throw new UsageError(`--${given} ${why}`);
  };
  const own = Object.keys(COMMAND.options).filter(
    (name) => !['scores', 'against', 'out', 'json'].includes(name),
  );
  if (options.text('scores') !== undefined)
    refuse(own, 'is for an evaluation; --scores takes an earlier one.');
  else if (dataPaths(options).length === 0) throw new UsageError('--data is missing.');
  if (options.text('checkpoint') === undefined)
    refuse(['stats', 'memory', 'activations', 'variant'], 'is for a model; give its --checkpoint.');
  if (options.text('climatology') === 'none')
    refuse(['climatology-period', 'save-climatology'], 'is for a climatology, and there is to be none.');
}

async function loadScores(path: string | undefined): Promise<Scores | undefined> {
  if (path === undefined) return undefined;
  try {
    return parseScores(await readFile(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      `${path} cannot be read: ${reason(cause)}; give a scores.json of graphcast evaluate.`,
      { cause },
    );
  }
}

async function evaluate(options: ParsedOptions): Promise<Scores> {
  const checkpointPath = options.text('checkpoint');
  const regions = options.text('regions') ? regionsNamed(options.text('regions')!.split(',')) : REGIONS;
  const initialTimes = {
    period: periodOf(options, 'period'),
    everyHours: options.count('every', 6),
    steps: options.count('steps', DEFAULT_STEPS),
    needsPrevious: checkpointPath !== undefined,
  };
  const climatologyPeriod = periodOf(options, 'climatology-period');
  const savePath = options.text('save-climatology');
  if (savePath) checkWritable(savePath, '--save-climatology');
  const checkpoint = checkpointPath ? await loadCheckpoint(checkpointPath) : undefined;
  const activations = parseActivations(options.text('activations'));
  const dataset = await openData(options);
  const opened: { close(): void }[] = [dataset];
  try {
    if (checkpoint) checkFits(checkpoint, checkpointPath!, dataset);
    const wanted = options.text('fields')?.split(',');
    const task = checkpoint?.task ?? baselineTask(dataset, wanted);
    const layout = channelLayout(task);
    const reader = new WindowReader(dataset, task, layout);
    const forecasts = planForecasts(dataset.times, initialTimes);
    if (forecasts.length === 0) throw nothingToScore(dataset, initialTimes);
    const data = { dataset, reader, task, forecasts };
    const source = options.text('climatology');
    const climatology = await climatologyFor(source, climatologyPeriod, data);
    if (climatology) opened.push(climatology);
    if (savePath) await saveClimatology(savePath, climatology, data);
    const model = checkpoint && (await openModel(options, checkpoint, dataset, reader, activations));
    if (model) opened.push(model);
    const evaluation = new Evaluation({
      grid: dataset,
      layout,
      channels: chosenChannels(layout, wanted),
      forecasts,
      state: (frame) => reader.state(frame),
      frameAtTime: (time) => reader.frameAtTime(time),
      forecast: model?.forecast,
      climatology: climatology?.climatology,
      regions,
      landFraction: await landFraction(dataset),
    });
    await scoreAll(evaluation);
    return scoresOf(evaluation, {
      name: checkpointPath ? join(basename(dirname(checkpointPath)), basename(checkpointPath)) : BASELINES,
      description: checkpoint?.description ?? 'The baselines alone, without a model.',
      data: basename(dataset.name),
      units: (variable) => dataset.variables.get(variable)?.units || VARIABLES.get(variable)?.units || '',
    });
  } finally {
    for (const { close } of opened.reverse()) close();
  }
}

/** `--period` and the like: one date for a year, month or day as a whole, or two. */
function periodOf(options: ParsedOptions, name: string): Period | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const [first, last = first, ...more] = text.split('/');
  if (more.length > 0)
    throw new UsageError(`--${name} is '${text}', expected FROM/TO such as 2020-01-01/2020-06-30.`);
  return periodBetween([first, last], 'the period', `--${name}`);
}

function nothingToScore(dataset: Dataset, { period, needsPrevious }: InitialTimes): DatasetError {
  const { name, times } = dataset;
  const where = period ? ' in the period that was asked for' : '';
  return new DatasetError(
    `${name}: there is no initial time${where} that has a frame 6 h later${needsPrevious ? ' and one 6 h earlier' : ''} (the file holds ${times.length} frames from ${formatTime(times[0])} to ${formatTime(times[times.length - 1])}); use another period, or a file with consecutive frames.`,
  );
}

/** The model of a checkpoint, ready to forecast. */
async function openModel(
  options: ParsedOptions,
  checkpoint: Checkpoint,
  dataset: Dataset,
  reader: WindowReader,
  activations: ElementType | undefined,
) {
  const { task, modelConfig: config } = checkpoint;
  const { statistics } = await loadStatistics(options.text('stats'), dataPaths(options)[0], dataset, task);
  const gpu = await openGpu();
  const model = await createModel(gpu, {
    config,
    task,
    grid: dataset,
    statistics,
    activations,
    memoryBudget: memoryBudget(gpu, options.text('memory')),
    variant: variantOption(gpu, options.text('variant')),
  });
  model.writeParameters(parametersOf(checkpoint));
  const executor = new Executor(gpu);
  return {
    async *forecast({ frame, steps }: PlannedForecast) {
      yield* rollout(model, executor, await reader.readInitial(frame - 1, steps), steps);
    },
    close() {
      model.destroy();
      gpu.close();
    },
  };
}

/** Runs to the end, or until SIGINT or SIGTERM asks to stop. */
async function scoreAll(evaluation: Evaluation): Promise<void> {
  const signals = listenForStop();
  try {
    const total = evaluation.job.forecasts.reduce((sum, { steps }) => sum + steps, 0);
    const progress = new Progress(total, 'steps');
    for await (const { done, initialTime } of evaluation.run()) {
      progress.show(done, `from ${formatTime(initialTime)}`);
      if (!signals.received) continue;
      console.error(`Stopped by ${signals.received}.`);
      process.exitCode = exitCodeOf(signals.received);
      break;
    }
  } finally {
    signals.stopListening();
  }
}

/** The land-sea mask, where the data have a complete one. */
async function landFraction(dataset: Dataset): Promise<Float32Array | undefined> {
  if (!dataset.variables.has('land_sea_mask')) return undefined;
  const mask = await dataset.read('land_sea_mask', 0);
  return mask.every(Number.isFinite) ? mask : undefined;
}
