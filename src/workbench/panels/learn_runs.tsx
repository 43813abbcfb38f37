/** Buttons of the lessons that start the real thing, small, and say how long it takes. */
import { useData, useForecastParameters } from '../state/data';
import { useDevice } from '../state/device';
import { cancelForecast, useForecasts } from '../state/forecast';
import { forecastInLesson, secondsOfRun, trainInLesson, useLessonRuns } from '../state/lessons_runs';
import { stopRun } from '../state/runs';
import { changeSetting, isRunOpen, pause, useTraining } from '../state/training';
import { formatSpan, formatValue } from '../units';
import { t } from '../words/words';
import { PauseIcon, PlayIcon, StopIcon } from './icons';
import { RangeInput, Setting } from './setting';

/** Data and a device are there. */
function useReady(): boolean {
  const ready = useDevice((device) => device.status === 'ready');
  return useData((data) => data.dataset !== null && data.opening === null) && ready;
}

/** Trains a few updates; an open run is paused, goes on, or is stopped. */
export function TrainControl() {
  const ready = useReady();
  const { phase, note, updates, total, rate } = useTraining();
  const planned = useLessonRuns((runs) => runs.updates);
  const isOpen = isRunOpen(phase);
  const isGoing = phase === 'running' || phase === 'preparing';
  return (
    <div className="lesson-run">
      <div className="row">
        {isGoing ? (
          <button
            type="button"
            className="button primary"
            disabled={phase === 'preparing'}
            onClick={() => void pause()}
          >
            <PauseIcon />
            {phase === 'preparing' ? t('Preparing…') : t('Pause')}
          </button>
        ) : (
          <button type="button" className="button primary" disabled={!ready} onClick={trainInLesson}>
            <PlayIcon />
            {isOpen ? t('Go on') : t('Train {count} updates', { count: planned })}
          </button>
        )}
        {isOpen && (
          <button type="button" className="button" onClick={() => void stopRun()}>
            <StopIcon />
            {t('Stop')}
          </button>
        )}
      </div>
      {isOpen && total > 0 && <progress aria-label={t('Updates')} value={updates} max={total} />}
      <p className="why-below" role="status">
        {!ready
          ? t('Training needs data and a WebGPU device.')
          : phase === 'preparing'
            ? `${t(note)}…`
            : isOpen
              ? t('Update {done} of {total}, {left} left.', {
                  done: updates.toLocaleString('en'),
                  total: total.toLocaleString('en'),
                  left: formatSpan((total - updates) / (rate ?? Number.NaN)),
                })
              : t('A real run of the chosen network: about {span} here.', {
                  span: formatSpan(secondsOfRun(planned)),
                })}
      </p>
    </div>
  );
}

export function LearningRateControl() {
  const { settings, phase } = useTraining();
  // Powers of ten from 1e-5 to 1e-1, and halves of them.
  const exponent = Math.round(2 * Math.log10(settings.learningRate));
  return (
    <Setting
      id="lesson-rate"
      label={t('Learning rate η')}
      why={t('Peak: {rate}; 0.001 in GraphCast.', { rate: formatValue(settings.learningRate) })}
    >
      <input
        id="lesson-rate"
        type="range"
        aria-describedby="lesson-rate-why"
        min={-10}
        max={-2}
        value={exponent}
        aria-valuetext={formatValue(settings.learningRate)}
        disabled={isRunOpen(phase)}
        style={{ '--filled': `${((exponent + 10) / 8) * 100}%` } as React.CSSProperties}
        onChange={({ target }) =>
          changeSetting('learningRate', Number((10 ** (Number(target.value) / 2)).toPrecision(2)))
        }
      />
    </Setting>
  );
}

export function FewUpdatesControl() {
  const updates = useLessonRuns((runs) => runs.updates);
  const phase = useTraining((state) => state.phase);
  return (
    <Setting id="lesson-updates" label={t('Updates')} why={t('Of the next run; 311,000 in GraphCast.')}>
      <RangeInput
        id="lesson-updates"
        value={updates}
        least={20}
        most={400}
        disabled={isRunOpen(phase)}
        onChange={(value) => useLessonRuns.setState({ updates: value })}
      />
    </Setting>
  );
}

/** One step of 6 h. */
export function ForecastControl() {
  return <ForecastButton steps={1} />;
}

/** As many steps as are chosen. */
export function RolloutControl() {
  return <ForecastButton />;
}

function ForecastButton({ steps }: { steps?: number }) {
  const ready = useReady();
  const running = useForecasts((state) => state.running);
  const chosen = useForecasts((state) => state.steps);
  const phase = useTraining((training) => training.phase);
  const parameters = useForecastParameters();
  return (
    <div className="lesson-run">
      <div className="row">
        {running ? (
          <button type="button" className="button" onClick={() => void cancelForecast()}>
            <StopIcon />
            {t('Cancel')}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!ready || phase === 'preparing'}
            onClick={() => void forecastInLesson(steps)}
          >
            <PlayIcon />
            {t('Forecast {count} h', { count: 6 * (steps ?? chosen) })}
          </button>
        )}
      </div>
      {running && <progress aria-label={t('Forecast steps')} value={running.done} max={running.steps} />}
      <p className="why-below" role="status">
        {running
          ? t('Step {done} of {steps}.', { done: running.done, steps: running.steps })
          : t('Seconds. Parameters: {name}.', { name: parameters })}
      </p>
    </div>
  );
}
