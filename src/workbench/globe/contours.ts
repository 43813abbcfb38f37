/** Contours of a field on a rectangular grid, by marching squares. */

export type Point = [x: number, y: number];

/**
 * Closed loops around where a field is at least `threshold`. Beyond its edges the field counts as lower, so that loops
 * run along the edge there; holes run the other way round.
 *
 * @param values [rows, columns]
 * @param xs positions of the columns
 * @param ys positions of the rows
 */
export function loopsAbove(
  values: ArrayLike<number>,
  xs: number[],
  ys: number[],
  threshold: number,
): Point[][] {
  const [columns, rows] = [xs.length, ys.length];
  const at = (j: number, i: number) =>
    j < 0 || j >= rows || i < 0 || i >= columns ? Number.NEGATIVE_INFINITY : values[j * columns + i];
  const x = (i: number) => xs[Math.min(columns - 1, Math.max(0, i))];
  const y = (j: number) => ys[Math.min(rows - 1, Math.max(0, j))];
  /** Where the threshold lies between two neighbouring points; at the inner one next to the edge. */
  const crossing = (j: number, i: number, l: number, k: number): Point => {
    const [here, there] = [at(j, i), at(l, k)];
    if (!Number.isFinite(here)) return [x(k), y(l)];
    if (!Number.isFinite(there)) return [x(i), y(j)];
    const share = (threshold - here) / (there - here);
    return [x(i) + share * (x(k) - x(i)), y(j) + share * (y(l) - y(j))];
  };
  // Every segment goes from one side of a cell to another, with the high ground on its left; sides have names.
  const next = new Map<string, { to: string; point: Point }[]>();
  for (let j = -1; j < rows; j++) {
    for (let i = -1; i < columns; i++) {
      const corners: [number, number][] = [
        [j, i],
        [j, i + 1],
        [j + 1, i + 1],
        [j + 1, i],
      ];
      const high = corners.map(([l, k]) => at(l, k) >= threshold);
      const sides = [`h${j},${i}`, `v${j},${i + 1}`, `h${j + 1},${i}`, `v${j},${i}`];
      // Going round the cell, the contour leaves through sides that go from high to low and comes in by the others.
      const out = [0, 1, 2, 3].filter((s) => high[s] && !high[(s + 1) % 4]);
      for (const s of out) {
        let t = s;
        do t = (t + 3) % 4;
        while (high[t] === high[(t + 1) % 4]);
        const [from, to] = [corners[s], corners[(s + 1) % 4]];
        const point = crossing(...from, ...to);
        next.set(sides[s], [...(next.get(sides[s]) ?? []), { to: sides[t], point }]);
      }
    }
  }
  const loops: Point[][] = [];
  for (const [start, segments] of next) {
    while (segments.length > 0) {
      const loop: Point[] = [];
      let side = start;
      do {
        const segment = next.get(side)!.pop()!;
        loop.push(segment.point);
        side = segment.to;
      } while (side !== start);
      loops.push(loop);
    }
  }
  return loops;
}
