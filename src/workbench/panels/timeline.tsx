import type { CSSProperties } from 'react';
import { useData } from '../state/data';
import { frameAt } from '../state/field_values';
import { useForecasts } from '../state/forecast';
import {
  longestLead,
  PLAY_SPEEDS,
  STEP_HOURS,
  showInitialFrame,
  stepLead,
  togglePlay,
} from '../state/timeline';
import { showLead, useView } from '../state/view';
import { formatLead, formatTime } from '../units';
import { t } from '../words/words';
import { BackIcon, ForwardIcon, PauseIcon, PlayIcon } from './icons';

/** Initial time and lead time, and the valid time that they make. */
export function Timeline() {
  const dataset = useData((data) => data.dataset)!;
  const initialTime = useView((view) => view.initialTime);
  const leadHours = useView((view) => view.leadHours);
  const playing = useView((view) => view.playing);
  const playSpeed = useView((view) => view.playSpeed);
  const { byInitialFrame } = useForecasts();
  if (initialTime === null) return null;
  const frame = frameAt(dataset, initialTime);
  const longest = longestLead();
  const made = byInitialFrame[frame]?.leadHours ?? [];

  return (
    <section className="timeline" aria-label={t('Time')}>
      <div className="transport">
        <StepButton label={t('6 h back')} onClick={() => stepLead(-1)} disabled={leadHours === 0}>
          <BackIcon />
        </StepButton>
        <button
          type="button"
          className="button icon"
          onClick={togglePlay}
          disabled={longest === 0}
          aria-label={playing ? t('Pause time') : t('Play time')}
          title={t('Play or pause: {key}', { key: t('Space') })}
        >
          {playing ? <PauseIcon /> : <PlayIcon />}
        </button>
        <StepButton label={t('6 h forward')} onClick={() => stepLead(1)} disabled={leadHours >= longest}>
          <ForwardIcon />
        </StepButton>
        <select
          aria-label={t('Play speed')}
          title={t('Play slower or faster: {key}', { key: '< >' })}
          value={playSpeed}
          onChange={({ target }) => useView.setState({ playSpeed: Number(target.value) })}
        >
          {PLAY_SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              ×{speed === 0.5 ? '½' : speed}
            </option>
          ))}
        </select>
      </div>
      <div className="track initial">
        <label htmlFor="initial-time">{t('Initial time')}</label>
        <output htmlFor="initial-time">{formatTime(initialTime)}</output>
        <input
          id="initial-time"
          type="range"
          min={0}
          max={dataset.times.length - 1}
          value={frame}
          aria-valuetext={formatTime(initialTime)}
          disabled={dataset.times.length < 2}
          style={filled(frame, dataset.times.length - 1)}
          onChange={({ target }) => showInitialFrame(Number(target.value))}
        />
      </div>
      <div className="track lead">
        <label htmlFor="lead-time">{t('Lead time')}</label>
        <output htmlFor="lead-time">{formatLead(leadHours)}</output>
        <input
          id="lead-time"
          type="range"
          min={0}
          max={longest}
          step={STEP_HOURS}
          value={leadHours}
          aria-valuetext={formatLead(leadHours)}
          disabled={longest === 0}
          style={filled(leadHours, longest)}
          onChange={({ target }) => showLead(Number(target.value))}
        />
        <LeadMarks longest={longest} made={made} />
      </div>
      <div className="valid">
        <span>{t('Valid time')}</span>
        <strong>{formatTime(initialTime + leadHours * 3600)}</strong>
      </div>
    </section>
  );
}

function StepButton(props: { label: string; onClick(): void; disabled: boolean; children: React.ReactNode }) {
  return (
    <button
      type="button"
      className="button bare icon"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      disabled={props.disabled}
    >
      {props.children}
    </button>
  );
}

/** A dot per lead time; those that a forecast has reached are lit. */
function LeadMarks({ longest, made }: { longest: number; made: number[] }) {
  const leads = Array.from({ length: longest / STEP_HOURS + 1 }, (_, i) => i * STEP_HOURS);
  if (leads.length < 2 || leads.length > 80) return null;
  return (
    <div className="marks" aria-hidden="true">
      {leads.map((lead) => (
        <i
          key={lead}
          className={made.includes(lead) ? 'made' : ''}
          style={{ left: `${(lead / longest) * 100}%` }}
        />
      ))}
    </div>
  );
}

function filled(value: number, most: number): CSSProperties {
  return { '--filled': `${most > 0 ? (value / most) * 100 : 0}%` } as CSSProperties;
}
