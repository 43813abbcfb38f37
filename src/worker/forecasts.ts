/** Forecasts of the open dataset, kept by initial frame: computing them, their fields, scores and files. */
import { DatasetError } from '../errors';
import { rollout } from '../forecast/rollout';
import { rootMeanSquareError, SpatialMeans } from '../forecast/spatial_means';
import type { Model } from '../graphcast/model';
import type { ChannelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { writeForecast } from '../weather/forecast_file';
import { writeForecastZip } from '../weather/forecast_zarr';
import type { Task } from '../weather/task';
import { WindowReader } from '../weather/windows';
import { Executor } from '../webgpu/execute';
import type { FieldName, FieldScores, ForecastFormat, ForecastSummary } from './protocol';
import type { SavedForecast } from './read_forecast';

/** Memory that forecasts may take before the oldest ones are dropped; the newest always stays. */
const CAPACITY_BYTES = 2 ** 30;

/** Replaced data whose forecasts can still be put back, and those that took their place. */
const MOST_FORMER = 2;

interface Stored {
  dataset: Dataset;
  layout: Pick<ChannelLayout, 'state'>;
  levels: number[];
  leadHours: number[];
  /** [state channels, grid nodes] per lead time, physical units. */
  states: Float32Array[];
  /** RMSE pairs already computed, by field and lead time. */
  scores: Map<string, { forecast: number; persistence: number } | null>;
}

export interface ForecastRequest {
  model: Model;
  task: Task;
  dataset: Dataset;
  initialFrame: number;
  steps: number;
  /** What the parameters are, in words. */
  parameters: string;
  /** Ends the forecast early; the frames computed so far are kept. */
  signal: AbortSignal;
  onFrame(leadHours: number, done: number, seconds: number): void;
}

export class Forecasts {
  private stored = new Map<number, Stored>();
  /** The one that the last forecast took the place of. */
  private replaced: { initialFrame: number; forecast: Stored } | undefined;
  /** Those of data that are not open any more, the latest first. */
  private former: Map<number, Stored>[] = [];
  private readonly onDropped: (initialFrame: number) => void;

  /** @param onDropped told of each forecast that had to make room */
  constructor(onDropped: (initialFrame: number) => void) {
    this.onDropped = onDropped;
  }

  /**
   * Runs a forecast, frame by frame, in place of any earlier one from the same initial frame, which
   * {@link restoreReplaced} puts back.
   * @throws DatasetError when there is no frame 6 h before the initial one, or a forcing cannot be had
   */
  async run(request: ForecastRequest): Promise<ForecastSummary> {
    const { model, task, dataset, initialFrame, steps, parameters, signal, onFrame } = request;
    const reader = new WindowReader(dataset, task, model.channels);
    const window = await reader.readInitial(initialFrame - 1, steps);
    const forecast: Stored = {
      dataset,
      layout: model.channels,
      levels: task.pressureLevels,
      leadHours: [],
      states: [],
      scores: new Map(),
    };
    const earlier = this.stored.get(initialFrame);
    this.replaced = earlier && { initialFrame, forecast: earlier };
    this.stored.delete(initialFrame);
    this.stored.set(initialFrame, forecast);
    let before = performance.now();
    for await (const frame of rollout(model, new Executor(model.gpu), window, steps)) {
      if (signal.aborted) break;
      forecast.leadHours.push(frame.leadHours);
      forecast.states.push(frame.state);
      this.makeRoom();
      const now = performance.now();
      onFrame(frame.leadHours, forecast.leadHours.length, (now - before) / 1000);
      before = now;
    }
    return { initialFrame, leadHours: forecast.leadHours, parameters, cancelled: signal.aborted };
  }

  /** Keeps a forecast that was made elsewhere, in place of any earlier one from the same initial frame. */
  keep({ initialFrame, channels, ...forecast }: SavedForecast, dataset: Dataset): void {
    this.stored.set(initialFrame, { ...forecast, dataset, layout: { state: channels }, scores: new Map() });
    this.makeRoom();
  }

  /** They belong to a dataset that is not open any more; {@link restoreFormer} puts them back. */
  clear(): void {
    this.former = [this.stored, ...this.former].slice(0, MOST_FORMER);
    this.stored = new Map();
    this.replaced = undefined;
  }

  /** Puts back the forecast that the last one took the place of. @returns whether there is one from that frame */
  restoreReplaced(initialFrame: number): boolean {
    const { replaced } = this;
    if (replaced?.initialFrame !== initialFrame) return false;
    this.replaced = undefined;
    this.stored.delete(initialFrame);
    this.stored.set(initialFrame, replaced.forecast);
    this.makeRoom();
    return true;
  }

  /** Puts back what {@link clear} took away, once its data are open again. @returns the initial frames */
  restoreFormer(dataset: Dataset): number[] {
    const theirs = this.former.flatMap((forecasts) => [...forecasts]).reverse();
    this.former = [];
    for (const [initialFrame, forecast] of theirs) {
      if (isSame(forecast.dataset, dataset)) this.stored.set(initialFrame, { ...forecast, dataset });
    }
    this.makeRoom();
    return [...this.stored.keys()];
  }

  /** Lets go of what could be put back. */
  forget(what: 'replaced' | 'former'): void {
    if (what === 'replaced') this.replaced = undefined;
    else this.former = [];
  }

  /** One forecast field, [lat, lon], in the variable's own unit. */
  field(initialFrame: number, leadHours: number, name: FieldName): Float32Array {
    const { states, leadHours: leads, layout } = this.get(initialFrame);
    const state = states[leads.indexOf(leadHours)];
    if (!state)
      throw new DatasetError(`The forecast holds no lead time of ${leadHours} h: run it with more steps.`);
    return plane(state, layout, name).slice();
  }

  /** RMSE of the forecast and of persistence, for every lead time that has a truth in the file. */
  async scores(initialFrame: number, name: FieldName): Promise<FieldScores> {
    const forecast = this.get(initialFrame);
    const result: FieldScores = { leadHours: [], forecast: [], persistence: [] };
    for (const [i, leadHours] of forecast.leadHours.entries()) {
      const key = `${name.variable} ${name.level} ${leadHours}`;
      let score = forecast.scores.get(key);
      if (score === undefined) {
        score = await this.score(forecast, initialFrame, i, name);
        forecast.scores.set(key, score);
      }
      if (!score) continue;
      result.leadHours.push(leadHours);
      result.forecast.push(score.forecast);
      result.persistence.push(score.persistence);
    }
    return result;
  }

  /** The forecast as a file in the layout of GraphCast's example datasets. */
  export(initialFrame: number, format: ForecastFormat = 'netcdf'): Promise<Uint8Array> {
    const { dataset, layout, levels, leadHours, states } = this.get(initialFrame);
    const { latitudes, longitudes, times } = dataset;
    const write = format === 'zarr' ? writeForecastZip : writeForecast;
    return write({
      latitudes,
      longitudes,
      levels,
      initialTime: times[initialFrame],
      leadHours,
      layout,
      states,
    });
  }

  private async score(forecast: Stored, initialFrame: number, i: number, name: FieldName) {
    const { dataset, layout, leadHours, states } = forecast;
    const valid = dataset.times[initialFrame] + leadHours[i] * 3600;
    const frame = dataset.times.indexOf(valid);
    if (frame < 0) return null;
    const levels = name.level === null ? undefined : [name.level];
    const [initial, truth] = await Promise.all([
      dataset.read(name.variable, initialFrame, levels),
      dataset.read(name.variable, frame, levels),
    ]);
    const means = new SpatialMeans(dataset);
    const rmse = (predicted: Float32Array) => rootMeanSquareError(means, predicted, truth);
    return { forecast: rmse(plane(states[i], layout, name)), persistence: rmse(initial) };
  }

  private get(initialFrame: number): Stored {
    const forecast = this.stored.get(initialFrame);
    if (!forecast) throw new DatasetError('There is no forecast from this initial time: run one first.');
    return forecast;
  }

  private makeRoom(): void {
    let bytes = sizeOfAll(this.stored);
    // What is out of sight makes room first.
    const former = this.former.reduce((sum, forecasts) => sum + sizeOfAll(forecasts), 0);
    if (bytes + former + sizeOf(this.replaced?.forecast.states ?? []) > CAPACITY_BYTES) {
      this.forget('former');
      this.forget('replaced');
    }
    for (const [initialFrame, { states }] of this.stored) {
      if (bytes <= CAPACITY_BYTES || this.stored.size === 1) return;
      bytes -= sizeOf(states);
      this.stored.delete(initialFrame);
      this.onDropped(initialFrame);
    }
  }
}

/** The data that a forecast started from, opened again. */
function isSame(a: Dataset, b: Dataset): boolean {
  return (
    a.name === b.name && String(a.times) === String(b.times) && a.latitudes.length === b.latitudes.length
  );
}

function sizeOfAll(forecasts: Map<number, Stored>): number {
  let bytes = 0;
  for (const { states } of forecasts.values()) bytes += sizeOf(states);
  return bytes;
}

function sizeOf(states: Float32Array[]): number {
  return states.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function plane(state: Float32Array, layout: Stored['layout'], { variable, level }: FieldName): Float32Array {
  const channel = layout.state.findIndex((c) => c.variable === variable && c.level === level);
  if (channel < 0) {
    const where = level === null ? '' : ` at ${level} hPa`;
    throw new DatasetError(
      `The forecast does not predict '${variable}'${where}: choose another variable or level.`,
    );
  }
  const nodes = state.length / layout.state.length;
  return state.subarray(channel * nodes, (channel + 1) * nodes);
}
