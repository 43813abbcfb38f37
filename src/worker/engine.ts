/**
 * The engine behind the page: owns the device, the open data, the training run and the forecasts, and answers the
 * protocol's calls. Knows nothing of threads, so that tests run it anywhere.
 */
import { describeError } from '../error_report';
import { DeviceError, WorkbenchError } from '../errors';
import { writeCheckpoint } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import { AlarmWatch } from '../training/alarms';
import { requireWindows } from '../training/window_sequence';
import { channelLayout } from '../weather/channels';
import { openDataset } from '../weather/dataset';
import { normalisation } from '../weather/normalisation';
import { periodNamed } from '../weather/periods';
import { type Gpu, openDevice } from '../webgpu/device';
import { browserRunFolders } from './browser_run_folders';
import { Forecasts } from './forecasts';
import { type CurrentNetwork, Inspection } from './inspection';
import { KeptRuns } from './kept_runs';
import { KernelWatch } from './kernel_watch';
import { measuredVariants } from './measured_variants';
import { memoryPlan } from './memory_plan';
import { meshEdges, nodeEdges } from './mesh_edges';
import { loadDataset, OpenData } from './open_data';
import type {
  AdapterSummary,
  Answer,
  Arguments,
  CallName,
  EventName,
  Events,
  ForecastSummary,
  RunPhase,
  TrainingSettings,
  UpdateReport,
  WorkProgress,
} from './protocol';
import { readForecast } from './read_forecast';
import type { RunFolders } from './run_files';
import {
  aboutRun,
  firstParameters,
  forecastConfig,
  runConfig,
  startOf,
  validateEvery,
  validationOf,
} from './run_setup';
import { scoreForecasts } from './scoring';
import { type RunListener, type RunParts, TrainingRun } from './training_run';
import { Turn } from './turn';

/** Shortest time between two messages about updates, ms: a fast GPU does hundreds a second. */
const REPORT_MILLISECONDS = 60;

/** How long to wait before a lost device is asked for again, ms, one after the other. */
const RETRY_MILLISECONDS = [200, 1000, 3000, 8000];
/** A device that is lost as often without anything having been learnt in between is not asked for again. */
const MOST_LOSSES = 3;

type Handlers = { [K in CallName]: (argument: Arguments<K>) => Answer<K> | Promise<Answer<K>> };

export class Engine {
  private readonly gpuProvider: () => Promise<GPU | undefined>;
  private readonly post: <K extends EventName>(event: K, detail: Events[K]) => void;
  private readonly open: typeof openDataset;
  private readonly data = new OpenData();
  private readonly forecasts = new Forecasts((initialFrame) =>
    this.post('forecastDropped', { initialFrame }),
  );
  /** One command at a time changes what is open, the run and its phase. */
  private readonly commands = new Turn();
  /** One piece of work at a time uses the device; a running run gives it up after every update. */
  private readonly device = new Turn();
  private readonly kernelWatch = new KernelWatch((report) => this.post('kernels', report));
  private gpu: Gpu | undefined;
  private run: TrainingRun | undefined;
  /** Updates that the run under way is to do. */
  private most: number | undefined;
  /** Losses of a device since the run was last saved further on. */
  private losses = { update: -1, count: 0 };
  private readonly runFolders: () => Promise<RunFolders>;
  private readonly kept = new KeptRuns(() => this.runFolders(), {
    changed: (runs) => this.post('keptRuns', runs),
    notSaved: (why) => this.post('notice', { message: notSaved(why) }),
  });
  /** Forecasts use the run's parameters; a checkpoint or statistics opened after its end come before it. */
  private runLeads = false;
  private phase: RunPhase = 'idle';
  /** Settles, never rejects, when the run stands still. */
  private advancing: Promise<void> = Promise.resolve();
  /** Cancels the runs that are being prepared or wait for it. */
  private preparing = new AbortController();
  /** The model of a forecast without a run, and what it was made for; dropped when what is open changes. */
  private forecastModel: { key: string; model: Model } | undefined;
  /** Cancels the forecast that was asked for last. */
  private forecasting = new AbortController();
  /** Cancels the scoring that was asked for last. */
  private scoring = new AbortController();
  private readonly inspection = new Inspection();
  /** Cancels the sensitivity that was asked for last. */
  private deriving = new AbortController();
  private unreported: UpdateReport[] = [];
  private reportedAt = 0;

  /**
   * @param gpuProvider `navigator.gpu`, or Dawn's in Node
   * @param open opens a dataset, here or in a thread of its own
   * @param runFolders where runs are kept
   */
  constructor(
    gpuProvider: () => Promise<GPU | undefined>,
    post: <K extends EventName>(event: K, detail: Events[K]) => void,
    open = openDataset,
    runFolders: () => Promise<RunFolders> = browserRunFolders,
  ) {
    this.runFolders = runFolders;
    this.open = open;
    this.gpuProvider = gpuProvider;
    this.post = post;
  }

  /** Answers one call. @throws WorkbenchError for the person at the page; anything else is a defect */
  async call<K extends CallName>(name: K, argument: Arguments<K>): Promise<Answer<K>> {
    try {
      return await this.handlers[name](argument);
    } catch (error) {
      if (error instanceof DeviceError) this.dropFaultyDevice();
      throw error;
    }
  }

  private readonly handlers: Handlers = {
    ...this.kept.handlers,
    removeRun: (which) => {
      if (this.isRunOpen && this.run?.keeper.id === which.id) {
        throw new WorkbenchError('This run is open: stop it before it is deleted.');
      }
      return this.kept.handlers.removeRun(which);
    },
    openRun: ({ id }) => this.commands.take(() => this.openKeptRun(id)),
    saveRun: async () => {
      await this.run?.saveSoon();
      return undefined;
    },
    openDevice: () => this.openDevice(),
    openDataset: async (source) => {
      const { dataset, summary } = await loadDataset(source, this.open);
      this.cancelPreparing();
      return this.commands.take(async () => {
        await this.endRun(() => {
          this.forecasts.clear();
          this.inspection.drop(true);
          this.data.replace(dataset);
        });
        this.setPhase('idle');
        return summary;
      });
    },
    useStatistics: ({ files }) =>
      this.changeParts(async () => ({ names: await this.data.takeStatistics(files) })),
    openCheckpoint: ({ file }) => this.changeParts(() => this.data.openCheckpoint(file)),
    openStarter: (files) => this.changeParts(() => this.data.openStarter(files)),
    closeCheckpoint: () =>
      this.changeParts<undefined>(async () => {
        this.data.closeCheckpoint();
      }),
    field: ({ frame, ...field }) => this.data.field(field, frame),
    fieldSpread: (field) => this.data.fieldSpread(field),
    meshEdges: ({ meshSize }) => meshEdges(meshSize),
    nodeEdges: (node) => nodeEdges(node),
    restoreForecast: ({ initialFrame }) => this.forecasts.restoreReplaced(initialFrame),
    restoreForecasts: () => this.forecasts.restoreFormer(this.data.dataset),
    forgetForecasts: ({ what }) => this.forecasts.forget(what) as undefined,
    train: (settings) => this.start(settings),
    step: (settings) => this.start(settings, 1),
    pause: () => {
      this.cancelPreparing();
      this.run?.pause();
    },
    stop: () => {
      this.cancelPreparing();
      this.run?.pause();
      return this.commands.take<undefined>(async () => {
        this.run?.pause();
        await this.advancing;
        if (this.run?.updates === 0) await this.endRun();
        this.setPhase(this.run ? 'finished' : 'idle');
      });
    },
    forecast: (request) => this.forecast(request),
    openForecast: ({ file }) => this.openForecast(file),
    cancelForecast: () => {
      this.forecasting.abort();
    },
    forecastField: ({ initialFrame, leadHours, ...field }) =>
      this.forecasts.field(initialFrame, leadHours, field),
    forecastScores: ({ initialFrame, ...field }) => this.forecasts.scores(initialFrame, field),
    score: (question) => this.score(question),
    cancelScore: () => {
      this.scoring.abort();
    },
    networkGraph: ({ settings }) =>
      this.inspection.graph(
        this.leadingRun?.config ?? forecastConfig(this.data, settings),
        this.data.dataset,
      ),
    readNetwork: async ({ settings, initialFrame }) => {
      const gpu = this.openGpu;
      const network = await this.currentNetwork(settings);
      return this.device.take(() => this.inspection.read(gpu, network, initialFrame));
    },
    sensitivity: (question) => this.sensitivity(question),
    cancelSensitivity: () => {
      this.deriving.abort();
    },
    sensitivityField: ({ frame, ...field }) => this.inspection.field(field, frame),
    exportForecast: ({ initialFrame, format }) => this.forecasts.export(initialFrame, format),
    exportCheckpoint: async () => writeCheckpoint(await this.openRun.checkpoint()),
    watchKernels: ({ watch }) => {
      this.kernelWatch.watching = watch;
    },
    compiledKernels: () => [...(this.gpu?.compiled ?? [])],
    memoryPlan: (request) => memoryPlan(this.data, request, this.gpu),
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

  /** @param again the device is worth asking for again: it was lost, and did not fail at what it was asked to do */
  private onDeviceLost(gpu: Gpu, message: string, again = true): void {
    if (gpu !== this.gpu) return;
    this.gpu = undefined;
    this.forecastModel = undefined;
    const { run } = this;
    const going = run !== undefined && this.phase === 'running';
    run?.detach();
    this.flushReports();
    if (run) this.announce(run);
    const recovering = going && again && this.countLoss(run.updates) <= MOST_LOSSES;
    if (going) this.setPhase(recovering ? 'preparing' : 'paused', 'Asking for the GPU again');
    this.post('deviceLost', { message: message || 'The browser gave no reason.', recovering });
    if (!recovering) return;
    const { signal } = this.preparing;
    void this.commands.take(() => this.recover(run, signal));
  }

  private countLoss(update: number): number {
    this.losses = { update, count: update > this.losses.update ? 1 : this.losses.count + 1 };
    return this.losses.count;
  }

  /** Goes on with a run on another device, where it was last read back. Never rejects. */
  private async recover(run: TrainingRun, signal: AbortSignal): Promise<void> {
    await this.advancing;
    let message = '';
    for (const wait of RETRY_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (signal.aborted || run !== this.run) break;
      try {
        const adapter = await this.openDevice();
        await run.attach(this.openGpu);
        this.post('deviceBack', { ...adapter, update: run.updates });
        this.advancing = this.advance(run, this.most);
        return;
      } catch (error) {
        message = error instanceof Error ? error.message : String(error);
      }
    }
    this.setPhase('paused');
    if (!this.gpu) this.post('deviceLost', { message, recovering: false });
  }

  /** A device that has reported an error stays wrong: it is given up as if it were lost. */
  private dropFaultyDevice(): void {
    const { gpu } = this;
    try {
      gpu?.expectHealthy();
    } catch (fault) {
      this.onDeviceLost(gpu!, (fault as DeviceError).message, false);
      gpu!.close();
    }
  }

  private get openGpu(): Gpu {
    if (!this.gpu) throw new DeviceError('There is no WebGPU device: start it again first.');
    return this.gpu;
  }

  private get openRun(): TrainingRun {
    if (!this.run)
      throw new WorkbenchError('There is no run whose parameters could be saved: train one first.');
    return this.run;
  }

  /** Lets files come in that runs and forecasts are made of. */
  private changeParts<T>(change: () => Promise<T>): Promise<T> {
    return this.commands.take(async () => {
      if (this.isRunOpen)
        throw new WorkbenchError(
          'A run is open, and its statistics and checkpoint are fixed: stop it first.',
        );
      const result = await change();
      this.runLeads = false;
      await this.device.take(async () => this.dropForecastModel());
      return result;
    });
  }

  /** Trains with the run that the settings ask for, or with the paused one, for at most `most` updates. */
  private start(settings: TrainingSettings, most?: number): Promise<undefined> {
    const { signal } = this.preparing;
    return this.commands.take(() => this.prepare(settings, signal, most));
  }

  private async prepare(settings: TrainingSettings, signal: AbortSignal, most?: number): Promise<undefined> {
    const before = this.phase;
    if (before === 'running') throw new WorkbenchError('A run is already going: pause it first.');
    this.setPhase('preparing', 'Preparing the run');
    try {
      await this.advancing;
      signal.throwIfAborted();
      const gpu = this.openGpu;
      const run = before === 'paused' ? this.openRun : await this.buildRun(settings, signal);
      await run.attach(gpu);
      if (run !== this.run) await this.kept.begin(run.parts, settings);
      if (signal.aborted && run !== this.run) {
        run.destroy();
        run.keeper.close();
      }
      signal.throwIfAborted();
      this.lead(run);
      if (run.updates === 0) this.post('alarms', AlarmWatch.ofSchedule(run.config.phases));
      this.most = most;
      this.advancing = this.advance(run, most);
    } catch (error) {
      this.setPhase(before);
      if (!signal.aborted) throw error;
    }
  }

  private cancelPreparing(): void {
    this.preparing.abort();
    this.preparing = new AbortController();
  }

  /** A new run. The former one makes room on the device, but stays in memory until the new one is there. */
  private async buildRun(settings: TrainingSettings, signal: AbortSignal): Promise<TrainingRun> {
    const config = runConfig(this.data, settings);
    const { dataset } = this.data;
    const checkpoint = startOf(this.data, settings);
    requireWindows(dataset, config);
    const start = performance.now();
    const onProgress = (done: number, total: number) => {
      const perSecond = (1000 * done) / (performance.now() - start);
      const progress = { done, total, unit: 'frames', perSecond, secondsLeft: (total - done) / perSecond };
      this.setPhase('preparing', 'Computing statistics', progress);
    };
    const statistics = await this.data.statistics(config, { signal, onProgress });
    signal.throwIfAborted();
    this.setPhase('preparing', 'Building the network');
    if (this.data.hasGivenStatistics) {
      const { missing } = normalisation(channelLayout(config.task), statistics);
      if (missing.length > 0) this.post('notice', { message: missingStatistics(missing) });
    }
    this.forecasting.abort();
    await this.device.take(async () => {
      this.run?.destroy();
      this.dropForecastModel();
    });
    const parts = {
      dataset,
      statistics,
      config,
      parameters: firstParameters(config, checkpoint),
      about: aboutRun(this.data, checkpoint),
      validation: validationOf(dataset, config, statistics, validateEvery(settings)),
      keeper: this.kept.newKeeper(),
    };
    return this.newRun(parts);
  }

  private newRun(parts: RunParts): TrainingRun {
    const listener: RunListener = {
      update: (report) => this.report(report),
      validating: () => this.setPhase('running', 'Validating on held-out days'),
      validated: (report) => {
        this.flushReports();
        this.post('validation', report);
        this.setPhase('running');
      },
      alarms: (alarms) => this.post('alarms', alarms),
    };
    return new TrainingRun(parts, this.device, this.kernelWatch, listener);
  }

  /** Opens a run that the browser keeps, on the open data. */
  private async openKeptRun(id: string): Promise<undefined> {
    if (this.isRunOpen) throw new WorkbenchError('A run is open: stop it before another is opened.');
    await this.advancing;
    const run = this.newRun(await this.kept.open(id, this.data.dataset));
    this.forecasting.abort();
    await this.device.take(async () => {
      this.run?.destroy();
      this.dropForecastModel();
    });
    this.lead(run);
    this.setPhase(run.isFinished ? 'finished' : 'paused');
  }

  /** Forecasts use the run's parameters from now on. */
  private lead(run: TrainingRun): void {
    if (this.run?.keeper.id !== run.keeper.id) this.run?.keeper.close();
    this.run = run;
    this.runLeads = true;
    this.announce(run);
  }

  private get isRunOpen(): boolean {
    return this.phase === 'running' || this.phase === 'paused' || this.phase === 'preparing';
  }

  /** Never rejects: what goes wrong is posted. */
  private async advance(run: TrainingRun, most?: number): Promise<void> {
    const { gpu } = this;
    this.setPhase('running');
    try {
      await run.advance(most);
    } catch (error) {
      // What breaks a device is reported a little later than its first victim.
      if (error instanceof DeviceError) await new Promise((resolve) => setTimeout(resolve, 300));
      this.dropFaultyDevice();
      this.flushReports();
      // A device that is gone has been announced, and perhaps replaced, already.
      if (this.gpu === gpu) {
        this.announce(run);
        this.post('failed', describeError(error));
      }
    }
    this.flushReports();
    if (this.phase === 'running') this.setPhase(run.isFinished ? 'finished' : 'paused');
  }

  /** Ends the run and every forecast; then, before anything else uses the device, `replace` takes place. */
  private async endRun(replace = () => {}): Promise<void> {
    this.run?.pause();
    this.forecasting.abort();
    this.scoring.abort();
    this.deriving.abort();
    await this.advancing;
    await this.device.take(async () => {
      this.run?.destroy();
      this.run?.keeper.close();
      this.run = undefined;
      this.dropForecastModel();
      replace();
    });
  }

  private dropForecastModel(): void {
    this.forecastModel?.model.destroy();
    this.forecastModel = undefined;
    this.inspection.drop();
  }

  private async forecast(request: Arguments<'forecast'>): Promise<ForecastSummary> {
    const { settings, initialFrame, steps } = request;
    this.forecasting = new AbortController();
    const { signal } = this.forecasting;
    const gpu = this.openGpu;
    await this.commands.take(async () => {
      if (this.leadingRun) await this.leadingRun.attach(gpu);
    });
    return this.device.take(async () => {
      if (signal.aborted) return { initialFrame, leadHours: [], parameters: '', cancelled: true };
      const { model, task, parameters } = await this.forecastParts(settings, gpu);
      return this.forecasts.run({
        model,
        task,
        dataset: this.data.dataset,
        initialFrame,
        steps,
        parameters,
        signal,
        onFrame: (leadHours, done, seconds) =>
          this.post('forecastFrame', { initialFrame, leadHours, done, steps, seconds }),
      });
    });
  }

  private async openForecast(file: File): Promise<ForecastSummary> {
    const saved = await this.open([file]);
    try {
      const { dataset } = this.data;
      const forecast = await readForecast(saved, dataset);
      this.forecasts.keep(forecast, dataset);
      const { initialFrame, leadHours } = forecast;
      return { initialFrame, leadHours, parameters: file.name, cancelled: false };
    } finally {
      saved.close();
    }
  }

  /** Scores the parameters that forecasts use, on days that the run has not seen where it keeps some. */
  private async score({ settings, steps, everyHours }: Arguments<'score'>): Promise<Answer<'score'>> {
    this.scoring.abort();
    this.scoring = new AbortController();
    const { signal } = this.scoring;
    const gpu = this.openGpu;
    const { config, ...network } = await this.currentNetwork(settings);
    const request = {
      ...network,
      gpu,
      task: config.task,
      model: config.model,
      steps,
      everyHours,
      period: periodNamed(config.periods, 'test') ?? periodNamed(config.periods, 'validation'),
      signal,
    };
    const scores = await scoreForecasts(request, this.device, (report) => this.post('scores', report));
    return { scores, cancelled: signal.aborted };
  }

  private async sensitivity({
    settings,
    ...question
  }: Arguments<'sensitivity'>): Promise<Answer<'sensitivity'>> {
    this.deriving.abort();
    this.deriving = new AbortController();
    const { signal } = this.deriving;
    const gpu = this.openGpu;
    const network = await this.currentNetwork(settings);
    const onProgress = (progress: WorkProgress) => this.post('sensitivityProgress', progress);
    try {
      return await this.device.take(async () => {
        signal.throwIfAborted();
        return this.inspection.sensitivity(gpu, network, question, signal, onProgress);
      });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  /** The network that forecasts are made with, parameters read back: for work on a model of its own. */
  private async currentNetwork(settings: TrainingSettings): Promise<CurrentNetwork> {
    const { data, leadingRun: run } = this;
    const { dataset } = data;
    const config = run?.config ?? forecastConfig(data, settings);
    const checkpoint = run ? await run.checkpoint() : data.checkpoint;
    return {
      config,
      dataset,
      statistics: await data.statistics(config),
      parameters: firstParameters(config, checkpoint),
      name: run ? `update ${run.updates}` : (data.checkpointName ?? 'random first weights'),
    };
  }

  /** The run whose parameters forecasts use, once it has learnt something. */
  private get leadingRun(): TrainingRun | undefined {
    return this.runLeads && this.run && this.run.updates > 0 ? this.run : undefined;
  }

  /** The run's own model where there is one; else one with the checkpoint's or fresh parameters. */
  private async forecastParts(settings: TrainingSettings, gpu: Gpu) {
    const { data, leadingRun: run } = this;
    if (run?.model?.gpu === gpu) {
      return { model: run.model, task: run.config.task, parameters: `update ${run.updates}` };
    }
    const config = forecastConfig(data, settings);
    const key = JSON.stringify([config.task, config.model, config.seed, config.periods]);
    if (this.forecastModel?.key !== key || this.forecastModel.model.gpu !== gpu) {
      this.dropForecastModel();
      const statistics = await data.statistics(config);
      const model = await createModel(gpu, {
        config: config.model,
        task: config.task,
        grid: data.dataset,
        statistics,
        variant: config.kernel_variant ?? measuredVariants(gpu),
      });
      model.writeParameters(firstParameters(config, data.checkpoint));
      this.forecastModel = { key, model };
    }
    const parameters = data.checkpointName ?? 'random first weights';
    return { model: this.forecastModel.model, task: config.task, parameters };
  }

  private announce(run: TrainingRun): void {
    const { parameterCount, total, updates, config, keeper } = run;
    const { id } = keeper;
    this.post('runReady', {
      id,
      config,
      parameterCount,
      updates: total,
      done: updates,
      leads: this.runLeads,
    });
  }

  private setPhase(phase: RunPhase, note?: string, progress?: WorkProgress): void {
    this.phase = phase;
    this.post('phase', { phase, note, progress });
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

function notSaved(why: string): string {
  return `The run cannot be saved in this browser (${why}); it goes on, and is lost when the tab closes: free some space, or save its checkpoint.`;
}

function missingStatistics(missing: string[]): string {
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `The statistics lack ${missing.slice(0, 3).join(', ')}${more}: these fields reach the network as they are.`;
}
