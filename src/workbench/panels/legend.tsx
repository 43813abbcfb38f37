import type { CSSProperties } from 'react';
import { colourGradient } from '../globe/colour_map';
import { legendTicks } from '../globe/colour_range';
import { layerName, layerTitle } from '../globe/layer_words';
import { RANGE_KINDS, type RangeKind } from '../location_hash';
import { isDifference, type ShownLayer, useShownField } from '../state/shown_field';
import { useWind } from '../state/shown_wind';
import { chooseUnit, useView } from '../state/view';
import { formatValue, unitChoices } from '../units';
import { t } from '../words/words';

const RANGE_WORDS: Record<RangeKind, string> = {
  fixed: 'fixed',
  automatic: 'automatic',
  symmetric: 'symmetric',
};

/** Title, unit and range of the shown colours, or why there is no field. */
export function Legend() {
  const shown = useShownField();
  const { values, message, other } = shown;
  const problem = [message, other?.message].find(Boolean);
  return (
    <>
      {problem && <p className={`stage-message ${values ? 'aside' : ''}`}>{t(problem)}</p>}
      {values && (
        <div className="legends">
          <ColourScale layer={shown} names={other ? alike(shown, other) : undefined} />
          {other?.values && other.colourMap !== shown.colourMap && <ColourScale layer={other} />}
        </div>
      )}
    </>
  );
}

/** Two layers in the same colours share a scale, which then bears both names. */
function alike(shown: ShownLayer, other: ShownLayer): string | undefined {
  if (other.colourMap !== shown.colourMap || other.layer === shown.layer) return undefined;
  return `${layerName(shown.layer)}, ${layerName(other.layer)}`;
}

function ColourScale({ layer, names }: { layer: ShownLayer; names?: string }) {
  const { colourMap, range, unit, display } = layer;
  const { values, step } = legendTicks(range, 5);
  return (
    <figure className="legend">
      <figcaption>
        <span title={layerTitle(layer)}>
          {layerTitle(layer)}
          {names && <small> {names}</small>}
          <WindNote />
        </span>
        <RangeChoice isSigned={range.low < 0 && display.range === 'symmetric'} layer={layer} />
        <UnitButton shown={unit} usual={display.unit} />
      </figcaption>
      <div className="bar" style={{ background: colourGradient(colourMap) }} />
      <div className="ticks">
        {values.map((value) => (
          <span key={value} style={tickPlace((value - range.low) / (range.high - range.low))}>
            {formatValue(value, step)}
          </span>
        ))}
      </div>
    </figure>
  );
}

/** Which wind the particles drift in. */
function WindNote() {
  const { winds, level } = useWind();
  if (!winds[0]) return null;
  return <small> · {level === null ? t('wind at 10 m') : t('wind at {level} hPa', { level })}</small>;
}

/** What the ends of the colours follow; equal ends about zero only for what has a sign. */
function RangeChoice({ layer, isSigned }: { layer: ShownLayer; isSigned: boolean }) {
  const rangeKind = useView((view) => view.rangeKind);
  const hasSign = isSigned || isDifference(layer.layer);
  const kinds = RANGE_KINDS.filter((kind) => kind !== 'symmetric' || hasSign || rangeKind === kind);
  return (
    <select
      className="range-kind"
      aria-label={t('Colour range')}
      title={t('Colour range: {key}', { key: 'R' })}
      value={rangeKind}
      onChange={({ target }) => useView.setState({ rangeKind: target.value as RangeKind })}
    >
      {kinds.map((kind) => (
        <option key={kind} value={kind}>
          {t(RANGE_WORDS[kind])}
        </option>
      ))}
    </select>
  );
}

/** The unit; where a quantity is read in others too, a button to the next one. */
function UnitButton({ shown, usual }: { shown: string; usual: string }) {
  const choices = unitChoices(usual);
  if (choices.length === 0) return <span className="unit">{shown}</span>;
  const next = choices[(choices.indexOf(usual) + 1) % choices.length];
  return (
    <button
      type="button"
      className="unit"
      title={t('Show in {unit}: {key}', { unit: next, key: 'U' })}
      aria-label={t('Unit {unit}; show in {next}', { unit: shown, next })}
      onClick={() => chooseUnit(choices, next)}
    >
      {shown}
    </button>
  );
}

/** Under its place on the bar; at the bar's ends flush with them. */
function tickPlace(fraction: number): CSSProperties {
  const shift = fraction < 0.04 ? 0 : fraction > 0.96 ? -100 : -50;
  return { left: `${fraction * 100}%`, transform: `translateX(${shift}%)` };
}
