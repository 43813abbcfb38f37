/** Scores many forecasts against the truth, beside persistence and climatology, one frame after another. */
import type { ChannelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import { pauseForEvents } from '../weather/event_loop';
import { FRAME_SECONDS } from '../weather/window_index';
import type { Climatology } from './climatology';
import { headlineFields } from './field_names';
import type { Region } from './regions';
import type { ForecastFrame } from './rollout';
import { ScoreSums } from './score_sums';
import { SpatialMeans } from './spatial_means';
import { ZonalSpectra } from './spectra';

/** One forecast to be made: from which frame, and how far there is a truth to compare it with. */
export interface PlannedForecast {
  /** Of the dataset. */
  frame: number;
  /** Seconds since 1970-01-01 UTC. */
  initialTime: number;
  steps: number;
}

export interface InitialTimes {
  /** Seconds since 1970-01-01 UTC: from, inclusive, and end, exclusive; all of the data when left out. */
  period?: { from: number; end: number };
  /** Hours between initial times, counted from the first. */
  everyHours: number;
  /** Longest lead time in steps of 6 h. */
  steps: number;
  /** Whether a forecast needs the frame 6 h before the initial time, as a model does and persistence does not. */
  needsPrevious: boolean;
}

/** The initial times of a dataset that have a truth at one lead time at least. */
export function planForecasts(times: ArrayLike<number>, options: InitialTimes): PlannedForecast[] {
  const { period, everyHours, steps, needsPrevious } = options;
  const held = new Set(Array.from(times));
  const possible = Array.from(times, (initialTime, frame) => {
    let last = steps;
    while (last > 0 && !held.has(initialTime + last * FRAME_SECONDS)) last--;
    return { frame, initialTime, steps: last };
  }).filter(
    ({ initialTime, steps: last }) =>
      last > 0 &&
      (!period || (initialTime >= period.from && initialTime < period.end)) &&
      (!needsPrevious || held.has(initialTime - FRAME_SECONDS)),
  );
  const first = possible[0]?.initialTime;
  return possible.filter(({ initialTime }) => (initialTime - first) % (everyHours * 3600) === 0);
}

export interface EvaluationJob {
  grid: Pick<Dataset, 'latitudes' | 'longitudes'>;
  layout: ChannelLayout;
  /** State channels to score; all when left out. */
  channels?: number[];
  forecasts: PlannedForecast[];
  /** True state of a frame, [state channels, grid nodes]. */
  state(frame: number): Promise<Float32Array>;
  /** The frame at a time (seconds since 1970-01-01 UTC), if there is one. */
  frameAtTime(time: number): number | undefined;
  /** A model's forecast; without it persistence and climatology are scored alone. */
  forecast?(planned: PlannedForecast): AsyncIterable<Pick<ForecastFrame, 'step' | 'state'>>;
  climatology?: Climatology;
  regions: readonly Region[];
  /** [grid nodes]; regions of land and sea need it. */
  landFraction?: Float32Array;
}

export interface EvaluationProgress {
  /** Steps of all forecasts. */
  done: number;
  total: number;
  /** Seconds since 1970-01-01 UTC. */
  initialTime: number;
  leadHours: number;
}

/** Lead times whose spectra are kept, h; the longest one is too. */
const SPECTRUM_HOURS = [6, 24, 72, 120, 240];

/** Spectra of one source, field and lead time: sums over times, per band. */
export interface SpectrumSum {
  source: 'forecast' | 'persistence' | 'truth';
  channel: number;
  step: number;
  energies: Float64Array[];
  times: number;
}

/**
 * An evaluation under way. Whatever has been scored can be asked for at any time, so a page can show it live and an
 * evaluation that was stopped is one of fewer forecasts.
 */
export class Evaluation {
  readonly job: EvaluationJob;
  readonly means: SpatialMeans;
  readonly spectra: ZonalSpectra;
  /** Longest lead time, in steps. */
  readonly steps: number;
  /** Which state channels are scored: field f is channel `channels[f]`. */
  readonly channels: number[];
  /** Sums by step less 1. */
  readonly sums: Record<'forecast' | 'persistence' | 'climatology', ScoreSums[]>;
  readonly spectrumSums = new Map<string, SpectrumSum>();
  /** Forecasts that were scored at one lead time at least. */
  readonly begun: PlannedForecast[] = [];
  /** Forecasts that were not finite any more, with the first such lead time in steps. */
  readonly diverged = new Map<number, number>();
  /** Whether every forecast has been scored. */
  finished = false;
  private readonly spectrumChannels: Set<number>;
  private readonly spectrumSteps: Set<number>;

  constructor(job: EvaluationJob) {
    this.job = job;
    this.channels = job.channels ?? [...job.layout.state.keys()];
    this.means = new SpatialMeans(job.grid, job.regions, job.landFraction);
    this.spectra = new ZonalSpectra(job.grid);
    this.steps = Math.max(0, ...job.forecasts.map(({ steps }) => steps));
    const perStep = () =>
      Array.from(
        { length: this.steps },
        () => new ScoreSums(this.channels.length, this.means.regions.length),
      );
    this.sums = { forecast: perStep(), persistence: perStep(), climatology: perStep() };
    const scored = this.channels.map((channel) => ({ ...job.layout.state[channel], channel }));
    this.spectrumChannels = new Set(headlineFields(scored).map(({ channel }) => channel));
    const wanted = SPECTRUM_HOURS.map((hours) => (hours * 3600) / FRAME_SECONDS);
    this.spectrumSteps = new Set([...wanted, this.steps]);
  }

  /**
   * Makes and scores the forecasts. Leaving the loop stops it.
   *
   * @throws DatasetError when a frame cannot be read or holds a NaN
   * @throws DeviceError when the device is lost
   */
  async *run(): AsyncGenerator<EvaluationProgress> {
    const { forecasts } = this.job;
    const total = forecasts.reduce((sum, { steps }) => sum + steps, 0);
    let before = 0;
    for (const planned of forecasts) {
      const { initialTime, steps } = planned;
      for await (const step of this.frames(planned)) {
        yield { done: before + step, total, initialTime, leadHours: (step * FRAME_SECONDS) / 3600 };
      }
      before += steps;
    }
    this.finished = true;
  }

  /** Scores one forecast, step by step. */
  private async *frames(planned: PlannedForecast): AsyncGenerator<number> {
    const { forecast, state } = this.job;
    const initial = await state(planned.frame);
    if (!forecast) {
      for (let step = 1; step <= planned.steps; step++) {
        await this.score(planned, step, initial);
        yield step;
      }
      return;
    }
    for await (const frame of forecast(planned)) {
      await this.score(planned, frame.step, initial, frame.state);
      yield frame.step;
    }
  }

  /** Adds one lead time of one forecast, where there is a truth. */
  private async score(
    planned: PlannedForecast,
    step: number,
    initial: Float32Array,
    forecast?: Float32Array,
  ): Promise<void> {
    const { climatology, frameAtTime, state, grid } = this.job;
    const time = planned.initialTime + step * FRAME_SECONDS;
    const frame = frameAtTime(time);
    if (frame === undefined) return;
    const truth = await state(frame);
    const normals = await climatology?.at(time);
    if (this.begun.at(-1) !== planned) this.begun.push(planned);
    const nodes = grid.latitudes.length * grid.longitudes.length;
    for (const [field, channel] of this.channels.entries()) {
      await pauseForEvents();
      const plane = (all: Float32Array) => all.subarray(channel * nodes, (channel + 1) * nodes);
      const normal = normals?.[channel];
      const sources = { persistence: initial, ...(forecast ? { forecast } : {}) };
      for (const [source, values] of Object.entries(sources) as ['persistence', Float32Array][]) {
        const means = this.means.of(plane(values), plane(truth), normal);
        this.sums[source][step - 1].add(field, means);
        if (source === 'persistence') this.sums.climatology[step - 1].addClimatology(field, means);
        else if (!Number.isFinite(means[0].squaredError) && !this.diverged.has(planned.frame))
          this.diverged.set(planned.frame, step);
      }
      if (!this.spectrumChannels.has(channel) || !this.spectrumSteps.has(step)) continue;
      for (const [source, values] of Object.entries({ ...sources, truth }))
        this.addSpectrum(source as SpectrumSum['source'], channel, step, plane(values));
    }
  }

  private addSpectrum(
    source: SpectrumSum['source'],
    channel: number,
    step: number,
    plane: Float32Array,
  ): void {
    const key = `${source} ${channel} ${step}`;
    const energies = this.spectra.of(plane);
    const sum = this.spectrumSums.get(key);
    if (!sum) {
      this.spectrumSums.set(key, { source, channel, step, energies, times: 1 });
      return;
    }
    sum.times++;
    for (const [band, energy] of energies.entries())
      for (let k = 0; k < energy.length; k++) sum.energies[band][k] += energy[k];
  }
}
