import type { KeptRun } from '../../worker/protocol';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { resumeRun, unfinishedRun, useRuns } from '../state/runs';
import { isRunOpen, useTraining } from '../state/training';
import { t } from '../words/words';
import { PlayIcon } from './icons';

/** The last run that has not come to its end, to be gone on with after the page was loaded again. */
export function ResumeOffer() {
  const { phase, runId } = useTraining();
  const run = useRuns(({ runs }) => unfinishedRun(runs, runId));
  if (!run || isRunOpen(phase) || phase === 'finished') return null;
  const { name, update, total } = run;
  return (
    <section className="section resume" aria-label={t('Resume')}>
      <p>
        <strong>{name}</strong>{' '}
        {t('stands at update {update} of {total}.', {
          update: update.toLocaleString('en'),
          total: total.toLocaleString('en'),
        })}
      </p>
      <ResumeButton run={run} label={t('Resume')} />
    </section>
  );
}

/** Resumes a run on its data; says which to open while others are open. */
export function ResumeButton({ run, label }: { run: KeptRun; label: string }) {
  const opening = useData((data) => data.opening);
  const sameData = useSameData(run);
  const canOpen = useCanOpen(run);
  if (!sameData && opening === null) {
    return <p className="why">{t('Open {file} again to resume it.', { file: fileOf(run.dataset) })}</p>;
  }
  return (
    <button type="button" className="button" disabled={!canOpen} onClick={() => void resumeRun(run)}>
      <PlayIcon />
      {label}
    </button>
  );
}

/** A run can be opened: on its data, on a device, while no other is open. */
export function useCanOpen(run: KeptRun): boolean {
  const isFree = useTraining(({ phase }) => !isRunOpen(phase));
  const ready = useDevice(({ status }) => status === 'ready');
  return useSameData(run) && isFree && ready;
}

function useSameData(run: KeptRun): boolean {
  const dataset = useData((data) => data.dataset);
  return dataset !== null && (run.dataset === '' || fileOf(dataset.name) === fileOf(run.dataset));
}

/** The last part of a path or address. */
function fileOf(name: string): string {
  return name.split('/').at(-1) ?? name;
}
