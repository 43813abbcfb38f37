import type uPlot from 'uplot';
import type { Series } from './line_chart';
import type { Range } from './zoom';

export interface PlotRequest {
  width: number;
  height: number;
  series: Series[];
  xLabel: string;
  logarithmic?: boolean;
  xSteps?: number[];
  point(index: number | null): void;
  zoomable: boolean;
  /** The part of x that is shown of what the data have. */
  range(least: number, most: number): Range;
  /** A part of x was dragged over; null asks for all of it. */
  select(range: Range | null): void;
}

/** Pixels that must be dragged over to mean a part of the axis. */
const LEAST_DRAG = 6;

/** How the page draws a line chart: hairlines, the theme's colours, no legend. */
export function plotOptions(request: PlotRequest): uPlot.Options {
  const { width, height, series, xLabel, logarithmic, xSteps, point, zoomable, range, select } = request;
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
    padding: [8, 18, 0, 0], // right: half of a last label, "10,000"
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      // What is shown is the page's to say: several charts share it.
      drag: { x: zoomable, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          if (zoomable) select(null);
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: (_, least, most) => range(least, most) },
      y: logarithmic ? { distr: 3, log: 10, range: aroundLog } : { range: fromZero },
    },
    axes: [
      {
        ...axis,
        size: 20,
        label: xLabel,
        labelFont: axis.font,
        labelSize: 15,
        labelGap: 0,
        incrs: xSteps,
        values: (_, splits) =>
          splits.map((value) => (Number.isInteger(value) ? value.toLocaleString('en') : '')),
      },
      {
        ...axis,
        size: 44,
        values: (_, splits) => {
          const round = splits.filter((value) => value !== null && isRound(value));
          // Between two round numbers on a logarithmic axis all ticks are named, else none would be.
          const named = logarithmic && round.length > 1 ? round : splits;
          return splits.map((value) => (value !== null && named.includes(value) ? shortValue(value) : ''));
        },
      },
    ],
    series: [
      {},
      ...series.map((one) => ({
        stroke: colour(one.colour),
        alpha: one.faint ? 0.3 : 1,
        width: one.faint ? 1 : 1.5,
        dash: one.dashed ? [4, 4] : undefined,
        spanGaps: true,
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [(u) => point(u.cursor.idx ?? null)],
      setSelect: [
        (u) => {
          const { left, width: dragged } = u.select;
          if (dragged < LEAST_DRAG) return;
          select([u.posToVal(left, 'x'), u.posToVal(left + dragged, 'x')]);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
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
