import type { RegularGrid } from './regular_grid';
import type { SphereGrid } from './spectral_transform';

/** Bilinear interpolation from a Gaussian grid to a regular one: it makes no new extremes, nor negative humidity. */
export class GridInterpolation {
  private readonly columns: number;
  private readonly rows: number;
  /** Per row: the Gaussian row south of it (−1 beyond the first), and how far it lies on the way to the next. */
  private readonly southern: Int32Array;
  private readonly shareNorth: Float64Array;
  private readonly western: Int32Array;
  private readonly shareEast: Float64Array;

  constructor(from: SphereGrid, to: RegularGrid) {
    const { columns } = from;
    const latitudes = Float64Array.from(from.sines, (sine) => (Math.asin(sine) * 180) / Math.PI);
    this.columns = columns;
    this.rows = latitudes.length;
    this.southern = Int32Array.from(
      to.latitudes,
      (degrees) => latitudes.filter((l) => l <= degrees).length - 1,
    );
    this.shareNorth = Float64Array.from(to.latitudes, (degrees, j) => {
      const south = latitudes[this.southern[j]] ?? -90;
      const north = latitudes[this.southern[j] + 1] ?? 90;
      return (degrees - south) / (north - south);
    });
    const position = Float64Array.from(to.longitudes, (degrees) => (degrees * columns) / 360);
    this.western = Int32Array.from(position, Math.floor);
    this.shareEast = position.map((x) => x - Math.floor(x));
  }

  /** to ← from; beyond the last rows values go over to the row's mean, which is the pole's. */
  apply(from: Float64Array, to: Float64Array): void {
    const { columns, rows, southern, shareNorth, western, shareEast } = this;
    const width = western.length;
    for (let j = 0; j < southern.length; j++) {
      const south = this.row(from, southern[j], 0);
      const north = this.row(from, southern[j] + 1, rows - 1);
      for (let i = 0; i < width; i++) {
        const west = western[i];
        const east = (west + 1) % columns;
        const below = south[west] + shareEast[i] * (south[east] - south[west]);
        const above = north[west] + shareEast[i] * (north[east] - north[west]);
        to[j * width + i] = below + shareNorth[j] * (above - below);
      }
    }
  }

  /** A row of the Gaussian grid; a pole when there is none, with the mean of its `nearest` row. */
  private row(from: Float64Array, j: number, nearest: number): Float64Array {
    const { columns, rows } = this;
    if (j >= 0 && j < rows) return from.subarray(j * columns, (j + 1) * columns);
    const last = from.subarray(nearest * columns, (nearest + 1) * columns);
    return new Float64Array(columns).fill(last.reduce((sum, value) => sum + value, 0) / columns);
  }
}
