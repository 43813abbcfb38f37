import { LAYERS, type Layer } from '../location_hash';
import { nearestLevel, useData } from '../state/data';
import { useForecasts } from '../state/forecast';
import { showField, showLayer, useView } from '../state/view';
import { displayOf } from '../units';
import { IsolinesIcon, MeshIcon } from './icons';

const LAYER_WORDS: Record<Layer, string> = { forecast: 'Forecast', truth: 'Truth', error: 'Error' };

/** What is drawn on the globe: variable, level, layer, and what lies over it. */
export function FieldBar() {
  const dataset = useData((data) => data.dataset)!;
  const { variable, level, layer, isolines, mesh } = useView();
  const hasForecast = useForecasts(({ byInitialFrame }) => Object.keys(byInitialFrame).length > 0);
  const levels = dataset.variables.find(({ name }) => name === variable)?.hasLevel ? dataset.levels : [];

  return (
    <div className="field-bar">
      <select
        className="variable"
        aria-label="Variable"
        title="Next variable: V"
        value={variable}
        onChange={({ target }) => showField(target.value, nearestLevel(dataset, target.value, level))}
      >
        {dataset.variables.map(({ name, units }) => (
          <option key={name} value={name}>
            {displayOf(name, units).label}
          </option>
        ))}
      </select>
      {levels.length > 0 && (
        <select
          aria-label="Level"
          title="Level up or down: [ ]"
          value={level ?? ''}
          onChange={({ target }) => showField(variable, Number(target.value))}
        >
          {levels.map((pressure) => (
            <option key={pressure} value={pressure}>
              {pressure} hPa
            </option>
          ))}
        </select>
      )}
      {hasForecast && (
        <fieldset className="choices">
          <legend className="visually-hidden">Layer</legend>
          {LAYERS.map((name) => (
            <label key={name}>
              <input type="radio" name="layer" checked={layer === name} onChange={() => showLayer(name)} />
              {LAYER_WORDS[name]}
            </label>
          ))}
        </fieldset>
      )}
      <div className="overlays">
        <button
          type="button"
          className="button bare"
          aria-pressed={isolines}
          aria-label="Isolines"
          title="Isolines: I"
          onClick={() => useView.setState({ isolines: !isolines })}
        >
          <IsolinesIcon />
          <span>Isolines</span>
        </button>
        <button
          type="button"
          className="button bare"
          aria-pressed={mesh}
          aria-label="Multi-mesh"
          title="Multi-mesh: M"
          onClick={() => useView.setState({ mesh: !mesh })}
        >
          <MeshIcon />
          <span>Mesh</span>
        </button>
      </div>
    </div>
  );
}
