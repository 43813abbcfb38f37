/** A training run in the page's engine: a session that is paused and stepped, shares its device, and tells the screen. */
import type { Checkpoint } from '../graphcast/checkpoint';
import { elementCount, parameterArrays } from '../graphcast/parameters';
import type { Alarm } from '../training/alarms';
import type { RunConfig } from '../training/run_config';
import type { RunPoint } from '../training/run_point';
import type { SessionJob } from '../training/session_job';
import { Trainer, type UpdateMetrics } from '../training/trainer';
import { TrainingSession } from '../training/training_session';
import { windowsAtOnceOf } from '../training/windows_at_once';
import { channelLayout } from '../weather/channels';
import type { Dataset } from '../weather/dataset';
import type { TabulatedStatistics } from '../weather/statistics';
import { limitsOf } from '../webgpu/paper_gpu';
import type { Turn } from '../webgpu/turn';
import type { KernelWatch } from './kernel_watch';
import { measuredVariants } from './measured_variants';
import type { UpdateReport, ValidationReport } from './protocol';
import type { RunKeeper } from './run_keeper';
import type { SharedDevice } from './shared_device';

/** Between two savings, ms: at least this long, at most that long, and so that saving takes little of the time. */
const LEAST_UNSAVED = 5_000;
const MOST_UNSAVED = 60_000;
const SAVING_SHARE = 0.05;

export interface RunParts {
  dataset: Dataset;
  statistics: TabulatedStatistics;
  config: RunConfig;
  start: RunPoint;
  /** For checkpoints. */
  about: Pick<Checkpoint, 'description' | 'license'>;
  /** Scores on held-out weather every so many updates, and at the end. */
  validation: SessionJob['validation'];
  keeper: RunKeeper;
}

/** What a run tells while it trains. */
export interface RunListener {
  update(report: UpdateReport): void;
  /** A validation begins. */
  validating(): void;
  validated(report: ValidationReport): void;
  alarm(alarm: Alarm): void;
  /** The run stands at its last checkpoint again. */
  putBack(): void;
}

export class TrainingRun {
  readonly parts: RunParts;
  readonly session: TrainingSession;
  private readonly listener: RunListener;
  private wanted = false;
  private lastResult = 0;

  /** @param turn taken for every piece of work on the device */
  constructor(parts: RunParts, device: SharedDevice, turn: Turn, watch: KernelWatch, listener: RunListener) {
    this.parts = parts;
    this.listener = listener;
    const { dataset, statistics, config, start, about, validation, keeper } = parts;
    this.session = new TrainingSession({
      ...{ config, about, start, validation, device: turn },
      async openTrainer(at) {
        const gpu = await device.open();
        const variant = config.kernel_variant ?? measuredVariants(gpu);
        config.windows_at_once = windowsAtOnceOf(at.state !== undefined, limitsOf(gpu), config, dataset);
        const trainer = await Trainer.create({ gpu, dataset, statistics, config, ...at, variant });
        config.kernel_variant = trainer.model.variants; // both are kept with the run, so that it goes on with the same bits
        return { trainer, close: () => trainer.destroy() };
      },
      openStore: async () => keeper,
      resumed: start.state && keeper,
      isSaveDue: (_, { milliseconds, took }) =>
        milliseconds > Math.min(MOST_UNSAVED, Math.max(LEAST_UNSAVED, took / SAVING_SHARE)),
      update: (trainer) => watch.update(trainer),
      mustStop: () => !this.wanted,
      remedy: (_, update) =>
        `the run is back at update ${update}; stop it and start again with a lower learning rate, or with another rule for bad updates`,
      onUpdate: (metrics) => this.report(metrics),
      onValidating: () => listener.validating(),
      onValidation: (update, metrics, best) => {
        this.lastResult = performance.now();
        listener.validated({ ...metrics, update, best });
      },
      onAlarm: (alarm) => listener.alarm(alarm),
      onPutBack: () => listener.putBack(),
    });
  }

  get parameterCount(): number {
    const { task, model } = this.parts.config;
    const { inputs, state } = channelLayout(task);
    return parameterArrays(model, inputs.length, state.length).reduce(
      (sum, { shape }) => sum + elementCount(shape),
      0,
    );
  }

  /** Trains until paused, or until so many updates are done. @throws as the session's `advance` */
  advance(most?: number): Promise<void> {
    this.wanted = true;
    this.lastResult = performance.now();
    return this.session.advance(most);
  }

  pause(): void {
    this.wanted = false;
  }

  private report(metrics: UpdateMetrics): void {
    const { update, loss, lossByVariable, gradientNorm, learningRate, dataWaitSeconds } = metrics;
    const { samplesPerSecond, gpuBytes: bytes } = metrics;
    const now = performance.now();
    const seconds = (now - this.lastResult) / 1000;
    this.lastResult = now;
    this.listener.update({
      ...{ update, loss, lossByVariable, gradientNorm, learningRate },
      ...{ seconds, dataWaitSeconds, samplesPerSecond, bytes },
    });
  }
}
