/** The protocol's calls about what a network says: forecasts, their scores, and what goes on inside. */
import { periodNamed } from '../weather/periods';
import type { EngineParts } from './engine_parts';
import { ForecastNetwork } from './forecast_network';
import { Forecasts } from './forecasts';
import { Inspection } from './inspection';
import type { Answer, Arguments, ForecastSummary, Handlers, TrainingSettings } from './protocol';
import { readForecast } from './read_forecast';
import { scoreForecasts } from './scoring';
import type { TrainingRun } from './training_run';

type Call =
  | 'forecast'
  | 'openForecast'
  | 'cancelForecast'
  | 'forecastField'
  | 'forecastScores'
  | 'restoreForecast'
  | 'restoreForecasts'
  | 'forgetForecasts'
  | 'exportForecast'
  | 'score'
  | 'cancelScore'
  | 'networkGraph'
  | 'readNetwork'
  | 'sensitivity'
  | 'cancelSensitivity'
  | 'sensitivityField';

export class ForecastCalls {
  private readonly parts: EngineParts;
  private readonly leadingRun: () => TrainingRun | undefined;
  private readonly network: ForecastNetwork;
  private readonly inspection = new Inspection();
  private readonly forecasts: Forecasts;
  /** Each cancels what was asked for last. */
  private forecasting = new AbortController();
  private scoring = new AbortController();
  private deriving = new AbortController();

  /** @param leadingRun the run whose parameters forecasts use, once it has learnt something */
  constructor(parts: EngineParts, leadingRun: () => TrainingRun | undefined) {
    this.parts = parts;
    this.leadingRun = leadingRun;
    this.network = new ForecastNetwork(parts.data, leadingRun);
    this.forecasts = new Forecasts((initialFrame) => parts.post('forecastDropped', { initialFrame }));
  }

  readonly handlers: Pick<Handlers, Call> = {
    forecast: (request) => this.forecast(request),
    openForecast: ({ file }) => this.openForecast(file),
    cancelForecast: () => this.cancelForecast(),
    restoreForecast: ({ initialFrame }) => this.forecasts.restoreReplaced(initialFrame),
    restoreForecasts: () => this.forecasts.restoreFormer(this.parts.data.dataset),
    forgetForecasts: ({ what }) => {
      this.forecasts.forget(what);
    },
    forecastField: ({ initialFrame, leadHours, ...field }) =>
      this.forecasts.field(initialFrame, leadHours, field),
    forecastScores: ({ initialFrame, ...field }) => this.forecasts.scores(initialFrame, field),
    exportForecast: ({ initialFrame, format }) => this.forecasts.export(initialFrame, format),
    score: (question) => this.score(question),
    cancelScore: () => {
      this.scoring.abort();
    },
    networkGraph: ({ settings }) =>
      this.inspection.graph(this.network.config(settings), this.parts.data.dataset),
    readNetwork: async ({ settings, initialFrame }) => {
      const { device, turn } = this.parts;
      const gpu = device.expectOpen();
      const network = await this.network.read(settings);
      return turn.take(() => this.inspection.read(gpu, network, initialFrame));
    },
    sensitivity: (question) => this.sensitivity(question),
    cancelSensitivity: () => {
      this.deriving.abort();
    },
    sensitivityField: ({ frame, ...field }) => this.inspection.field(field, frame),
  };

  cancelForecast(): undefined {
    this.forecasting.abort();
  }

  cancelAll(): void {
    this.forecasting.abort();
    this.scoring.abort();
    this.deriving.abort();
  }

  /** Makes the network of a hurried forecast while it is being asked for, unless other files are open by then. */
  async makeReady(settings: TrainingSettings): Promise<void> {
    const { data, device, turn } = this.parts;
    const { checkpoint } = data;
    const gpu = await device.coming;
    await turn.take(async () => {
      if (gpu && data.checkpoint === checkpoint) await this.network.model(settings, gpu, true);
    });
  }

  /** Frees the device; in turn with whoever uses it. */
  dropModels(): void {
    this.network.drop();
    this.inspection.drop();
  }

  /** The device is gone, and the models with it. */
  forgetModels(): void {
    this.network.forget();
    this.inspection.forget();
  }

  /** What was computed belongs to data that are not open any more. */
  clear(): void {
    this.forecasts.clear();
    this.inspection.drop(true);
  }

  private async forecast(request: Arguments<'forecast'>): Promise<ForecastSummary> {
    const { settings, initialFrame, steps, hurried } = request;
    const { data, device, turn, commands, post } = this.parts;
    this.forecasting = new AbortController();
    const { signal } = this.forecasting;
    const gpu = device.expectOpen();
    await commands.take(async () => this.leadingRun()?.session.open());
    return turn.take(async () => {
      if (signal.aborted) return { initialFrame, leadHours: [], parameters: '', cancelled: true };
      const { model, task, parameters } = await this.network.model(settings, gpu, hurried);
      return this.forecasts.run({
        model,
        task,
        dataset: data.dataset,
        initialFrame,
        steps,
        parameters,
        signal,
        onFrame: (leadHours, done, seconds) =>
          post('forecastFrame', { initialFrame, leadHours, done, steps, seconds }),
      });
    });
  }

  private async openForecast(file: File): Promise<ForecastSummary> {
    const saved = await this.parts.open([file]);
    try {
      const { dataset } = this.parts.data;
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
    const { device, turn, post } = this.parts;
    this.scoring.abort();
    this.scoring = new AbortController();
    const { signal } = this.scoring;
    const gpu = device.expectOpen();
    const { config, ...network } = await this.network.read(settings);
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
    const scores = await scoreForecasts(request, turn, (report) => post('scores', report));
    return { scores, cancelled: signal.aborted };
  }

  private async sensitivity({
    settings,
    ...question
  }: Arguments<'sensitivity'>): Promise<Answer<'sensitivity'>> {
    const { device, turn, post } = this.parts;
    this.deriving.abort();
    this.deriving = new AbortController();
    const { signal } = this.deriving;
    const gpu = device.expectOpen();
    const network = await this.network.read(settings);
    try {
      return await turn.take(async () => {
        signal.throwIfAborted();
        return this.inspection.sensitivity(gpu, network, question, signal, (progress) =>
          post('sensitivityProgress', progress),
        );
      });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }
}
