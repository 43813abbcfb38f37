import './panels.css';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { cancelForecast, runForecast, saveForecast, useForecasts } from '../state/forecast';
import { frameAt } from '../state/shown_field';
import { STEP_HOURS } from '../state/timeline';
import { saveCheckpoint, useTraining } from '../state/training';
import { useView } from '../state/view';
import { formatLead, formatSpan, formatTime } from '../units';
import { PlayIcon, SaveIcon, StopIcon } from './icons';
import { RangeInput, Setting } from './setting';

/** The Forecast room's controls: from when, how far, with which parameters, and where to save. */
export function ForecastPanel() {
  const dataset = useData((data) => data.dataset);
  const checkpoint = useData((data) => data.checkpoint);
  const initialTime = useView((view) => view.initialTime);
  const { steps, running, byInitialFrame } = useForecasts();
  const { updates, phase, leads } = useTraining();
  const ready = useDevice((state) => state.status === 'ready');

  const frame = dataset && initialTime !== null ? frameAt(dataset, initialTime) : -1;
  const canStart = dataset?.initialFrames.includes(frame) ?? false;
  const forecast = byInitialFrame[frame];
  const trained = updates > 0;
  const parameters =
    trained && leads
      ? `after update ${updates.toLocaleString('en')}`
      : (checkpoint?.name ?? 'untrained: random first weights');

  return (
    <>
      <div className="panel">
        <section className="section">
          <h2>Forecast</h2>
          <dl className="facts">
            <dt>Initial time</dt>
            <dd>{initialTime === null ? '–' : formatTime(initialTime)}</dd>
            <dt>Parameters</dt>
            <dd>{parameters}</dd>
          </dl>
          <Setting
            id="forecast-steps"
            label="Steps of 6 h"
            why={`Each step feeds on the one before, here to ${formatLead(steps * STEP_HOURS)}; 40 steps, 10 days, in GraphCast.`}
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
          <h2>Save</h2>
          <p className="empty-note">
            The forecast as NetCDF, the network as GraphCast’s own checkpoint file.
          </p>
          <div className="row">
            <button
              type="button"
              className="button"
              disabled={!forecast || forecast.parameters === ''}
              onClick={() => void saveForecast(frame, initialTime!)}
            >
              <SaveIcon />
              Forecast
            </button>
            <button
              type="button"
              className="button"
              disabled={!trained || phase === 'preparing'}
              onClick={() => void saveCheckpoint()}
            >
              <SaveIcon />
              Checkpoint
            </button>
          </div>
        </section>
      </div>
      <div className="actions-bar">
        <div className="main">
          {running ? (
            <button type="button" className="button" onClick={() => void cancelForecast()}>
              <StopIcon />
              Cancel
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!ready || !canStart || phase === 'preparing'}
              onClick={() => void runForecast(frame)}
            >
              <PlayIcon />
              Run forecast
            </button>
          )}
        </div>
        {running && <progress aria-label="Forecast steps" value={running.done} max={running.steps} />}
        <p className="why">
          {running
            ? `Step ${running.done} of ${running.steps}${running.secondsPerStep === null ? '' : `, ${formatSpan((running.steps - running.done) * running.secondsPerStep)} left`}.`
            : explanation(dataset !== null, canStart, ready)}
        </p>
      </div>
    </>
  );
}

function explanation(hasData: boolean, canStart: boolean, ready: boolean): string {
  if (!hasData) return 'Open a dataset first.';
  if (!ready) return 'A forecast needs a WebGPU device.';
  if (!canStart) return 'A forecast starts from two frames: choose an initial time with one 6 h before it.';
  return 'Frames appear on the globe as they are computed.';
}
