/** The network that forecasts are made with: the run's, else the open checkpoint's, else a new one. */

import { parametersOf } from '../graphcast/checkpoint';
import { createModel } from '../graphcast/create_model';
import type { Model } from '../graphcast/model';
import type { RunConfig } from '../training/run_config';
import type { Dataset } from '../weather/dataset';
import type { TabulatedStatistics } from '../weather/statistics';
import type { Task } from '../weather/task';
import type { Gpu } from '../webgpu/device';
import type { CurrentNetwork } from './inspection';
import { measuredVariants } from './measured_variants';
import type { OpenData } from './open_data';
import type { TrainingSettings } from './protocol';
import { firstParameters, forecastConfig } from './run_setup';
import type { TrainingRun } from './training_run';

export class ForecastNetwork {
  private readonly data: OpenData;
  private readonly leadingRun: () => TrainingRun | undefined;
  /** The model of a forecast without a run, and what it was made for. */
  private built: { key: string; model: Model } | undefined;

  /** @param leadingRun the run whose parameters come before all others, once it has learnt something */
  constructor(data: OpenData, leadingRun: () => TrainingRun | undefined) {
    this.data = data;
    this.leadingRun = leadingRun;
  }

  /** @throws DatasetError, CheckpointError or ConfigError when settings, data and checkpoint do not go together */
  config(settings: TrainingSettings): RunConfig {
    return this.leadingRun()?.parts.config ?? forecastConfig(this.data, settings);
  }

  /** With its parameters read back, for work on a model of its own. @throws as {@link config} */
  async read(settings: TrainingSettings): Promise<CurrentNetwork> {
    const run = this.leadingRun();
    if (!run) {
      const { parameters, statistics, ...network } = this.ofFiles(settings);
      return { ...network, parameters: parameters(), statistics: await statistics() };
    }
    const { config, dataset, statistics } = run.parts;
    const parameters = parametersOf(await run.session.readCheckpoint());
    return { config, dataset, statistics, parameters, name: nameOf(run) };
  }

  /**
   * On the device: the run's own model where it takes one window, else a model with the run's parameters.
   * @param hurried measures no kernel variants
   * @throws as {@link config}
   */
  async model(
    settings: TrainingSettings,
    gpu: Gpu,
    hurried = false,
  ): Promise<{ model: Model; task: Task; parameters: string }> {
    const run = this.leadingRun();
    const trained = run?.session.model;
    if (run && trained?.gpu === gpu) {
      const { task } = run.parts.config;
      const { latitudes, longitudes } = run.parts.dataset;
      const parameters = nameOf(run);
      if (trained.gridNodes === latitudes.length * longitudes.length) {
        return { model: trained, task, parameters };
      }
      const model = await this.build(gpu, run.parts, async () => run.parts.statistics, hurried);
      model.writeParameters(await trained.readParameters());
      return { model, task, parameters };
    }
    const { config, dataset, statistics, parameters, name } = this.ofFiles(settings);
    const model = await this.build(gpu, { config, dataset }, statistics, hurried);
    model.writeParameters(parameters());
    return { model, task: config.task, parameters: name };
  }

  /** A model of its own, or the last one where it is of the same kind. */
  private async build(
    gpu: Gpu,
    { config, dataset }: { config: RunConfig; dataset: Dataset },
    statistics: () => Promise<TabulatedStatistics>,
    hurried: boolean,
  ): Promise<Model> {
    const measured = measuredVariants(gpu, hurried);
    // One that was made in a hurry gives way to one with measured variants.
    const isHurried = measured !== undefined && hurried;
    const statisticsOf = this.data.hasGivenStatistics ? 'files' : config.periods?.train;
    const key = JSON.stringify([config.task, config.model, statisticsOf, isHurried]);
    if (this.built?.key !== key || this.built.model.gpu !== gpu) {
      this.drop();
      const model = await createModel(gpu, {
        config: config.model,
        task: config.task,
        grid: dataset,
        statistics: await statistics(),
        variant: config.kernel_variant ?? measured,
      });
      this.built = { key, model };
    }
    return this.built.model;
  }

  /** Frees the device; what a model is made of changes, or a run needs the room. */
  drop(): void {
    this.built?.model.destroy();
    this.built = undefined;
  }

  /** The device is gone, and the model with it. */
  forget(): void {
    this.built = undefined;
  }

  /** What is open now: another checkpoint may be opened while a model is built. */
  private ofFiles(settings: TrainingSettings) {
    const { data } = this;
    const { dataset, checkpoint, checkpointName: name = 'random first weights' } = data;
    const config = forecastConfig(data, settings);
    const statistics = () => data.statistics(config);
    return { config, dataset, statistics, parameters: () => firstParameters(config, checkpoint), name };
  }
}

function nameOf({ session }: TrainingRun): string {
  return `update ${session.updates}`;
}
