import { PRESETS } from '../graphcast/config';
import {
  completeRunConfig,
  DEFAULT_PRESET,
  namingFile,
  presetModel,
  type RunConfig,
} from '../training/run_config';
import { activationsAt, batchSizeAt, mostArSteps, totalUpdates, weightsAt } from '../training/schedule';
import { schedulePoints } from '../training/schedule_points';
import { scheduleSvg } from '../training/schedule_svg';
import { rateInWords, stepsInWords } from '../training/schedule_words';
import type { Dataset } from '../weather/dataset';
import { periodNamed } from '../weather/periods';
import { TASKS } from '../weather/task';
import { WindowIndex } from '../weather/window_index';
import { openData } from './inputs';
import { protocolFor, readRunConfig } from './new_run';
import { type ParsedOptions, parseOptions, UsageError } from './options';
import { checkWritable, writeWhole } from './outputs';
import { drawSchedule, textTable } from './schedule_drawing';

const COMMAND = {
  usage: 'schedule [--preset P | --config RUN.json | --updates N] [--data D] [--json] [--svg F.svg]',
  summary:
    'Draws a training schedule before it is run: learning rate, autoregressive steps, batches and windows by phase.\nPhases are drawn in proportion to their updates, very short ones wider.',
  options: {
    preset: {
      value: 'P',
      help: `whose protocol: ${Object.keys(PRESETS).join(', ')}`,
      default: DEFAULT_PRESET,
    },
    config: { value: 'RUN.json', help: 'run configuration' },
    updates: { value: 'N', help: 'what `train --updates N` does' },
    data: { value: 'D.nc', help: "count epochs of these data's windows too", several: true },
    json: { help: 'print one JSON object, with the points of the curve' },
    svg: { value: 'F.svg', help: 'picture to write' },
  },
} as const;

/** What one phase does, in the words of `--json`. */
interface PhaseSummary {
  updates: number;
  learning_rate: RunConfig['phases'][number]['learning_rate'];
  ar_steps: RunConfig['phases'][number]['ar_steps'];
  batch_size: number;
  activations: string;
  /** Weights of variables in the loss that are not the reference's. */
  variable_weights?: Record<string, number>;
  windows: number;
  /** How often each window of the data is seen, on average. */
  epochs?: number;
}

export async function run(args: string[]): Promise<void> {
  const options = parseOptions(COMMAND, args);
  if (!options) return;
  const sources = ['preset', 'config', 'updates'].filter((name) => options.text(name) !== undefined);
  if (sources.length > 1) throw new UsageError(`--${sources.join(' and --')} exclude each other.`);
  const svg = options.text('svg');
  if (svg !== undefined) checkWritable(svg, '--svg');
  const dataset = options.text('data') === undefined ? undefined : await openData(options);
  const config = await scheduleConfig(options, dataset);
  const phases = summaries(config, dataset);
  if (svg !== undefined) await writeWhole(svg, new TextEncoder().encode(scheduleSvg(config.phases)), '--svg');
  dataset?.close();
  if (options.flag('json')) printJson(config, phases);
  else print(config, phases);
}

async function scheduleConfig(options: ParsedOptions, dataset: Dataset | undefined): Promise<RunConfig> {
  const path = options.text('config');
  const given = await readRunConfig(path);
  const preset = options.text('preset') ?? DEFAULT_PRESET;
  const isFree = !given.phases && options.text('updates') === undefined;
  const updates = options.count('updates', 1);
  return namingFile(path, () => {
    const protocol = isFree ? protocolFor(preset, dataset, given.periods) : {};
    return completeRunConfig(
      { ...protocol, ...given },
      { task: TASKS.TASK_13, model: presetModel(preset), updates },
    );
  });
}

function summaries(config: RunConfig, dataset: Dataset | undefined): PhaseSummary[] {
  const index = dataset && new WindowIndex(dataset, periodNamed(config.periods, 'train'));
  let start = 0;
  return config.phases.map((phase) => {
    const { updates, learning_rate, ar_steps } = phase;
    const batch_size = batchSizeAt(config, start);
    const activations = activationsAt(config, start);
    const variable_weights = weightsAt(config, start);
    start += updates;
    const windows = updates * batch_size;
    const summary: PhaseSummary = {
      ...{ updates, learning_rate, ar_steps, batch_size, activations, windows },
      ...(variable_weights && { variable_weights }),
    };
    if (index) summary.epochs = windows / index.requireWindows(mostArSteps([phase])).length;
    return summary;
  });
}

function printJson({ phases }: RunConfig, summaries: PhaseSummary[]): void {
  const points = schedulePoints(phases).map(({ update, learningRate, arSteps }) => ({
    update,
    learning_rate: learningRate,
    ar_steps: arSteps,
  }));
  const windows = summaries.reduce((sum, { windows }) => sum + windows, 0);
  console.log(JSON.stringify({ updates: totalUpdates(phases), windows, phases: summaries, points }));
}

function print({ phases }: RunConfig, summaries: PhaseSummary[]): void {
  const withEpochs = summaries.some(({ epochs }) => epochs !== undefined);
  const count = (value: number) => value.toLocaleString('en');
  const head = ['phase', 'updates', 'learning rate', 'AR steps', 'batch', 'activations', 'windows'];
  const rows = summaries.map((phase, i) => [
    `${i + 1}`,
    count(phase.updates),
    rateInWords(phase.learning_rate),
    stepsInWords(phase.ar_steps),
    count(phase.batch_size),
    phase.activations,
    count(phase.windows),
    ...(withEpochs ? [epochsInWords(phase.epochs!)] : []),
  ]);
  const sum = (value: (phase: PhaseSummary) => number) => summaries.reduce((s, phase) => s + value(phase), 0);
  const total = [
    'all',
    count(sum(({ updates }) => updates)),
    '',
    '',
    '',
    '',
    count(sum(({ windows }) => windows)),
  ];
  if (withEpochs) {
    head.push('epochs');
    total.push(epochsInWords(sum(({ epochs }) => epochs!)));
  }
  const numbers = [false, true, false, true, true, false, true, true];
  console.log(`${drawSchedule(phases)}\n\n${textTable([head, ...rows, total], numbers)}`);
  const weights = summaries.map(({ variable_weights }) => weightsInWords(variable_weights));
  if (weights.some(Boolean)) {
    const lines = weights.map((words, i) => `  phase ${i + 1}: ${words || "the reference's"}`);
    console.log(`\nWeights in the loss\n${lines.join('\n')}`);
  }
}

function weightsInWords(weights: Record<string, number> = {}): string {
  return Object.entries(weights)
    .map(([variable, weight]) => `${variable} ${weight}`)
    .join(', ');
}

function epochsInWords(epochs: number): string {
  return epochs < 100 ? epochs.toPrecision(2) : Math.round(epochs).toLocaleString('en');
}
