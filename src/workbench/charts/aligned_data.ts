import type uPlot from 'uplot';

interface Line {
  values: (number | null)[];
  /** The chart's own when left out. */
  x?: number[];
}

/**
 * Lines on one axis, as the chart wants them: where they have different x, every line gets the x of all.
 *
 * @param positive leaves out what a logarithmic axis cannot show
 */
export function alignedData(x: number[], lines: Line[], positive: boolean): uPlot.AlignedData {
  const columns = lines.map(({ values }) =>
    positive ? values.map((value) => (value !== null && value > 0 ? value : null)) : values,
  );
  if (lines.every((line) => line.x === undefined || line.x === x)) return [x, ...columns];
  const all = [...new Set([...x, ...lines.flatMap((line) => line.x ?? [])])].sort((a, b) => a - b);
  const place = new Map(all.map((value, i) => [value, i]));
  const spread = lines.map((line, i) => {
    const column = new Array<number | null>(all.length).fill(null);
    (line.x ?? x).forEach((value, k) => {
      column[place.get(value)!] = columns[i][k] ?? null;
    });
    return column;
  });
  return [all, ...spread];
}
