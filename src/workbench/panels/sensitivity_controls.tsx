import { INPUT_FRAMES, type InputFrame, MOST_SENSITIVITY_STEPS } from '../rooms_hash';
import { nearestLevel, useData, wordsOfParameters } from '../state/data';
import { useDevice } from '../state/device';
import { shownForecast } from '../state/field_values';
import { useNetwork } from '../state/network';
import { placeOfNode } from '../state/network_node';
import { cancelSensitivity, computeSensitivity, targetField, useSensitivity } from '../state/sensitivity';
import { STEP_HOURS } from '../state/timeline';
import { useView } from '../state/view';
import { displayOf, fieldTitle, formatLead, formatPlace, formatSpan } from '../units';
import { t } from '../words/words';
import { PlayIcon, StopIcon } from './icons';
import { RangeInput, Setting } from './setting';

const FRAME_WORDS: Record<InputFrame, string> = { previous: '−6 h', last: '0 h' };

/** Which forecast number is asked about, and how the answer is looked at. */
export function SensitivityControls() {
  const dataset = useData((data) => data.dataset);
  const { steps, running, summary } = useSensitivity();
  // The field that is asked for follows the shown one until another is chosen.
  useSensitivity((state) => state.target);
  useView(({ variable, level }) => `${variable} ${level}`);
  const place = usePlace();
  const field = targetField();
  if (!dataset || !field) return null;
  const levels = field.level === null ? [] : dataset.levels;
  return (
    <section className="section">
      <h2>{t('Sensitivity')}</h2>
      <p className="empty-note">
        {t('What does a forecast value depend on? Its gradient, sent back to the initial state.')}
      </p>
      <div className="row pair">
        <select
          aria-label={t('Forecast variable')}
          value={field.variable}
          disabled={running !== null}
          onChange={({ target }) =>
            useSensitivity.setState({
              target: { variable: target.value, level: nearestLevel(dataset, target.value, field.level) },
            })
          }
        >
          {dataset.targetVariables.map((name) => (
            <option key={name} value={name}>
              {t(displayOf(name).label)}
            </option>
          ))}
        </select>
        {levels.length > 0 && (
          <select
            aria-label={t('Forecast level')}
            value={field.level ?? ''}
            disabled={running !== null}
            onChange={({ target }) =>
              useSensitivity.setState({ target: { ...field, level: Number(target.value) } })
            }
          >
            {levels.map((level) => (
              <option key={level} value={level}>
                {level} hPa
              </option>
            ))}
          </select>
        )}
      </div>
      <Setting
        id="sensitivity-steps"
        label={t('Lead time, steps')}
        why={t('Of the value at {place}, {lead}. Click the globe for another place.', {
          place: place ? formatPlace(place) : '–',
          lead: formatLead(steps * STEP_HOURS),
        })}
      >
        <RangeInput
          id="sensitivity-steps"
          value={steps}
          least={1}
          most={MOST_SENSITIVITY_STEPS}
          disabled={running !== null}
          onChange={(value) => useSensitivity.setState({ steps: value })}
        />
      </Setting>
      <ComputeAction place={place} />
      {summary && <Looking />}
    </section>
  );
}

/** The picked place, else the picked mesh node's. */
function usePlace(): { longitude: number; latitude: number } | null {
  const pick = useView((view) => view.pick);
  const { graph, node } = useNetwork();
  return pick ?? (graph ? placeOfNode(graph.vertices, node) : null);
}

function ComputeAction({ place }: { place: { longitude: number; latitude: number } | null }) {
  const running = useSensitivity((state) => state.running);
  const ready = useDevice((device) => device.status === 'ready');
  const canStart = useNetwork(({ readings }) => readings !== null);
  if (running) {
    const { done, total, perSecond, secondsLeft } = running;
    return (
      <>
        <div className="row">
          <button type="button" className="button" onClick={() => void cancelSensitivity()}>
            <StopIcon />
            {t('Cancel')}
          </button>
        </div>
        <progress aria-label={t('Passes through the network')} value={done} max={total} />
        <p className="why-below">
          {t('Pass {done} of {total}, {rate} a second, {left} left.', {
            done: done + 1,
            total,
            rate: perSecond.toFixed(1),
            left: formatSpan(secondsLeft),
          })}
        </p>
      </>
    );
  }
  return (
    <div className="row">
      <button
        type="button"
        className="button primary"
        disabled={!ready || !canStart || !place}
        onClick={() => place && void computeSensitivity(place, shownForecast().initialFrame)}
      >
        <PlayIcon />
        {t('Show sensitivity')}
      </button>
    </div>
  );
}

/** Of the answer: which input frame, and in which unit. */
function Looking() {
  const { summary, frame, perDeviation } = useSensitivity();
  const layer = useView((view) => view.layer);
  if (!summary) return null;
  const title = fieldTitle(t(displayOf(summary.variable).label), summary.level);
  return (
    <>
      <div className="setting wide">
        <span>{t('Input frame')}</span>
        <fieldset className="choices">
          <legend className="visually-hidden">{t('Input frame')}</legend>
          {INPUT_FRAMES.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="input-frame"
                checked={frame === name}
                onChange={() => useSensitivity.setState({ frame: name })}
              />
              {FRAME_WORDS[name]}
            </label>
          ))}
        </fieldset>
      </div>
      <div className="setting wide">
        <span>{t('Change per')}</span>
        <fieldset className="choices">
          <legend className="visually-hidden">{t('Change per')}</legend>
          {[true, false].map((deviation) => (
            <label key={String(deviation)}>
              <input
                type="radio"
                name="sensitivity-unit"
                checked={perDeviation === deviation}
                onChange={() => useSensitivity.setState({ perDeviation: deviation })}
              />
              {deviation ? t('Deviation σ') : t('Unit')}
            </label>
          ))}
        </fieldset>
      </div>
      <p className="why-below">
        {t(
          'The globe: how {field} at {place}, {lead}, changes with the field above the globe, by {parameters}.',
          {
            field: title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
            place: formatPlace(summary),
            lead: formatLead(summary.steps * STEP_HOURS),
            parameters: wordsOfParameters(summary.parameters),
          },
        )}
      </p>
      {layer !== 'sensitivity' && (
        <button
          type="button"
          className="text-button"
          onClick={() => useView.setState({ layer: 'sensitivity' })}
        >
          {t('Show it on the globe again')}
        </button>
      )}
    </>
  );
}
