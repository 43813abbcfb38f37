import type { RunFolder } from '../training/run_folder';
import { totalUpdates } from '../training/schedule';
import type { SessionJob, SessionOutcome } from '../training/session_job';
import { TrainingSession } from '../training/training_session';
import type { ValidationMetrics } from '../training/validation';
import { PatientFolder } from './patient_folder';
import { Progress } from './progress';

export interface TrainingJob extends Omit<SessionJob, 'mustStop' | 'remedy' | 'openStore'> {
  /** Makes the run's folder, or gives the one that is continued. */
  openStore(): Promise<RunFolder>;
  /** The run's folder. */
  path: string;
}

export interface TrainingOutcome extends SessionOutcome {
  total: number;
  stoppedBy?: NodeJS.Signals;
}

/**
 * Trains to the end of the schedule, or until SIGINT or SIGTERM asks to stop, and says on stderr how it goes. A second
 * signal ends the process at once, which loses nothing but the updates since the last checkpoint.
 * @throws what `TrainingSession.run` throws; StorageError when its end cannot be written
 */
export async function trainToEnd(job: TrainingJob): Promise<TrainingOutcome> {
  const { collective, path } = job;
  const total = totalUpdates(job.config.phases);
  const progress = new Progress(total, 'updates', job.start.state?.update);
  const signals = listenForStop();
  let folder: PatientFolder | undefined;
  const session = new TrainingSession({
    ...job,
    async openStore() {
      folder = new PatientFolder(await job.openStore(), (text) => progress.note(text));
      return folder;
    },
    // All processes stop after the same update, whichever heard the signal first.
    mustStop() {
      const asked = Float32Array.of(signals.received ? 1 : 0);
      collective?.sum(asked);
      return asked[0] > 0;
    },
    remedy: (isSaved) =>
      isSaved && folder?.hasCheckpoint !== false
        ? `lower learning_rate in ${path}/config.json, or change its on_bad_update, and continue with --resume ${path}`
        : 'start again with a lower learning rate in a --config, or check the checkpoint and the statistics it starts from',
    onUpdate({ update, loss, gradientNorm }) {
      progress.show(update, `loss ${loss.toPrecision(5)} · gradient norm ${gradientNorm.toPrecision(3)}`);
    },
    onValidation: (update, metrics) => progress.note(validationLine(update, metrics)),
    onAlarm: ({ message }) => progress.note(`Alarm: ${message}`),
  });
  try {
    const outcome = await session.run().catch(async (error) => {
      await folder?.finish().catch(({ message }) => progress.note(message));
      throw error;
    });
    await folder?.finish();
    return { ...outcome, total, stoppedBy: outcome.stopped ? (signals.received ?? 'SIGTERM') : undefined };
  } finally {
    signals.stopListening();
  }
}

/** Loss and, for one field, its error over persistence's and climatology's. */
function validationLine(update: number, { loss, leadHours, rmse }: ValidationMetrics): string {
  const field = 'geopotential 500' in rmse.forecast ? 'geopotential 500' : Object.keys(rmse.forecast)[0];
  const shares = (['persistence', 'climatology'] as const).flatMap((baseline) => {
    const of = rmse[baseline]?.[field];
    if (!of) return [];
    const byLead = leadHours.map((hours, i) => `${hours} h ${(rmse.forecast[field][i] / of[i]).toFixed(3)}`);
    return [` over ${baseline}'s: ${byLead.join(', ')}`];
  });
  return `Validation after update ${update}: loss ${loss.toPrecision(5)} · ${field}, RMSE${shares.join(' ·')}`;
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
