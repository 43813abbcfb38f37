import { useBusy } from '../state/data';
import { cancelPlanet, simulatePlanet, usePlanet } from '../state/planet';
import { formatSpan } from '../units';
import { PlayIcon, StopIcon } from './icons';
import { NumberInput, RangeInput, Setting } from './setting';

/** Another planet, simulated here and now. */
export function PlanetSection() {
  const { seed, days, truncation, progress } = usePlanet();
  const busy = useBusy();
  const disabled = progress !== null;
  return (
    <details className="section">
      <summary>Simulate a planet</summary>
      <Setting
        id="planet-seed"
        label="Seed"
        why="Whole number; continents, mountains and weather follow from it."
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
        label="Days"
        why="Length of the series, four frames a day, after 40 days of spin-up."
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
        label="Truncation"
        why="Waves around the globe that the model carries: T21 takes seconds, T42 minutes."
      >
        <select
          id="planet-truncation"
          aria-describedby="planet-truncation-why"
          value={truncation}
          disabled={disabled}
          onChange={({ target }) => usePlanet.setState({ truncation: Number(target.value) })}
        >
          {[21, 31, 42].map((choice) => (
            <option key={choice} value={choice}>
              T{choice}
            </option>
          ))}
        </select>
      </Setting>
      <div className="row">
        {progress ? (
          <button type="button" className="button" onClick={cancelPlanet}>
            <StopIcon />
            Cancel
          </button>
        ) : (
          <button type="button" className="button" disabled={busy} onClick={simulatePlanet}>
            <PlayIcon />
            Simulate
          </button>
        )}
      </div>
      {progress && (
        <>
          <progress aria-label="Simulated days" value={progress.done} max={progress.total} />
          <p className="why-below">
            Day {Math.floor(progress.done)} of {progress.total}, {formatSpan(progress.secondsLeft)} left.
          </p>
        </>
      )}
    </details>
  );
}
