import type { Coastlines } from './coastlines';
import { loopsAbove, type Point } from './contours';

/**
 * The coastlines of a planet that is not the Earth, from its land: where the fraction of land is one half.
 *
 * @param land fraction of land [latitudes, longitudes], 0 to 1
 * @param latitudes degrees, ascending
 * @param longitudes degrees, ascending, evenly around the globe
 */
export function coastOf(land: Float32Array, latitudes: Float32Array, longitudes: Float32Array): Coastlines {
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
  return { lines, landImage: drawLoops(loops) };
}

function drawLoops(loops: Point[][]): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1024, 512];
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#fff';
  context.beginPath();
  for (const loop of loops) {
    // The image begins at the date line.
    for (const turn of [-360, 0]) {
      loop.forEach(([x, y], i) => {
        const place = [((x + turn + 180) / 360) * canvas.width, ((90 - y) / 180) * canvas.height] as const;
        if (i === 0) context.moveTo(...place);
        else context.lineTo(...place);
      });
      context.closePath();
    }
  }
  context.fill('evenodd');
  return canvas;
}
