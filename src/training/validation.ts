/** How a network in training does on weather that it is not trained on. */
import { DatasetError } from '../errors';
import { type Climatology, climatologyData, DAY_SECONDS, RunningClimatology } from '../forecast/climatology';
import { fieldId } from '../forecast/field_names';
import { rollout } from '../forecast/rollout';
import { ScoreSums } from '../forecast/score_sums';
import { SpatialMeans } from '../forecast/spatial_means';
import type { Model } from '../graphcast/model';
import { planesApart, windowsSideBySide } from '../graphcast/side_by_side';
import { type ChannelLayout, channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { normalisation } from '../weather/normalisation';
import { type Period, periodNamed } from '../weather/periods';
import type { Statistics } from '../weather/statistics';
import type { Task } from '../weather/task';
import { FRAME_SECONDS } from '../weather/window_index';
import { WindowReader } from '../weather/windows';
import type { Executor } from '../webgpu/execute';
import { type ChannelWeights, channelWeights } from './loss_weights';
import { type Loss, lossFromSums } from './rollout_loss';
import type { RunConfig } from './run_config';

/** Lead times that are scored, in steps: 6, 24 and 72 h. */
const STEPS = [1, 4, 12];
/** About half of them are read, once: as many as some hundred updates read. */
const MOST_CLIMATOLOGY_FRAMES = 1000;

export interface ValidationOptions {
  dataset: Dataset;
  task: Task;
  statistics: Statistics;
  /** What is held out; every window lies in it as a whole. All data when left out. */
  period?: Period;
  /** How many forecasts are made, at most, spread evenly over the period. */
  windows: number;
  /** Weights of variables in the loss, in place of the reference's. */
  variableWeights?: Record<string, number>;
  /** Scored as a baseline where it is given. */
  climatology?: Climatology;
}

/** Scores by field, one number per lead time. */
export type ScoresByField = Record<string, number[]>;

export interface ValidationMetrics extends Loss {
  /** h; of 6, 24 and 72 those that any row of frames in the period reaches. */
  leadHours: number[];
  /** Forecasts by lead time; fewer reach the later ones. */
  n: number[];
  /**
   * Area-weighted, root after the mean over forecasts, in the field's units. Without `climatology` where the days that
   * it is the mean of lie in other seasons or cannot be read.
   */
  rmse: { forecast: ScoresByField; persistence: ScoresByField; climatology?: ScoresByField };
  seconds: number;
}

/**
 * Forecasts from the same few held-out initial times whenever it is asked, so that its figures can be compared over a
 * run. The loss is that of one step, by the definition that the network is trained with (spec 8).
 */
export class Validation {
  /** Lead times that are scored, in steps of 6 h. */
  readonly steps: number[];
  /** First frame of each window, and how far its truth reaches, in steps. */
  readonly windows: { first: number; steps: number }[];
  private readonly options: ValidationOptions;
  private readonly layout: ChannelLayout;
  private readonly weights: ChannelWeights;
  private readonly reader: WindowReader;
  private readonly means: SpatialMeans;
  /** [state channels]: what an error is divided by in the loss. */
  private readonly scale: Float32Array;
  private baselines: { persistence: ScoresByField; climatology?: ScoresByField } | undefined;

  /**
   * @throws ConfigError when the task is not valid
   * @throws DatasetError when the data do not fit the task, or the period holds no window with one target frame
   */
  constructor(options: ValidationOptions) {
    const { dataset, task, statistics, period, windows } = options;
    this.options = options;
    this.layout = channelLayout(task);
    this.weights = channelWeights(this.layout, options.variableWeights);
    this.reader = new WindowReader(dataset, task, this.layout);
    this.means = new SpatialMeans(dataset);
    this.scale = normalisation(this.layout, statistics).targetScale;
    const index = this.reader.windows(period);
    const possible = index.requireWindows(1);
    const count = Math.min(windows, possible.length);
    this.windows = Array.from({ length: count }, (_, i) => {
      const first = possible[Math.round((i * (possible.length - 1)) / Math.max(1, count - 1))];
      return { first, steps: STEPS.findLast((steps) => index.hasWindow(first, steps + 2))! };
    });
    this.steps = STEPS.filter((step) => this.windows.some(({ steps }) => steps >= step));
  }

  /**
   * Scores a model with the parameters that it has now, which it leaves as they are. Between two updates. As many
   * forecasts are made at once as the model takes windows.
   *
   * @throws DatasetError when a frame cannot be read or holds a NaN
   * @throws DeviceError when the device is lost
   */
  async run(model: Model, executor: Executor): Promise<ValidationMetrics> {
    const start = performance.now();
    const { layout, steps } = this;
    this.baselines ??= await this.scoreBaselines();
    const sums = this.emptySums();
    const { latitudes, longitudes } = this.options.dataset;
    const nodes = latitudes.length * longitudes.length;
    const atOnce = model.gridNodes / nodes;
    for (const { firsts, reach } of this.groups(atOnce)) {
      const windows = await Promise.all(firsts.map((first) => this.reader.readInitial(first, reach)));
      while (windows.length < atOnce) windows.push(windows[0]); // the model's places must all be filled
      const together = windowsSideBySide(windows, nodes);
      for await (const { step, state } of rollout(model, executor, together, reach)) {
        const lead = steps.indexOf(step);
        if (lead < 0) continue;
        const states = planesApart(state, nodes, atOnce);
        for (const [i, first] of firsts.entries()) await this.add(sums[lead], states[i], first + 1 + step);
      }
    }
    // As the loss sees it: normalised, of one step.
    const errors = layout.state.map((_, c) => (sums[0].scores(c, 0).rmse / this.scale[c]) ** 2);
    return {
      ...lossFromSums(Float32Array.from(errors), layout, this.weights, 1, 1),
      leadHours: steps.map((step) => (step * FRAME_SECONDS) / 3600),
      n: sums.map((sum) => sum.count(0)),
      rmse: { forecast: this.rmseOf(sums), ...this.baselines },
      seconds: (performance.now() - start) / 1000,
    };
  }

  /** The windows in groups of at most `most` that reach equally far. */
  private groups(most: number): { firsts: number[]; reach: number }[] {
    const groups: { firsts: number[]; reach: number }[] = [];
    for (const { first, steps: reach } of this.windows) {
      const open = groups.at(-1);
      if (open && open.reach === reach && open.firsts.length < most) open.firsts.push(first);
      else groups.push({ firsts: [first], reach });
    }
    return groups;
  }

  /** What never changes during a run. */
  private async scoreBaselines() {
    const { climatology, dataset } = this.options;
    const [persistence, climate] = [this.emptySums(), this.emptySums()];
    let isKnown = climatology !== undefined;
    for (const { first, steps: reach } of this.windows) {
      const initial = await this.reader.state(first + 1);
      for (const [lead, step] of this.steps.entries()) {
        if (step > reach) break;
        const frame = first + 1 + step;
        const normals = isKnown ? await climatology!.at(dataset.times[frame]).catch(unreadable) : undefined;
        isKnown = normals?.every((plane) => plane !== undefined) ?? false;
        await this.add(persistence[lead], initial, frame, normals, climate[lead]);
      }
    }
    return {
      persistence: this.rmseOf(persistence),
      ...(isKnown && { climatology: this.rmseOf(climate) }),
    };
  }

  private emptySums(): ScoreSums[] {
    return this.steps.map(() => new ScoreSums(this.layout.state.length, 1));
  }

  /** Adds one forecast of a frame, and the climatology's where there is one. */
  private async add(
    sums: ScoreSums,
    forecast: Float32Array,
    frame: number,
    normals?: Awaited<ReturnType<Climatology['at']>>,
    climate?: ScoreSums,
  ): Promise<void> {
    const truth = await this.reader.state(frame);
    const nodes = truth.length / this.layout.state.length;
    for (const c of this.layout.state.keys()) {
      const plane = (state: Float32Array) => state.subarray(c * nodes, (c + 1) * nodes);
      const means = this.means.of(plane(forecast), plane(truth), normals?.[c]);
      sums.add(c, means);
      climate?.addClimatology(c, means);
    }
  }

  private rmseOf(sums: ScoreSums[]): ScoresByField {
    return Object.fromEntries(
      this.layout.state.map((channel, c) => [fieldId(channel), sums.map((sum) => sum.scores(c, 0).rmse)]),
    );
  }
}

/**
 * How a run is validated, on the days that its configuration holds out; undefined when there are none.
 *
 * @param windows forecasts of a validation, at most
 * @param every updates between validations
 * @throws DatasetError when the days that are held out hold no window
 */
export function validationOfRun(
  dataset: Dataset,
  { task, periods, variable_weights: variableWeights }: RunConfig,
  statistics: Statistics,
  windows: number,
  every: number,
): { validation: Validation; every: number } | undefined {
  const period = periodNamed(periods, 'validation');
  if (!period) return undefined;
  const climatology = climatologyOfTraining(dataset, task, periodNamed(periods, 'train'));
  const validation = new Validation({
    ...{ dataset, task, statistics, period, windows, variableWeights, climatology },
  });
  return { validation, every };
}

/** A baseline may be missing where a run goes on without a frame. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof DatasetError)) throw error;
}

/** By day of the year, of the days that are trained on; of a long period days at equal distances stand for all. */
function climatologyOfTraining(dataset: Dataset, task: Task, period: Period | undefined): Climatology {
  const layout = channelLayout(task);
  const reader = new WindowReader(dataset, task, layout);
  const all = reader.windows(period).requireFrames();
  const dayOf = (frame: number) => Math.floor(dataset.times[frame] / DAY_SECONDS);
  const apart = Math.ceil(all.length / MOST_CLIMATOLOGY_FRAMES);
  const days = new Set([...new Set(all.map(dayOf))].filter((_, i) => i % apart === 0));
  const frames = all.filter((frame) => days.has(dayOf(frame)));
  const state = (frame: number) => reader.state(frame);
  return new RunningClimatology(climatologyData(dataset, state, layout.state.length, frames), false);
}
