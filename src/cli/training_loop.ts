import { TrainingError } from '../errors';
import { type Checkpoint, checkpointOf } from '../graphcast/checkpoint';
import { AlarmWatch } from '../training/alarms';
import type { Collective } from '../training/collective';
import type { RunConfig } from '../training/run_config';
import type { RunFolder } from '../training/run_folder';
import { totalUpdates } from '../training/schedule';
import type { Trainer, UpdateMetrics } from '../training/trainer';
import type { ValidationMetrics } from '../training/validation';
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
  /** Scores on held-out weather, every so many updates and at the end. */
  validation?: { run(): Promise<ValidationMetrics>; every: number };
  /** The processes that train together; the first one alone writes the folder. */
  collective?: Collective;
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
  const { trainer, saveEvery, validation, collective } = job;
  const total = totalUpdates(job.config.phases);
  const progress = new Progress(total, 'updates', trainer.updates);
  const losses: number[] = [];
  const watch = new AlarmWatch();
  let folder: RunFolder | undefined;
  let saved: RunFolder | undefined = job.resumed;
  let best = (await job.resumed?.leastValidationLoss()) ?? Number.POSITIVE_INFINITY;

  const record = async (metrics: UpdateMetrics) => {
    checkFinite(metrics, saved?.path);
    losses.push(metrics.loss);
    if (collective && collective.rank > 0) return;
    folder ??= await job.openFolder();
    await folder.appendMetrics(metrics);
    for (const { message } of watch.observe(metrics)) progress.note(`Alarm: ${message}`);
    const [loss, norm] = [metrics.loss.toPrecision(5), metrics.gradientNorm.toPrecision(3)];
    progress.show(metrics.update, `loss ${loss} · gradient norm ${norm}`);
  };
  const save = async () => {
    if (!folder) return;
    const { model, task } = job.config;
    const state = await trainer.readState();
    await folder.save(checkpointOf(model, task, await trainer.readParameters(), job.about), state);
    if (state.average) {
      await folder.saveBeside('average', checkpointOf(model, task, state.average, job.about));
    }
    saved = folder;
  };

  const validate = async () => {
    if (!validation || !folder) return;
    const metrics = await validation.run();
    const { updates } = trainer;
    await folder.appendValidation(updates, metrics);
    progress.note(validationLine(updates, metrics));
    for (const { message } of watch.observeValidation(updates, metrics.loss)) {
      progress.note(`Alarm: ${message}`);
    }
    if (metrics.loss >= best) return;
    best = metrics.loss;
    const { model, task } = job.config;
    await folder.saveBeside('best', checkpointOf(model, task, await trainer.readParameters(), job.about));
  };

  const signals = listenForStop();
  /** All processes stop after the same update, whichever heard the signal first. */
  const mustStop = () => {
    const asked = Float32Array.of(signals.received ? 1 : 0);
    collective?.sum(asked);
    return asked[0] > 0;
  };
  let stopped = false;
  try {
    // One update stays on the GPU while the data of the next are prepared.
    let pending: Promise<UpdateMetrics> | undefined;
    while (trainer.updates < total) {
      stopped = mustStop();
      if (stopped) break;
      const { metrics } = await trainer.update();
      if (pending) await record(await pending);
      pending = metrics;
      const due = (every: number) => trainer.updates % every === 0 && trainer.updates < total;
      const [mustSave, mustValidate] = [due(saveEvery), validation !== undefined && due(validation.every)];
      if (!mustSave && !mustValidate) continue;
      await record(await pending);
      pending = undefined;
      if (mustValidate) await validate();
      if (mustSave) await save();
    }
    if (pending) await record(await pending);
    if (losses.length > 0 && !stopped) await validate();
    await save();
  } finally {
    signals.stopListening();
  }
  return {
    updates: trainer.updates,
    total,
    firstLoss: losses[0] ?? null,
    lastLoss: losses.at(-1) ?? null,
    stoppedBy: stopped ? (signals.received ?? 'SIGTERM') : undefined,
  };
}

/** Loss and, for the first field, the longest lead time's error over persistence's. */
function validationLine(update: number, { loss, leadHours, rmse }: ValidationMetrics): string {
  const field = 'geopotential 500' in rmse.forecast ? 'geopotential 500' : Object.keys(rmse.forecast)[0];
  const shares = leadHours.map((hours, i) => {
    const share = rmse.forecast[field][i] / rmse.persistence[field][i];
    return `${hours} h ${share.toFixed(3)}`;
  });
  return `Validation after update ${update}: loss ${loss.toPrecision(5)} · ${field}, RMSE over persistence's: ${shares.join(', ')}`;
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
