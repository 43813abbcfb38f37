import type { CSSProperties } from 'react';
import { colourGradient } from '../globe/colour_map';
import { niceStep, ticks } from '../globe/colour_range';
import { useShownField } from '../state/shown_field';
import { fieldTitle, formatValue } from '../units';

/** Title, unit and range of the shown field's colours, or why there is no field. */
export function Legend() {
  const { values, level, layer, message, display, unit, colourMap, range } = useShownField();
  if (!values) return message ? <p className="stage-message">{message}</p> : null;

  const pieces = 5;
  const step = niceStep(range.high - range.low, pieces);
  const title = fieldTitle(display.label, level);
  return (
    <figure className="legend">
      <figcaption>
        <span>
          {layer === 'error' ? `Error of ${title.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}` : title}
        </span>
        <span className="unit">{unit}</span>
      </figcaption>
      <div className="bar" style={{ background: colourGradient(colourMap) }} />
      <div className="ticks">
        {ticks(range, pieces).map((value) => (
          <span key={value} style={tickPlace((value - range.low) / (range.high - range.low))}>
            {formatValue(value, step)}
          </span>
        ))}
      </div>
    </figure>
  );
}

/** Under its place on the bar; at the bar's ends flush with them. */
function tickPlace(fraction: number): CSSProperties {
  const shift = fraction < 0.04 ? 0 : fraction > 0.96 ? -100 : -50;
  return { left: `${fraction * 100}%`, transform: `translateX(${shift}%)` };
}
