/** The runs that the browser keeps: listed, drawn beside the one that trains, resumed, taken out and in. */
import { create } from 'zustand';
import type { KeptRun } from '../../worker/protocol';
import type { Curves } from '../../worker/run_curves';
import { t } from '../words/words';
import { engine } from './engine';
import { notify, offerUndo, reportError } from './notices';
import { saveFile } from './save_file';
import { isRunOpen, openRun, stop, train, useTraining } from './training';

interface Runs {
  /** The newest first. */
  runs: KeptRun[];
  /** Curves of the runs that are drawn beside the open one, by id. */
  drawn: Record<string, Curves>;
}

export const useRuns = create<Runs>(() => ({ runs: [], drawn: {} }));

/** Asks what the browser keeps; where it keeps nothing, the list stays empty. */
export async function loadRuns(): Promise<void> {
  useRuns.setState({ runs: await engine.call('keptRuns').catch(() => []) });
}

/** The run to go on with first: the newest one that has not come to its end and is not open. */
export function unfinishedRun(runs: KeptRun[], openId: string | null): KeptRun | undefined {
  return runs.find(({ id, update, total }) => id !== openId && update < total);
}

/** Goes on with a run; a finished one is opened for its forecasts. */
export async function resumeRun(run: KeptRun): Promise<void> {
  const { phase } = useTraining.getState();
  if (isRunOpen(phase)) return;
  await openRun(run);
  if (useTraining.getState().phase === 'paused') await train();
}

/** Ends the open run before its time; the notice goes on with it from the same update. */
export async function stopRun(): Promise<void> {
  const { phase, runId } = useTraining.getState();
  await stop();
  const run = useRuns.getState().runs.find(({ id }) => id === runId);
  if (!run || run.update >= run.total || useTraining.getState().phase !== 'finished') return;
  const { name, update, total } = run;
  offerUndo(
    'run',
    t('{name} is stopped at update {update} of {total}.', {
      ...{ name, update: update.toLocaleString('en'), total: total.toLocaleString('en') },
    }),
    () => {
      if (isRunOpen(useTraining.getState().phase)) notify('info', t('Stop the run that is open first.'));
      else void (phase === 'running' ? resumeRun(run) : openRun(run));
    },
  );
}

/** Draws a run's curves beside those of the open one, or takes them away. */
export async function drawRun(id: string, draw: boolean): Promise<void> {
  try {
    const curves = draw ? await engine.call('runCurves', { id }) : undefined;
    useRuns.setState(({ drawn }) => {
      const { [id]: _, ...others } = drawn;
      return { drawn: curves ? { ...others, [id]: curves } : others };
    });
  } catch (error) {
    reportError(error);
  }
}

export async function renameRun(id: string, name: string): Promise<void> {
  await engine.call('renameRun', { id, name }).catch(reportError);
}

/** Takes a run out of the list; the notice puts it back. */
export async function removeRun({ id, name }: KeptRun): Promise<void> {
  try {
    await engine.call('removeRun', { id });
    const wasDrawn = id in useRuns.getState().drawn;
    await drawRun(id, false);
    offerUndo('run', t('{name} is deleted.', { name }), () => {
      const restored = engine.call('restoreRun', { id });
      restored.then(() => (wasDrawn ? drawRun(id, true) : undefined)).catch(reportError);
    });
  } catch (error) {
    reportError(error);
  }
}

/** Saves a run as one archive, which another page takes in and the command line resumes. */
export async function exportRun({ id, name }: KeptRun): Promise<void> {
  try {
    saveFile(await engine.call('exportRun', { id }), `${name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')}.zip`);
  } catch (error) {
    reportError(error);
  }
}

/** Takes in the runs among some files. @returns the files that are none */
export async function importRuns(files: File[]): Promise<File[]> {
  const others: File[] = [];
  for (const file of files) {
    try {
      const run = file.name.endsWith('.zip') ? await engine.call('importRun', { file }) : null;
      if (!run) {
        others.push(file);
        continue;
      }
      const { name, update, total } = run;
      notify(
        'info',
        t('{name} is among the runs now, at update {update} of {total}.', { name, update, total }),
      );
    } catch (error) {
      reportError(error);
    }
  }
  return others;
}

engine.on('keptRuns', (runs) => useRuns.setState({ runs }));
void loadRuns();
