import { loopsAbove, type Point } from './contours';

/**
 * Where a planet that is not the Earth has its land: loops around where the fraction of land is at least one half, and
 * the coast among them as polylines, all of [longitude, latitude].
 *
 * @param land fraction of land [latitudes, longitudes], 0 to 1
 * @param latitudes degrees, ascending
 * @param longitudes degrees, ascending, evenly around the globe
 */
export function coastOf(
  land: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
): { lines: number[][][]; loops: number[][][] } {
  const [rows, columns] = [latitudes.length, longitudes.length];
  // The first meridian once more at the end, so that contours go on across it.
  const around = Float32Array.from(
    { length: rows * (columns + 1) },
    (_, i) => land[Math.floor(i / (columns + 1)) * columns + ((i % (columns + 1)) % columns)],
  );
  const xs = [...longitudes, longitudes[0] + 360];
  const loops = loopsAbove(around, xs, [...latitudes], 0.5);
  const isOnSeam = ([x]: Point) => x === xs[0] || x === xs[columns];
  const isAtEnd = ([, y]: Point) => y === latitudes[0] || y === latitudes[rows - 1];
  // Along the grid's edges a loop follows no coast.
  const isCoast = (a: Point, b: Point) => !(isOnSeam(a) && isOnSeam(b)) && !(isAtEnd(a) && isAtEnd(b));
  const lines = loops.flatMap((loop) => {
    const segments = loop.map((point, i) => [point, loop[(i + 1) % loop.length]] as const);
    return segments.filter(([a, b]) => isCoast(a, b)).map(([a, b]) => [[...a], [...b]]);
  });
  return { lines, loops };
}
