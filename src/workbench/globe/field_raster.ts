/**
 * A field on the model's latitude-longitude grid, made fine enough to draw.
 *
 * The globe's texture is a plate-carrée raster with a row on each pole and longitudes from 0. Coarse grids are
 * interpolated with Catmull-Rom cubics: smooth, and exact at the grid points. Longitude wraps around; beyond
 * a pole lies the same meridian's other side, half a turn away.
 */

export interface FieldRaster {
  width: number;
  height: number;
  /** [height, width], south to north; a missing value is MISSING. */
  data: Float32Array;
  /** The grid's cells as they are: nothing lies between two values. */
  hasCells?: boolean;
}

/** Stands for NaN: shader compilers may assume that NaN does not exist. */
export const MISSING = 3e38;

const SMOOTH_WIDTH = 360;
/** Columns that place the edges of cells within a quarter of a degree. */
const CELLS_WIDTH = 1440;

/**
 * Raster of `values` [lat, lon] on ascending `latitudes` and `longitudes` (degrees; longitudes equally spaced).
 * @param width its columns; as many as show a coarse grid smoothly when left out
 * @param weightsAt how values between grid points are made
 */
export function fieldRaster(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
  width = longitudes.length * Math.max(1, Math.ceil(SMOOTH_WIDTH / longitudes.length)),
  weightsAt: Interpolation = catmullRom,
): FieldRaster {
  const rows = latitudes.length;
  const columns = longitudes.length;
  const height = Math.floor(width / 2) + 1;

  const along = new Float32Array(rows * width);
  const spacing = 360 / columns;
  for (let x = 0; x < width; x++) {
    const position = wrap(((x * 360) / width - longitudes[0]) / spacing, columns);
    const base = Math.floor(position);
    const weights = weightsAt(position - base);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) {
        if (weights[k] !== 0)
          sum += weights[k] * values[row * columns + ((base + k - 1 + columns) % columns)];
      }
      along[row * width + x] = sum;
    }
  }

  const data = new Float32Array(width * height);
  const half = Math.floor(width / 2);
  const onPole = { south: latitudes[0] < -89.99, north: latitudes[rows - 1] > 89.99 };
  for (let y = 0; y < height; y++) {
    const position = rowPosition(-90 + (180 * y) / (height - 1), latitudes);
    const base = Math.floor(position);
    const weights = weightsAt(position - base);
    for (let k = 0; k < 4; k++) {
      if (weights[k] === 0) continue;
      let row = base + k - 1;
      let shift = 0;
      if (row < 0) {
        row = onPole.south ? -row : -row - 1;
        shift = half;
      } else if (row >= rows) {
        row = onPole.north ? 2 * rows - 2 - row : 2 * rows - 1 - row;
        shift = half;
      }
      row = Math.min(rows - 1, Math.max(0, row));
      for (let x = 0; x < width; x++)
        data[y * width + x] += weights[k] * along[row * width + ((x + shift) % width)];
    }
  }
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) data[i] = MISSING;
  return { width, height, data };
}

/** Every grid point's value over its own cell, which ends half way to its neighbours. */
export function cellRaster(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
): FieldRaster {
  const width = longitudes.length * Math.max(1, Math.ceil(CELLS_WIDTH / longitudes.length));
  return { ...fieldRaster(values, latitudes, longitudes, width, nearest), hasCells: true };
}

/** Weights of the four neighbours for a point at fraction t past the second; exact at t = 0. */
export type Interpolation = (t: number) => [number, number, number, number];

/** Straight between the two: for fields with single peaks, beside which a cubic would swing past zero. */
export const straight: Interpolation = (t) => [0, 1 - t, t, 0];

/** The nearer of the two. */
const nearest: Interpolation = (t) => (t < 0.5 ? [0, 1, 0, 0] : [0, 0, 1, 0]);

/** Catmull-Rom cubics. */
function catmullRom(t: number): ReturnType<Interpolation> {
  return [
    t * (-0.5 + t * (1 - 0.5 * t)),
    1 + t * t * (-2.5 + 1.5 * t),
    t * (0.5 + t * (2 - 1.5 * t)),
    t * t * (-0.5 + 0.5 * t),
  ];
}

/** Fractional row index of a latitude; below 0 or above the last row when the grid stops short of a pole. */
function rowPosition(latitude: number, latitudes: Float32Array): number {
  let row = 0;
  while (row < latitudes.length - 2 && latitudes[row + 1] <= latitude) row++;
  return row + (latitude - latitudes[row]) / (latitudes[row + 1] - latitudes[row]);
}

function wrap(value: number, size: number): number {
  return ((value % size) + size) % size;
}

/** Bilinear value of `values` [lat, lon] at a place (degrees), for reading under the pointer; NaN where missing. */
export function valueAt(
  values: Float32Array,
  latitudes: Float32Array,
  longitudes: Float32Array,
  latitude: number,
  longitude: number,
): number {
  const rows = latitudes.length;
  const columns = longitudes.length;
  const y = Math.min(rows - 1, Math.max(0, rowPosition(latitude, latitudes)));
  const x = wrap(((longitude - longitudes[0]) * columns) / 360, columns);
  const row = Math.min(rows - 2, Math.floor(y));
  const column = Math.floor(x);
  const next = (column + 1) % columns;
  const dy = y - row;
  const dx = x - column;
  const south = values[row * columns + column] * (1 - dx) + values[row * columns + next] * dx;
  const north = values[(row + 1) * columns + column] * (1 - dx) + values[(row + 1) * columns + next] * dx;
  return south * (1 - dy) + north * dy;
}
