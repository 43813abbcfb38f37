import './panels.css';
import '../charts/charts.css';
import { lazy, Suspense } from 'react';
import { useData } from '../state/data';
import { useDevice } from '../state/device';
import { cancelForecast, runForecast, saveForecast, useForecasts } from '../state/forecast';
import { frameAt, useShownField } from '../state/shown_field';
import { STEP_HOURS } from '../state/timeline';
import { saveCheckpoint, useTraining } from '../state/training';
import { showLead, useView } from '../state/view';
import { differenceToShown, fieldTitle, formatLead, formatSpan, formatTime, formatValue } from '../units';
import { PlayIcon, SaveIcon, StopIcon } from './icons';
import { RangeInput, Setting } from './setting';

const LineChart = lazy(() => import('../charts/line_chart'));

/** The Forecast room's controls: from when, how far, with which parameters, and where to save. */
export function ForecastPanel() {
  const dataset = useData((data) => data.dataset);
  const checkpoint = useData((data) => data.checkpoint);
  const initialTime = useView((view) => view.initialTime);
  const { steps, running, byInitialFrame } = useForecasts();
  const { updates, phase } = useTraining();
  const ready = useDevice((state) => state.status === 'ready');

  const frame = dataset && initialTime !== null ? frameAt(dataset, initialTime) : -1;
  const canStart = dataset?.initialFrames.includes(frame) ?? false;
  const forecast = byInitialFrame[frame];
  const trained = updates > 0;
  const parameters = trained
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

/** What the Forecast room says: how good the shown field is by lead time, beside persistence. */
export function ForecastFigures() {
  const { scores, display } = useShownField();
  const level = useView((view) => view.level);
  const leadHours = useView((view) => view.leadHours);
  const shown = (values: number[]) => values.map((value) => differenceToShown(value, display));
  const leads = scores?.leadHours ?? [];
  const forecast = shown(scores?.forecast ?? []);
  const persistence = shown(scores?.persistence ?? []);
  const empty =
    leads.length === 0 ? 'Run a forecast to compare it with the truth, and with no change at all.' : '';

  return (
    <>
      <Suspense fallback={<div className="chart" style={{ height: 248 }} />}>
        <LineChart
          title={`RMSE, ${display.differenceUnit || 'no unit'}`}
          xLabel="hour"
          x={[0, ...leads]}
          series={[
            { label: 'forecast', values: [0, ...forecast], colour: '--accent' },
            { label: 'persistence', values: [0, ...persistence], colour: '--second', dashed: true },
          ]}
          length={leads.length}
          height={200}
          xSteps={[6, 12, 24, 48, 72, 120, 240]}
          empty={empty}
        />
      </Suspense>
      {leads.length > 0 && (
        <section className="section">
          <h2>{fieldTitle(display.label, level)}</h2>
          <table className="score-table">
            <thead>
              <tr>
                <th scope="col">Lead</th>
                <th scope="col">Forecast</th>
                <th scope="col">Persistence</th>
                <th scope="col">Change</th>
              </tr>
            </thead>
            <tbody>
              {leads.map((lead, i) => (
                <tr key={lead} className={lead === leadHours ? 'shown' : ''}>
                  <th scope="row">
                    <button type="button" onClick={() => showLead(lead)}>
                      {formatLead(lead)}
                    </button>
                  </th>
                  <td>{formatValue(forecast[i])}</td>
                  <td>{formatValue(persistence[i])}</td>
                  <td className={forecast[i] < persistence[i] ? 'better' : 'worse'}>
                    {percentChange(forecast[i], persistence[i])}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

/** '−34 %': forecast relative to persistence; a large one as a factor. */
function percentChange(forecast: number, persistence: number): string {
  const ratio = forecast / persistence;
  if (!Number.isFinite(ratio)) return '–';
  if (ratio >= 3) return `× ${formatValue(ratio)}`;
  const percent = Math.round((ratio - 1) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)} %`;
}
