import { useState } from 'react';
import type { KeptRun } from '../../worker/protocol';
import { differences } from '../state/run_differences';
import { drawRun, exportRun, removeRun, renameRun, useRuns } from '../state/runs';
import { scoreRun, useScores } from '../state/scores';
import { isRunOpen, leadingRunId, useTraining } from '../state/training';
import { formatValue } from '../units';
import { t } from '../words/words';
import { ResumeButton, useCanOpen } from './train_resume';

/** Colours of the runs that are drawn beside the open one, in turn. */
export const RUN_COLOURS = ['--run-1', '--run-2', '--run-3', '--run-4', '--run-5'];

/** The runs that the browser keeps: what differs, how good they are; drawn, resumed, renamed, taken out, deleted. */
export function RunTable() {
  const { runs, drawn } = useRuns();
  const { runId } = useTraining();
  const [chosen, setChosen] = useState<string | null>(null);
  if (runs.length === 0) {
    return (
      <section className="section">
        <h2>{t('Runs')}</h2>
        <p className="empty-note">
          {t('Every run is kept in this browser and listed here. Drop an exported run (.zip) to take it in.')}
        </p>
      </section>
    );
  }
  const different = differences(runs.map(({ config }) => config));
  const drawnIds = Object.keys(drawn);
  return (
    <section className="section">
      <h2>{t('Runs')}</h2>
      <table className="score-table run-table">
        <thead>
          <tr>
            <th scope="col">{t('Name')}</th>
            <th scope="col">{t('Best')}</th>
            <th scope="col">{t('Updates')}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, i) => {
            const { id, name, best, update, total, changed } = run;
            const order = drawnIds.indexOf(id);
            return (
              <tr key={id} className={id === runId ? 'shown' : ''}>
                <th scope="row">
                  <label
                    style={
                      { '--series': `var(${RUN_COLOURS[order % RUN_COLOURS.length]})` } as React.CSSProperties
                    }
                  >
                    <input
                      type="checkbox"
                      checked={id === runId || order >= 0}
                      disabled={id === runId}
                      aria-label={t('Draw {name}', { name })}
                      onChange={({ target }) => void drawRun(id, target.checked)}
                    />
                  </label>
                  <button
                    type="button"
                    aria-expanded={chosen === id}
                    onClick={() => setChosen(chosen === id ? null : id)}
                  >
                    {name}
                  </button>
                  <small>{different[i].map(([key, value]) => `${key} ${value}`).join(' · ')}</small>
                  {chosen === id && <RunActions run={run} />}
                </th>
                <td>{best === null ? '–' : formatValue(best)}</td>
                <td>
                  {update.toLocaleString('en')} / {total.toLocaleString('en')}
                  <small>{new Date(changed).toISOString().slice(0, 16).replace('T', ' ')}</small>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="why-below">
        {t('Best: least validation loss. Times are UTC. A run dropped here as .zip is taken in.')}
      </p>
    </section>
  );
}

function RunActions({ run }: { run: KeptRun }) {
  const { phase, runId } = useTraining();
  const { id, name, update, total } = run;
  const open = id === runId && isRunOpen(phase);
  const canOpen = useCanOpen(run);
  const canScore = leadingRunId() === id || (update > 0 && canOpen);
  const isScoring = useScores(({ running }) => running !== null);
  return (
    <div className="run-actions">
      <input
        type="text"
        defaultValue={name}
        key={name}
        maxLength={80}
        aria-label={t('Name of {name}', { name })}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Enter') currentTarget.blur();
        }}
        onBlur={({ target }) => {
          if (target.value !== name) void renameRun(id, target.value);
        }}
      />
      {!open && <ResumeButton run={run} label={update < total ? t('Resume') : t('Open')} />}
      <button
        type="button"
        className="button"
        title={
          canScore || !isRunOpen(phase)
            ? t('Scores its forecasts in the Score room')
            : t('Stop the run that is open first.')
        }
        disabled={isScoring || !canScore}
        onClick={() => void scoreRun(run)}
      >
        {t('Score')}
      </button>
      <button type="button" className="button" onClick={() => void exportRun(run)}>
        {t('Export')}
      </button>
      <button
        type="button"
        className="button"
        disabled={open}
        title={open ? t('Stop it first') : undefined}
        onClick={() => void removeRun(run)}
      >
        {t('Delete')}
      </button>
    </div>
  );
}
