import './panels.css';
import { REGIONS } from '../../forecast/regions';
import { BASELINES, type Baseline, type Metric } from '../rooms_hash';
import { useData, wordsOfParameters } from '../state/data';
import { useDevice } from '../state/device';
import {
  baselineOf,
  cancelScore,
  cardOf,
  compareWith,
  openScores,
  saveScores,
  score,
  useScores,
} from '../state/scores';
import { formatSpan } from '../units';
import { t } from '../words/words';
import { FilePicker } from './file_picker';
import { OpenIcon, PlayIcon, SaveIcon, StopIcon } from './icons';
import { saveScorePicture } from './score_picture';
import { RangeInput, SelectInput, Setting } from './setting';

const METRIC_WORDS: Record<Metric, string> = { rmse: 'RMSE', acc: 'Anomaly correlation' };
const BASELINE_WORDS: Record<Baseline, string> = {
  persistence: 'Persistence',
  climatology: 'Climatology',
  against: 'Other scores',
};
const SPACINGS = [6, 12, 24, 48];

/** The Score room's controls: what is scored, what it is compared with, and where to save it. */
export function ScorePanel() {
  return (
    <>
      <div className="panel">
        <WhatIsScored />
        <Comparison />
        <Saving />
      </div>
      <ScoreActions />
    </>
  );
}

function WhatIsScored() {
  const { days, everyHours, running } = useScores();
  return (
    <section className="section">
      <h2>{t('Forecasts to score')}</h2>
      <Setting
        id="score-days"
        label={t('Longest lead time, days')}
        why={t('How far each forecast goes; 10 days in GraphCast’s scorecard.')}
      >
        <RangeInput
          id="score-days"
          value={days}
          least={1}
          most={10}
          disabled={running !== null}
          onChange={(value) => useScores.setState({ days: value })}
        />
      </Setting>
      <Setting
        id="score-every"
        label={t('Between initial times')}
        why={t('Hours from one forecast to the next; 12 h in GraphCast’s scorecard.')}
      >
        <SelectInput
          id="score-every"
          value={everyHours}
          choices={SPACINGS.map((hours) => ({ value: hours, label: `${hours} h` }))}
          disabled={running !== null}
          onChange={(value) => useScores.setState({ everyHours: value })}
        />
      </Setting>
    </section>
  );
}

function Comparison() {
  const { scores, against, earlier, baseline, metric, region } = useScores();
  const card = cardOf({ scores, against });
  const has = (kind: Baseline) => card !== null && baselineOf(card, kind) !== undefined;
  const regions = REGIONS.filter(({ id }) => scores?.regions.some((known) => known.id === id));
  return (
    <section className="section">
      <h2>{t('Comparison')}</h2>
      <div className="setting">
        <label htmlFor="score-metric">{t('Score')}</label>
        <select
          id="score-metric"
          value={metric}
          onChange={({ target }) => useScores.setState({ metric: target.value as Metric })}
        >
          {Object.entries(METRIC_WORDS).map(([name, words]) => (
            <option key={name} value={name}>
              {t(words)}
            </option>
          ))}
        </select>
      </div>
      <div className="setting">
        <label htmlFor="score-baseline">{t('Relative to')}</label>
        <select
          id="score-baseline"
          value={baseline}
          onChange={({ target }) => useScores.setState({ baseline: target.value as Baseline })}
        >
          {BASELINES.map((name) => (
            <option key={name} value={name} disabled={card !== null && !has(name)}>
              {t(BASELINE_WORDS[name])}
            </option>
          ))}
        </select>
      </div>
      {regions.length > 1 && (
        <div className="setting">
          <label htmlFor="score-region">{t('Region')}</label>
          <select
            id="score-region"
            value={region}
            onChange={({ target }) => useScores.setState({ region: target.value })}
          >
            {regions.map(({ id, title }) => (
              <option key={id} value={id}>
                {t(title)}
              </option>
            ))}
          </select>
        </div>
      )}
      {earlier.length > 0 && (
        <div className="setting">
          <label htmlFor="score-against">{t('Other scores')}</label>
          <select
            id="score-against"
            value={against ? earlier.indexOf(against) : -1}
            onChange={({ target }) => compareWith(earlier[Number(target.value)] ?? null)}
          >
            <option value={-1}>{t('none')}</option>
            {earlier.map(({ name, initial_times: { count } }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two scorings may have one name
              <option key={i} value={i}>
                {t('{name}, {count} forecasts', { name: wordsOfParameters(name), count })}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="row">
        <FilePicker className="button" kind="scores" onFiles={async ([file]) => file && openScores(file)}>
          <OpenIcon />
          {t('Open scores…')}
        </FilePicker>
      </div>
    </section>
  );
}

function Saving() {
  const none = useScores(({ scores }) => scores === null);
  const kinds = [
    ['CSV', () => void saveScores('csv')],
    ['JSON', () => void saveScores('json')],
    ['PNG', () => void saveScorePicture()],
    ['HTML', () => void saveScores('html')],
  ] as const;
  return (
    <section className="section">
      <h2>{t('Save')}</h2>
      <p className="empty-note">
        {t('The numbers as a table or as JSON, the table as a picture, or a scorecard that stands alone.')}
      </p>
      <div className="row">
        {kinds.map(([kind, save]) => (
          <button
            key={kind}
            type="button"
            className="button"
            disabled={none}
            onClick={save}
            aria-label={t('Save as {kind}', { kind })}
          >
            <SaveIcon />
            {kind}
          </button>
        ))}
      </div>
    </section>
  );
}

function ScoreActions() {
  const running = useScores((state) => state.running);
  const hasData = useData(({ dataset, opening }) => dataset !== null && opening === null);
  const ready = useDevice((state) => state.status === 'ready');
  return (
    <div className="actions-bar">
      <div className="main">
        {running ? (
          <button type="button" className="button" onClick={() => void cancelScore()}>
            <StopIcon />
            {t('Stop')}
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={!ready || !hasData}
            onClick={() => void score()}
          >
            <PlayIcon />
            {t('Score forecasts')}
          </button>
        )}
      </div>
      {running && (
        <progress
          aria-label={t('Forecast steps')}
          value={running.total > 0 ? running.done : undefined}
          max={running.total || 1}
        />
      )}
      <p className="why">{words(hasData, ready, running)}</p>
    </div>
  );
}

function words(
  hasData: boolean,
  ready: boolean,
  running: { done: number; total: number; perSecond: number; secondsLeft: number } | null,
): string {
  if (!hasData) return t('Open a dataset first.');
  if (!ready) return t('Scoring needs a WebGPU device.');
  if (!running) return t('Scored are the test days, else the validation days, else all of the data.');
  if (running.done === 0) return t('The first forecast is being made…');
  const { done, total, perSecond, secondsLeft } = running;
  return t('Step {done} of {total} · {rate} steps/s · {left} left', {
    done,
    total,
    rate: perSecond.toPrecision(2),
    left: formatSpan(secondsLeft),
  });
}
