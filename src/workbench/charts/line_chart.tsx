import './charts.css';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useTheme } from '../state/theme';
import { formatValue } from '../units';
import { t } from '../words/words';
import { alignedData } from './aligned_data';
import { plotOptions } from './plot_options';
import { type Range, zoomedByKey } from './zoom';

export interface Series {
  label: string;
  values: (number | null)[];
  /** Name of a CSS colour variable. */
  colour: string;
  dashed?: boolean;
  /** Drawn behind, and without a reading. */
  faint?: boolean;
  /** The chart's own when left out. */
  x?: number[];
}

interface Properties {
  title: string;
  /** What x counts, with its unit. */
  xLabel: string;
  x: number[];
  series: Series[];
  /** Entries so far: the arrays grow in place. */
  length: number;
  height: number;
  logarithmic?: boolean;
  /** Allowed distances between the ticks of x; round numbers when left out. */
  xSteps?: number[];
  /** Writes a value of y; without it as a plain number. */
  format?: (value: number) => string;
  /** Given together: the part of x that is shown, which several charts can share; null shows all. */
  zoom?: Range | null;
  onZoom?(range: Range | null): void;
  /** Stands in the heading instead of the title. */
  heading?: React.ReactNode;
}

/** A live line chart that follows the theme; the reading under the pointer stands in its heading. */
export default function LineChart(properties: Properties) {
  const { title, xLabel, x, series, length, height, logarithmic, xSteps, zoom, onZoom } = properties;
  const { format = formatValue, heading } = properties;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zooming = useRef({ zoom, onZoom });
  zooming.current = { zoom, onZoom };
  const theme = useTheme((state) => state.theme);
  const [pointed, setPointed] = useState<number | null>(null);
  const data = alignedData(x, series, logarithmic === true);
  const looks = series.map(({ colour, dashed, faint }) => `${colour} ${dashed} ${faint}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew when its looks change; data has its own effect
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const options = plotOptions({
      ...{ width: element.clientWidth, height, series, xLabel, logarithmic, xSteps },
      point: setPointed,
      zoomable: onZoom !== undefined,
      range: (least, most) => zooming.current.zoom ?? [least, most],
      select: (range) => zooming.current.onZoom?.(range),
    });
    plot.current = new uPlot(options, data, element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, height, logarithmic, xLabel, looks]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `length` tells that the arrays have grown
  useEffect(() => {
    plot.current?.setData(data);
  }, [x, length, zoom, ...series.map(({ values }) => values)]);

  const zoomByKey = (event: React.KeyboardEvent) => {
    const [least, most] = [data[0][0], data[0].at(-1)];
    if (!onZoom || least === undefined || most === undefined) return;
    const next = zoomedByKey(zoom ?? null, [least, most], event.key);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onZoom(next);
  };

  return (
    <figure className="chart">
      <div className="heading">
        {heading ?? <h2>{title}</h2>}
        <span className="readout">
          {pointed !== null && data[0][pointed] !== undefined && (
            <span>
              {xLabel} {data[0][pointed].toLocaleString('en')}
            </span>
          )}
          {series.map(({ label, colour, faint }, i) =>
            faint ? null : (
              <span
                key={`${label} ${colour}`}
                className="key"
                style={{ '--series': `var(${colour})` } as React.CSSProperties}
              >
                {pointed === null ? label : format(data[i + 1][pointed] ?? Number.NaN)}
              </span>
            ),
          )}
        </span>
      </div>
      {onZoom ? (
        // biome-ignore lint/a11y/useSemanticElements: a plot that is zoomed by its keys is no form
        <div
          className="plot"
          ref={frame}
          style={{ height }}
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys zoom
          tabIndex={0}
          aria-label={t('{title}: drag to zoom, or use +, −, ← and →; 0 shows all', { title })}
          onKeyDown={zoomByKey}
        />
      ) : (
        <div className="plot" ref={frame} style={{ height }} />
      )}
    </figure>
  );
}
