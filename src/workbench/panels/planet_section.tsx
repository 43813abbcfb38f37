import { useBusy } from '../state/data';
import { cancelPlanet, simulatePlanet, usePlanet } from '../state/planet';
import { formatSpan } from '../units';
import { t } from '../words/words';
import { PlayIcon, StopIcon } from './icons';
import { NumberInput, RangeInput, SelectInput, Setting } from './setting';

/** Another planet, simulated here and now. */
export function PlanetSection() {
  const { seed, days, truncation, progress } = usePlanet();
  const busy = useBusy();
  const disabled = progress !== null;
  return (
    <details className="section">
      <summary>{t('Simulate a planet')}</summary>
      <Setting
        id="planet-seed"
        label={t('Seed')}
        why={t('Whole number; continents, mountains and weather follow from it.')}
      >
        <NumberInput
          id="planet-seed"
          value={seed}
          least={0}
          most={2 ** 31 - 1}
          disabled={disabled}
          onChange={(value) => usePlanet.setState({ seed: value })}
        />
      </Setting>
      <Setting
        id="planet-days"
        label={t('Days')}
        why={t('Length of the series, four frames a day, after 40 days of spin-up.')}
      >
        <RangeInput
          id="planet-days"
          value={days}
          least={5}
          most={120}
          disabled={disabled}
          onChange={(value) => usePlanet.setState({ days: value })}
        />
      </Setting>
      <Setting
        id="planet-truncation"
        label={t('Truncation')}
        why={t('Waves around the globe that the model carries: T21 takes seconds, T42 minutes.')}
      >
        <SelectInput
          id="planet-truncation"
          value={truncation}
          choices={[21, 31, 42].map((value) => ({ value, label: `T${value}` }))}
          disabled={disabled}
          onChange={(value) => usePlanet.setState({ truncation: value })}
        />
      </Setting>
      <div className="row">
        {progress ? (
          <button type="button" className="button" onClick={cancelPlanet}>
            <StopIcon />
            {t('Cancel')}
          </button>
        ) : (
          <button type="button" className="button" disabled={busy} onClick={simulatePlanet}>
            <PlayIcon />
            {t('Simulate')}
          </button>
        )}
      </div>
      {progress && (
        <>
          <progress aria-label={t('Simulated days')} value={progress.done} max={progress.total} />
          <p className="why-below">
            {t('Day {day} of {days}, {left} left.', {
              day: Math.floor(progress.done),
              days: progress.total,
              left: formatSpan(progress.secondsLeft),
            })}
          </p>
        </>
      )}
    </details>
  );
}
