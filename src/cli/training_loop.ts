import { TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import type { RunConfig } from '../training/run_config';
import type { RunFolder } from '../training/run_folder';
import { totalUpdates } from '../training/schedule';
import type { Trainer, UpdateMetrics } from '../training/trainer';
import { Progress } from './progress';

export interface TrainingJob {
  trainer: Trainer;
  config: RunConfig;
  /** Text fields of the checkpoint. */
  about: Pick<Checkpoint, 'description' | 'license'>;
  /** Opens the run's folder; asked for once, when the first update has succeeded. */
  openFolder: () => Promise<RunFolder>;
  /** The folder of a run that is continued: its last checkpoint is there already. */
  resumed?: RunFolder;
  /** Updates between checkpoints. */
  saveEvery: number;
}

export interface TrainingOutcome {
  /** Done in all, those of earlier processes included. */
  updates: number;
  total: number;
  /** Of this process's first and last update; null when there was nothing left to do. */
  firstLoss: number | null;
  lastLoss: number | null;
  stoppedBy?: NodeJS.Signals;
}

/**
 * Trains to the end of the schedule, or until SIGINT or SIGTERM asks to stop; saves either way. A second signal ends
 * the process at once, which loses nothing but the updates since the last checkpoint.
 * @throws TrainingError when the loss or the gradient is not finite any more
 */
export async function trainToEnd(job: TrainingJob): Promise<TrainingOutcome> {
  const { trainer, saveEvery } = job;
  const total = totalUpdates(job.config.phases);
  const progress = new Progress(total, 'updates', trainer.updates);
  const losses: number[] = [];
  let folder: RunFolder | undefined;
  let saved: RunFolder | undefined = job.resumed;

  const record = async (metrics: UpdateMetrics) => {
    checkFinite(metrics, saved?.path);
    folder ??= await job.openFolder();
    losses.push(metrics.loss);
    await folder.appendMetrics(metrics);
    const [loss, norm] = [metrics.loss.toPrecision(5), metrics.gradientNorm.toPrecision(3)];
    progress.show(metrics.update, `loss ${loss} · gradient norm ${norm}`);
  };
  const save = async () => {
    const { model, task } = job.config;
    const checkpoint = checkpointOf(model, task, await trainer.readParameters(), job.about);
    await folder?.save(checkpoint, await trainer.readState());
    saved = folder;
  };

  const signals = listenForStop();
  try {
    // One update stays on the GPU while the data of the next are prepared.
    let pending: Promise<UpdateMetrics> | undefined;
    while (trainer.updates < total && !signals.received) {
      const { metrics } = await trainer.update();
      if (pending) await record(await pending);
      pending = metrics;
      if (trainer.updates % saveEvery === 0 && trainer.updates < total) {
        await record(await pending);
        pending = undefined;
        await save();
      }
    }
    if (pending) await record(await pending);
    await save();
  } finally {
    signals.stopListening();
  }
  return {
    updates: trainer.updates,
    total,
    firstLoss: losses[0] ?? null,
    lastLoss: losses.at(-1) ?? null,
    stoppedBy: signals.received,
  };
}

/** @param saved where the last good checkpoint is, if there is one */
function checkFinite({ update, loss, gradientNorm }: UpdateMetrics, saved: string | undefined): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  const what = Number.isFinite(loss) ? 'gradient' : 'loss';
  const remedy =
    saved === undefined
      ? 'start again with a lower learning rate in a --config, or check the checkpoint and the statistics it starts from'
      : `lower learning_rate in ${saved}/config.json and continue with --resume ${saved}`;
  throw new TrainingError(`The ${what} of update ${update} is not a finite number; ${remedy}.`);
}

/** Notes that SIGINT or SIGTERM asks to stop; a second one ends the process at once. */
export function listenForStop() {
  const stop = (name: NodeJS.Signals) => {
    if (signals.received) process.exit(exitCodeOf(name));
    signals.received = name;
  };
  const signals = {
    received: undefined as NodeJS.Signals | undefined,
    stopListening: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return signals;
}

/** What a shell reports of a process that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return signal === 'SIGINT' ? 130 : 143;
}
