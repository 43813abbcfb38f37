/**
 * The engine behind the page: owns the device, the open data, the training run and the forecasts, and answers the
 * protocol's calls. Knows nothing of threads, so that tests run it anywhere.
 */
import { DeviceError, WorkbenchError } from '../errors';
import { writeCheckpoint } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { channelLayout } from '../weather/channels';
import { normalisation } from '../weather/normalisation';
import { type Gpu, openDevice } from '../webgpu/device';
import { Forecasts } from './forecasts';
import { meshEdges } from './mesh_edges';
import { loadDataset, OpenData } from './open_data';
import type {
  AdapterSummary,
  Answer,
  Arguments,
  CallName,
  ErrorReport,
  EventName,
  Events,
  ForecastSummary,
  RunPhase,
  TrainingSettings,
  UpdateReport,
} from './protocol';
import { aboutRun, firstParameters, runConfig } from './run_setup';
import { TrainingRun } from './training_run';
import { Turn } from './turn';

/** Shortest time between two messages about updates, ms: a fast GPU does hundreds a second. */
const REPORT_MILLISECONDS = 60;

type Handlers = { [K in CallName]: (argument: Arguments<K>) => Answer<K> | Promise<Answer<K>> };

export class Engine {
  private readonly gpuProvider: () => Promise<GPU | undefined>;
  private readonly post: <K extends EventName>(event: K, detail: Events[K]) => void;
  private readonly data = new OpenData();
  private readonly forecasts = new Forecasts((initialFrame) =>
    this.post('forecastDropped', { initialFrame }),
  );
  private readonly turn = new Turn();
  private gpu: Gpu | undefined;
  private run: TrainingRun | undefined;
  private phase: RunPhase = 'idle';
  /** Settles, never rejects, when the run stands still. */
  private advancing: Promise<void> = Promise.resolve();
  /** The model of a forecast without a run, and what it was made for. */
  private forecastModel: { key: string; model: Model } | undefined;
  /** Cancels the forecast that was asked for last. */
  private forecasting = new AbortController();
  private unreported: UpdateReport[] = [];
  private reportedAt = 0;

  /** @param gpuProvider `navigator.gpu`, or Dawn's in Node */
  constructor(
    gpuProvider: () => Promise<GPU | undefined>,
    post: <K extends EventName>(event: K, detail: Events[K]) => void,
  ) {
    this.gpuProvider = gpuProvider;
    this.post = post;
  }

  /** Answers one call. @throws WorkbenchError for the person at the page; anything else is a defect */
  async call<K extends CallName>(name: K, argument: Arguments<K>): Promise<Answer<K>> {
    return this.handlers[name](argument);
  }

  private readonly handlers: Handlers = {
    openDevice: () => this.openDevice(),
    openDataset: async (source) => {
      const { dataset, summary } = await loadDataset(source);
      await this.endRun();
      this.forecasts.clear();
      this.data.replace(dataset);
      this.setPhase('idle');
      return summary;
    },
    useStatistics: async ({ files }) => ({ names: await this.data.useStatistics(files) }),
    openCheckpoint: ({ file }) => this.data.openCheckpoint(file),
    closeCheckpoint: () => {
      this.data.closeCheckpoint();
    },
    field: ({ frame, ...field }) => this.data.field(field, frame),
    fieldSpread: (field) => this.data.fieldSpread(field),
    meshEdges: ({ meshSize }) => meshEdges(meshSize),
    train: async (settings) => {
      await this.prepare(settings);
      this.advancing = this.advance();
    },
    step: async (settings) => {
      await this.prepare(settings);
      this.advancing = this.advance(1);
    },
    pause: () => {
      this.run?.pause();
    },
    stop: async () => {
      this.run?.pause();
      await this.advancing;
      this.setPhase(this.run ? 'finished' : 'idle');
    },
    forecast: (request) => this.forecast(request),
    cancelForecast: () => {
      this.forecasting.abort();
    },
    forecastField: ({ initialFrame, leadHours, ...field }) =>
      this.forecasts.field(initialFrame, leadHours, field),
    forecastScores: ({ initialFrame, ...field }) => this.forecasts.scores(initialFrame, field),
    exportForecast: ({ initialFrame }) => this.forecasts.export(initialFrame),
    exportCheckpoint: async () => writeCheckpoint(await this.openRun.checkpoint()),
  };

  private async openDevice(): Promise<AdapterSummary> {
    if (!this.gpu) {
      const gpu = await openDevice(await this.gpuProvider());
      this.gpu = gpu;
      void gpu.lost.then(({ message }) => this.onDeviceLost(gpu, message));
    }
    const { description, vendor, architecture, isSoftware } = this.gpu.adapter;
    return {
      name: description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU',
      software: isSoftware,
    };
  }

  private onDeviceLost(gpu: Gpu, message: string): void {
    if (gpu !== this.gpu) return;
    this.gpu = undefined;
    this.forecastModel = undefined;
    this.run?.detach();
    if (this.run && this.phase !== 'finished') this.setPhase('paused');
    this.post('deviceLost', { message: message || 'The browser gave no reason.' });
  }

  private get device(): Gpu {
    if (!this.gpu) throw new DeviceError('There is no WebGPU device: start it again first.');
    return this.gpu;
  }

  private get openRun(): TrainingRun {
    if (!this.run)
      throw new WorkbenchError('There is no run whose parameters could be saved: train one first.');
    return this.run;
  }

  /** Builds the run that the settings ask for, or puts the paused one back onto the device. */
  private async prepare(settings: TrainingSettings): Promise<void> {
    const before = this.phase;
    if (before === 'preparing' || before === 'running')
      throw new WorkbenchError('A run is already going: pause it first.');
    this.setPhase('preparing', 'Preparing the run');
    try {
      const gpu = this.device;
      if (before !== 'paused') await this.startRun(settings);
      const run = this.openRun;
      await run.attach(gpu);
      this.post('runReady', { parameterCount: run.parameterCount, updates: run.total, done: run.updates });
    } catch (error) {
      this.setPhase(this.run?.updates ? before : 'idle');
      throw error;
    }
  }

  private async startRun(settings: TrainingSettings): Promise<void> {
    const config = runConfig(this.data, settings);
    const { dataset, checkpoint } = this.data;
    const statistics = await this.data.statistics(config.task, (done, total) =>
      this.setPhase('preparing', `Computing statistics, frame ${done} of ${total}`),
    );
    this.setPhase('preparing', 'Building the network');
    const parts = {
      dataset,
      statistics,
      config,
      parameters: firstParameters(config, checkpoint),
      about: aboutRun(this.data),
    };
    if (this.data.hasGivenStatistics) {
      const { missing } = normalisation(channelLayout(config.task), statistics);
      if (missing.length > 0) this.post('notice', { message: missingStatistics(missing) });
    }
    await this.endRun();
    this.run = new TrainingRun(parts, this.turn, (r) => this.report(r));
  }

  private async advance(most?: number): Promise<void> {
    const run = this.openRun;
    this.setPhase('running');
    try {
      await run.advance(most);
    } catch (error) {
      // A lost device is announced by its own event, perhaps a little later than what it breaks.
      if (error instanceof DeviceError) await new Promise((resolve) => setTimeout(resolve, 300));
      if (run.model) this.post('failed', describeError(error));
    }
    this.flushReports();
    if (run !== this.run || this.phase !== 'running') return;
    this.setPhase(run.isFinished ? 'finished' : 'paused');
  }

  private async endRun(): Promise<void> {
    this.run?.pause();
    this.forecasting.abort();
    await this.advancing;
    await this.turn.take(async () => {
      this.run?.destroy();
      this.run = undefined;
      this.forecastModel?.model.destroy();
      this.forecastModel = undefined;
    });
  }

  private async forecast(request: Arguments<'forecast'>): Promise<ForecastSummary> {
    const { settings, initialFrame, steps } = request;
    const { dataset } = this.data;
    const gpu = this.device;
    this.forecasting = new AbortController();
    const { signal } = this.forecasting;
    await this.run?.attach(gpu);
    return this.turn.take(async () => {
      const { model, task, parameters } = await this.forecastParts(settings);
      return this.forecasts.run({
        model,
        task,
        dataset,
        initialFrame,
        steps,
        parameters,
        signal,
        onFrame: (leadHours, done, seconds) =>
          this.post('forecastFrame', { initialFrame, leadHours, done, steps, seconds }),
      });
    });
  }

  /** The run's own model where there is one; else one with the checkpoint's or fresh parameters. */
  private async forecastParts(settings: TrainingSettings) {
    const { run, data } = this;
    if (run?.model) {
      return { model: run.model, task: run.config.task, parameters: `update ${run.updates}` };
    }
    const config = runConfig(data, settings);
    const key = JSON.stringify([
      data.dataset.name,
      data.checkpointName,
      config.task,
      config.model,
      config.seed,
    ]);
    if (this.forecastModel?.key !== key) {
      this.forecastModel?.model.destroy();
      this.forecastModel = undefined;
      const statistics = await data.statistics(config.task, () => {});
      const model = await createModel(this.device, {
        config: config.model,
        task: config.task,
        grid: data.dataset,
        statistics,
      });
      model.writeParameters(firstParameters(config, data.checkpoint));
      this.forecastModel = { key, model };
    }
    const parameters = data.checkpointName ?? 'random first weights';
    return { model: this.forecastModel.model, task: config.task, parameters };
  }

  private setPhase(phase: RunPhase, note?: string): void {
    this.phase = phase;
    this.post('phase', { phase, note });
  }

  private report(update: UpdateReport): void {
    this.unreported.push(update);
    if (performance.now() - this.reportedAt > REPORT_MILLISECONDS) this.flushReports();
  }

  private flushReports(): void {
    if (this.unreported.length === 0) return;
    this.post('updates', this.unreported);
    this.unreported = [];
    this.reportedAt = performance.now();
  }
}

function missingStatistics(missing: string[]): string {
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `The statistics lack ${missing.slice(0, 3).join(', ')}${more}: these fields reach the network as they are.`;
}

/** An error as it travels: its class's name and its sentence. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}
