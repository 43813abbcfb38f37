import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useTheme } from '../state/theme';
import { formatValue } from '../units';

export interface Series {
  label: string;
  values: (number | null)[];
  /** Name of a CSS colour variable. */
  colour: string;
  dashed?: boolean;
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
}

/** A live line chart that follows the theme; the reading under the pointer stands in its heading. */
export default function LineChart({
  title,
  xLabel,
  x,
  series,
  length,
  height,
  logarithmic,
  xSteps,
}: Properties) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme((state) => state.theme);
  const [pointed, setPointed] = useState<number | null>(null);
  const labels = series.map(({ label }) => label);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme means new colours; data has its own effect
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const options = plotOptions(element.clientWidth, height, series, { logarithmic, xSteps }, (index) =>
      setPointed(index),
    );
    plot.current = new uPlot(options, [x, ...series.map(({ values }) => values)], element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, height, logarithmic, series.length]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `length` tells that the arrays have grown
  useEffect(() => {
    plot.current?.setData([x, ...series.map(({ values }) => values)]);
  }, [x, length, ...series.map(({ values }) => values)]);

  return (
    <figure className="chart">
      <div className="heading">
        <h2>{title}</h2>
        <span className="readout">
          {pointed !== null && x[pointed] !== undefined && (
            <span>
              {xLabel} {x[pointed].toLocaleString('en')}
            </span>
          )}
          {series.map(({ values, colour }, i) => (
            <span
              key={colour}
              className="key"
              style={{ '--series': `var(${colour})` } as React.CSSProperties}
            >
              {pointed === null ? labels[i] : formatValue(values[pointed] ?? Number.NaN)}
            </span>
          ))}
        </span>
      </div>
      <div className="plot" ref={frame} style={{ height }} />
    </figure>
  );
}

function plotOptions(
  width: number,
  height: number,
  series: Series[],
  { logarithmic, xSteps }: Pick<Properties, 'logarithmic' | 'xSteps'>,
  point: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--faint'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--hairline'), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: logarithmic ? { distr: 3, log: 10, range: aroundLog } : { range: fromZero },
    },
    axes: [
      {
        ...axis,
        size: 22,
        incrs: xSteps,
        values: (_, splits) =>
          splits.map((value) => (Number.isInteger(value) ? value.toLocaleString('en') : '')),
      },
      {
        ...axis,
        size: 44,
        values: (_, splits) =>
          splits.map((value) =>
            value === null || (logarithmic && !isRound(value)) ? '' : shortValue(value),
          ),
      },
    ],
    series: [
      {},
      ...series.map((one) => ({
        stroke: colour(one.colour),
        width: 1.5,
        dash: one.dashed ? [4, 4] : undefined,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(u) => point(u.cursor.idx ?? null)] },
  };
}

function aroundLog(_: uPlot, least: number, most: number): [number, number] {
  return [least / 1.25, most * 1.25];
}

function fromZero(_: uPlot, __: number, most: number): [number, number] {
  return [0, most > 0 ? most * 1.08 : 1];
}

/** 1, 2 or 5 times a power of ten: the ticks of a logarithmic axis that carry a number. */
function isRound(value: number): boolean {
  const mantissa = Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toPrecision(6));
  return mantissa === 1 || mantissa === 2 || mantissa === 5;
}

function shortValue(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(0).replace('-', '\u2212')
    : Number(value.toPrecision(6)).toLocaleString('en');
}
