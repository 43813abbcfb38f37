/** Random fields from a seed, and a plain area-weighted mean to check the fast one against. */

/** Values between -1 and 1, always the same for a seed (mulberry32). */
export function noise(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) as number;
  });
}

export interface FixtureGrid {
  latitudes: Float32Array;
  longitudes: Float32Array;
}

/** Rows from pole to pole (odd), or half a spacing off them (even); twice as many columns, less the doubled pole. */
export function gridOf(rows: number, columns: number, poles: boolean): FixtureGrid {
  const spacing = 180 / (poles ? rows - 1 : rows);
  return {
    latitudes: Float32Array.from({ length: rows }, (_, i) => -90 + (poles ? i : i + 0.5) * spacing),
    longitudes: Float32Array.from({ length: columns }, (_, j) => (j * 360) / columns),
  };
}

/** Mean of value(row, column) over grid points, weighted by the area of their cells times share(latitude, longitude). */
export function plainMean(
  { latitudes, longitudes }: FixtureGrid,
  value: (node: number) => number,
  share: (latitude: number, longitude: number, node: number) => number = () => 1,
): number {
  const radians = Math.PI / 180;
  let [sum, total] = [0, 0];
  for (let i = 0; i < latitudes.length; i++) {
    const south = i === 0 ? -90 : (latitudes[i - 1] + latitudes[i]) / 2;
    const north = i === latitudes.length - 1 ? 90 : (latitudes[i] + latitudes[i + 1]) / 2;
    const area = Math.sin(north * radians) - Math.sin(south * radians);
    for (let j = 0; j < longitudes.length; j++) {
      const node = i * longitudes.length + j;
      const weight = area * share(latitudes[i], longitudes[j], node);
      if (weight === 0) continue;
      sum += weight * value(node);
      total += weight;
    }
  }
  return sum / total;
}
