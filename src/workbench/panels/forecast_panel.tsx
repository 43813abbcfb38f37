import './panels.css';
import { useData, useForecastParameters } from '../state/data';
import { useDevice } from '../state/device';
import { frameAt } from '../state/field_values';
import {
  cancelForecast,
  type ForecastProgress,
  runForecast,
  saveForecast,
  useForecasts,
} from '../state/forecast';
import { cancelAnimation, saveAnimation, saveImage, usePictures } from '../state/pictures';
import { STEP_HOURS } from '../state/timeline';
import { saveCheckpoint, useTraining } from '../state/training';
import { useView } from '../state/view';
import { formatLead, formatSpan, formatTime } from '../units';
import { t } from '../words/words';
import { PlayIcon, SaveIcon, StopIcon } from './icons';
import { RangeInput, Setting } from './setting';

/** The Forecast room's controls: from when, how far, with which parameters, and where to save. */
export function ForecastPanel() {
  const dataset = useData((data) => data.dataset);
  const initialTime = useView((view) => view.initialTime);
  const { steps, running, byInitialFrame } = useForecasts();
  const { updates, phase } = useTraining();
  const ready = useDevice((state) => state.status === 'ready');

  const frame = dataset && initialTime !== null ? frameAt(dataset, initialTime) : -1;
  const canStart = dataset?.initialFrames.includes(frame) ?? false;
  const forecast = byInitialFrame[frame];
  const trained = updates > 0;
  const parameters = useForecastParameters();

  return (
    <>
      <div className="panel">
        <section className="section">
          <h2>{t('Forecast')}</h2>
          <dl className="facts">
            <dt>{t('Initial time')}</dt>
            <dd>{initialTime === null ? '–' : formatTime(initialTime)}</dd>
            <dt>{t('Parameters')}</dt>
            <dd>{parameters}</dd>
          </dl>
          <Setting
            id="forecast-steps"
            label={t('Steps of 6 h')}
            why={t('Each step feeds on the one before, here to {lead}; 40 steps, 10 days, in GraphCast.', {
              lead: formatLead(steps * STEP_HOURS),
            })}
          >
            <RangeInput
              id="forecast-steps"
              value={steps}
              least={1}
              most={40}
              disabled={running !== null}
              onChange={(value) => useForecasts.setState({ steps: value })}
            />
          </Setting>
        </section>
        <section className="section">
          <h2>{t('Save')}</h2>
          <p className="empty-note">
            {t('The forecast as NetCDF or zipped Zarr, the network as GraphCast’s own checkpoint file.')}
          </p>
          <div className="row">
            <button
              type="button"
              className="button"
              disabled={!forecast || forecast.parameters === ''}
              onClick={() => void saveForecast(frame, initialTime!, 'netcdf')}
            >
              <SaveIcon />
              {t('Forecast')}
            </button>
            <button
              type="button"
              className="button"
              disabled={!forecast || forecast.parameters === ''}
              onClick={() => void saveForecast(frame, initialTime!, 'zarr')}
            >
              <SaveIcon />
              {t('Zarr')}
            </button>
            <button
              type="button"
              className="button"
              disabled={!trained || phase === 'preparing'}
              onClick={() => void saveCheckpoint()}
            >
              <SaveIcon />
              {t('Checkpoint')}
            </button>
          </div>
          <Pictures />
        </section>
      </div>
      <div className="actions-bar">
        <div className="main">
          {running ? (
            <button type="button" className="button" onClick={() => void cancelForecast()}>
              <StopIcon />
              {t('Cancel')}
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!ready || !canStart || phase === 'preparing'}
              onClick={() => void runForecast(frame)}
            >
              <PlayIcon />
              {t('Run forecast')}
            </button>
          )}
        </div>
        {running && <progress aria-label={t('Forecast steps')} value={running.done} max={running.steps} />}
        <p className="why">
          {running ? progressText(running) : explanation(dataset !== null, canStart, ready)}
        </p>
      </div>
    </>
  );
}

/** The globe as an image, and all its lead times as a film. */
function Pictures() {
  const progress = usePictures((state) => state.progress);
  return (
    <>
      <div className="row">
        <button
          type="button"
          className="button"
          title={t('Save image: {key}', { key: 'E' })}
          onClick={() => void saveImage()}
        >
          <SaveIcon />
          {t('Image')}
        </button>
        {progress ? (
          <button type="button" className="button" onClick={cancelAnimation}>
            <StopIcon />
            {t('Cancel')}
          </button>
        ) : (
          <button type="button" className="button" onClick={() => void saveAnimation()}>
            <SaveIcon />
            {t('Animation')}
          </button>
        )}
      </div>
      {progress && (
        <progress aria-label={t('Lead times recorded')} value={progress.done} max={progress.total} />
      )}
    </>
  );
}

function progressText({ done, steps, secondsPerStep }: ForecastProgress): string {
  if (secondsPerStep === null) return t('Step {done} of {steps}.', { done, steps });
  const left = formatSpan((steps - done) * secondsPerStep);
  return t('Step {done} of {steps}, {left} left.', { done, steps, left });
}

function explanation(hasData: boolean, canStart: boolean, ready: boolean): string {
  if (!hasData) return t('Open a dataset first.');
  if (!ready) return t('A forecast needs a WebGPU device.');
  if (!canStart)
    return t('A forecast starts from two frames: choose an initial time with one 6 h before it.');
  return t('Frames appear on the globe as they are computed.');
}
