/** Scores of many forecasts of the open data, live: what `graphcast evaluate` computes, a step at a time. */
import { DatasetError } from '../errors';
import { type Climatology, climatologyData, RunningClimatology } from '../forecast/climatology';
import { Evaluation, type PlannedForecast, planForecasts } from '../forecast/evaluation';
import { scoresOf } from '../forecast/evaluation_scores';
import { regionsNamed } from '../forecast/regions';
import { type ForecastFrame, rollout } from '../forecast/rollout';
import type { Scores } from '../forecast/scores_file';
import type { ModelConfig } from '../graphcast/config';
import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { Period } from '../weather/periods';
import type { Statistics } from '../weather/statistics';
import type { Task } from '../weather/task';
import { VARIABLES } from '../weather/variables';
import { WindowReader } from '../weather/windows';
import type { Gpu } from '../webgpu/device';
import { Executor } from '../webgpu/execute';
import type { Turn } from '../webgpu/turn';
import { measuredVariants } from './measured_variants';
import type { ScoreReport } from './protocol';

/** Shortest time between two reports, ms: each holds every number so far. */
const REPORT_MILLISECONDS = 1500;
/** A year and a half: more frames take longer to average than to score. */
const MOST_CLIMATOLOGY_FRAMES = 2200;
/** Those that a small table can be switched between. */
const REGIONS = regionsNamed(['global', 'northern-hemisphere', 'southern-hemisphere', 'tropics']);

export interface ScoringRequest {
  gpu: Gpu;
  dataset: Dataset;
  statistics: Statistics;
  task: Task;
  model: ModelConfig;
  parameters: ReadonlyMap<string, Float32Array>;
  /** What made the parameters: 'update 120', a checkpoint's name. */
  name: string;
  /** Longest lead time, in steps of 6 h. */
  steps: number;
  /** Hours between initial times. */
  everyHours: number;
  /** Of the initial times; all of the data when left out. */
  period?: Period;
  /** Stops it; what has been scored until then is the answer. */
  signal: AbortSignal;
}

/**
 * Scores forecasts beside persistence and, where the data are not too long, their own climatology. The parameters have
 * a model of their own, so that a run can go on meanwhile: it and the forecasts take turns, step by step.
 *
 * @throws DatasetError when no initial time has frames around it
 */
export async function scoreForecasts(
  request: ScoringRequest,
  turn: Turn,
  report: (report: ScoreReport) => void,
): Promise<Scores> {
  const { gpu, dataset, task, steps, everyHours, period, signal } = request;
  const layout = channelLayout(task);
  const reader = new WindowReader(dataset, task, layout);
  const forecasts = planForecasts(dataset.times, { period, everyHours, steps, needsPrevious: true });
  if (forecasts.length === 0) {
    throw new DatasetError(
      `${dataset.name}${period ? ` in ${period.name}` : ''} has no initial time with a frame 6 h earlier and one 6 h later: open data with consecutive frames.`,
    );
  }
  const model = await turn.take(() => modelOf(request));
  try {
    const evaluation = new Evaluation({
      grid: dataset,
      layout,
      forecasts,
      state: (frame) => reader.state(frame),
      frameAtTime: (time) => reader.frameAtTime(time),
      forecast: (planned) => inTurns(turn, model, reader, planned),
      climatology: climatologyOf(dataset, reader, layout.state.length),
      regions: REGIONS,
    });
    const about = {
      name: request.name,
      description: period ? `Initial times in ${period.name}.` : 'Initial times in all of the open data.',
      data: dataset.name,
      units: (variable: string) =>
        dataset.variables.get(variable)?.units || VARIABLES.get(variable)?.units || '',
    };
    const start = performance.now();
    let reported = start;
    for await (const { done, total } of evaluation.run()) {
      if (signal.aborted) break;
      const now = performance.now();
      if (now - reported < REPORT_MILLISECONDS) continue;
      reported = now;
      const perSecond = (1000 * done) / (now - start);
      const secondsLeft = (total - done) / perSecond;
      report({
        scores: scoresOf(evaluation, about),
        progress: { done, total, unit: 'forecast steps', perSecond, secondsLeft },
      });
    }
    return scoresOf(evaluation, about);
  } finally {
    await turn.take(async () => model.destroy());
    gpu.expectHealthy();
  }
}

async function modelOf({ gpu, dataset, statistics, task, model: config, parameters }: ScoringRequest) {
  const model = await createModel(gpu, {
    config,
    task,
    grid: dataset,
    statistics,
    variant: measuredVariants(gpu),
  });
  model.writeParameters(parameters);
  return model;
}

/** A forecast that gives the device up after every step. */
async function* inTurns(
  turn: Turn,
  model: Model,
  reader: WindowReader,
  { frame, steps }: PlannedForecast,
): AsyncGenerator<ForecastFrame> {
  const window = await reader.readInitial(frame - 1, steps);
  const frames = rollout(model, new Executor(model.gpu), window, steps, { yields: true });
  try {
    for (;;) {
      const next = await turn.take(() => frames.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await turn.take(() => frames.return(undefined));
  }
}

function climatologyOf(dataset: Dataset, reader: WindowReader, channels: number): Climatology | undefined {
  const frames = [...dataset.times.keys()];
  if (frames.length > MOST_CLIMATOLOGY_FRAMES) return undefined;
  const state = (frame: number) => reader.state(frame);
  return new RunningClimatology(climatologyData(dataset, state, channels, frames), true);
}
