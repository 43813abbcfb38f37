import { niceStep, ticks } from '../globe/colour_range';
import { formatValue } from '../units';

export interface PointSeries {
  label: string;
  /** Name of a CSS colour variable. */
  colour: string;
  dashed?: boolean;
  /** One per place on the other axis; NaN where there is none. */
  values: number[];
}

interface Properties {
  label: string;
  series: PointSeries[];
  /** Places on the axis that is no value: lead times along x, or levels along y. */
  places: number[];
  placeTicks: number[];
  placeText(place: number): string;
  /** 0 to 1 along the axis: left to right, or top to bottom. */
  share(place: number): number;
  valuesAlong: 'x' | 'y';
  /** The shown place. */
  marked: number | null;
  onChoose?(place: number): void;
}

const WIDTH = 296;
const HEIGHT = 150;
const LEFT = 46;
const RIGHT = 14;
const TOP = 8;
const BOTTOM = 20;

/** Curves through time (values along y) or height (values along x). */
export function PointChart(properties: Properties) {
  const { series, places, placeTicks, placeText, share, valuesAlong, marked, onChoose } = properties;
  const known = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const margin = high > low ? 0.06 * (high - low) : 1;
  const range = { low: low - margin, high: high + margin };
  const along = (fraction: number) => LEFT + fraction * (WIDTH - LEFT - RIGHT);
  const down = (fraction: number) => TOP + fraction * (HEIGHT - TOP - BOTTOM);
  const part = (value: number) => (value - range.low) / (range.high - range.low);
  const isAcross = valuesAlong === 'x';
  const x = (place: number, value: number) => along(isAcross ? part(value) : share(place));
  const y = (place: number, value: number) => down(isAcross ? share(place) : 1 - part(value));
  const pieces = isAcross ? 4 : 3;
  const step = niceStep(range.high - range.low, pieces);
  const choose = (event: React.MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    const distance = (place: number) => Math.abs(along(share(place)) - at);
    onChoose?.(places.reduce((best, place) => (distance(place) < distance(best) ? place : best)));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys choose the lead time everywhere on the page
    <svg
      className="point-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={properties.label}
      onClick={onChoose && choose}
    >
      {placeTicks.map((place) => (
        <Tick key={place} at={share(place)} text={placeText(place)} across={isAcross} />
      ))}
      {known.length > 0 &&
        ticks(range, pieces).map((value) => {
          const at = isAcross ? part(value) : 1 - part(value);
          return <Tick key={value} at={at} text={formatValue(value, step)} across={!isAcross} />;
        })}
      {marked !== null && !isAcross && (
        <line
          className="marked"
          x1={along(share(marked))}
          x2={along(share(marked))}
          y1={down(0)}
          y2={down(1)}
        />
      )}
      {series.map(({ colour, dashed, values }) => (
        <path
          key={colour}
          d={path(places, values, x, y)}
          stroke={`var(${colour})`}
          strokeDasharray={dashed ? '4 4' : undefined}
        />
      ))}
      {series.map(({ colour, values }) =>
        places.map((place, i) =>
          Number.isFinite(values[i]) && (isAcross || place === marked) ? (
            <circle
              key={`${colour} ${place}`}
              cx={x(place, values[i])}
              cy={y(place, values[i])}
              r="2.5"
              fill={`var(${colour})`}
            />
          ) : null,
        ),
      )}
    </svg>
  );
}

/** A line over the whole chart with its text; `across` for one at a height. */
function Tick({ at, text, across }: { at: number; text: string; across: boolean }) {
  const x = LEFT + at * (WIDTH - LEFT - RIGHT);
  const y = TOP + at * (HEIGHT - TOP - BOTTOM);
  return across ? (
    <>
      <line x1={LEFT} x2={WIDTH - RIGHT} y1={y} y2={y} />
      <text x={LEFT - 5} y={y + 3.5} textAnchor="end">
        {text}
      </text>
    </>
  ) : (
    <>
      <line x1={x} x2={x} y1={TOP} y2={HEIGHT - BOTTOM} />
      <text x={x} y={HEIGHT - 6} textAnchor="middle">
        {text}
      </text>
    </>
  );
}

/** Broken where a value is missing. */
function path(
  places: number[],
  values: number[],
  x: (place: number, value: number) => number,
  y: (place: number, value: number) => number,
): string {
  let pen = 'M';
  return places
    .map((place, i) => {
      if (!Number.isFinite(values[i])) {
        pen = 'M';
        return '';
      }
      const command = `${pen}${x(place, values[i]).toFixed(1)} ${y(place, values[i]).toFixed(1)}`;
      pen = 'L';
      return command;
    })
    .join('');
}
