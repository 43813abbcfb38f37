import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { stopRun } from '../state/runs';
import { isRunOpen, pause, singleStep, train, useTraining } from '../state/training';
import { formatSpan } from '../units';
import { t } from '../words/words';
import { PauseIcon, PlayIcon, StepIcon, StopIcon } from './icons';

/** Train, single step, stop, with the run's progress. */
export function TrainActions() {
  const { phase, note, progress, updates, total, savedUpdates, runId, settingsProblem } = useTraining();
  const hasData = useData((data) => data.dataset !== null);
  const opening = useData((data) => data.opening);
  const device = useDevice((state) => state.status);
  const problem = isRunOpen(phase) ? null : settingsProblem;
  const ready = hasData && opening === null && device === 'ready' && problem === null;
  const going = phase === 'running' || phase === 'preparing';
  const left = progress
    ? t('{rate} {unit}/s, {span} left', {
        rate: progress.perSecond.toPrecision(2),
        unit: t(progress.unit),
        span: formatSpan(progress.secondsLeft),
      })
    : '';

  return (
    <div className="actions-bar">
      <div className="main">
        {going ? (
          <button
            type="button"
            className="button primary"
            disabled={phase === 'preparing'}
            onClick={() => void pause()}
            title="T"
          >
            <PauseIcon />
            {phase === 'preparing' ? t('Preparing…') : t('Pause')}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!ready}
            onClick={() => void train()}
            title="T"
          >
            <PlayIcon />
            {phase === 'paused' ? t('Go on') : t('Train')}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={!ready || going}
          onClick={() => void singleStep()}
          title={t('Single update: S')}
        >
          <StepIcon />
          {t('Step')}
        </button>
        <button
          type="button"
          className="button icon"
          disabled={!isRunOpen(phase)}
          onClick={() => void stopRun()}
          aria-label={t('Stop')}
          title={t('Stop: end this run')}
        >
          <StopIcon />
        </button>
      </div>
      {phase === 'preparing' && progress ? (
        <progress aria-label={t('Preparation')} value={progress.done} max={progress.total} />
      ) : (
        isRunOpen(phase) && total > 0 && <progress aria-label={t('Updates')} value={updates} max={total} />
      )}
      <p className="why">
        {problem ?? explanation(opening, hasData, device, phase, note)} {left}
        {runId !== null && savedUpdates > 0 && isRunOpen(phase)
          ? t('Saved in this browser at update {update}.', { update: savedUpdates.toLocaleString('en') })
          : ''}
      </p>
    </div>
  );
}

function explanation(
  opening: string | null,
  hasData: boolean,
  device: string,
  phase: string,
  note: string,
): string {
  if (opening !== null) return t('Opening {name}…', { name: opening });
  if (!hasData) return t('Open a dataset first.');
  if (device === 'missing' || device === 'lost') return t('Training needs a WebGPU device.');
  if (note !== '') return `${t(note)}…`;
  if (phase === 'finished')
    return t('The run has ended; its parameters stay for forecasts until the next run.');
  if (phase === 'paused') return t('Settings are fixed until this run is stopped.');
  return t('Everything runs on this machine.');
}
