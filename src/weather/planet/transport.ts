/**
 * Semi-Lagrangian transport of a tracer on a Gaussian grid: the value at a point is what the wind brought there, found
 * by following the wind back over a step and interpolating. Unlike a spectral tracer it makes no ripples and no negative
 * values; unlike one in flux form it does not conserve the tracer's mass.
 */
import { RADIUS } from './constants';
import type { GaussianFields } from './gaussian_fields';
import type { SigmaLevels } from './sigma_levels';
import type { SphereGrid } from './spectral_transform';

/** Rows and columns around a plane, so that interpolation over 4 x 4 points needs no special cases. */
const MARGIN = 2;

export class Transport {
  private readonly grid: SphereGrid;
  private readonly levels: SigmaLevels;
  private readonly rows: number;
  private readonly columns: number;
  /** Columns of a plane with its margins. */
  private readonly width: number;
  /** Latitudes of the rows with their margins beyond the poles, rad. */
  private readonly latitudes: Float64Array;
  private readonly cosLongitude: Float64Array;
  private readonly sinLongitude: Float64Array;
  private readonly windX: Float64Array;
  private readonly windY: Float64Array;
  private readonly windZ: Float64Array;
  private readonly padded: Float64Array;
  private readonly through: Float64Array[];
  private readonly planes: Float64Array[];

  constructor(grid: SphereGrid, levels: SigmaLevels) {
    this.grid = grid;
    this.levels = levels;
    this.rows = grid.sines.length;
    this.columns = grid.columns;
    this.width = grid.columns + 2 * MARGIN;
    const latitude = Float64Array.from(grid.sines, Math.asin);
    this.latitudes = Float64Array.from({ length: this.rows + 2 * MARGIN }, (_, y) => {
      const j = y - MARGIN;
      if (j < 0) return -Math.PI - latitude[-1 - j];
      return j < this.rows ? latitude[j] : Math.PI - latitude[2 * this.rows - 1 - j];
    });
    const longitudes = Float64Array.from(
      { length: this.columns },
      (_, i) => (2 * Math.PI * i) / this.columns,
    );
    this.cosLongitude = longitudes.map(Math.cos);
    this.sinLongitude = longitudes.map(Math.sin);
    const padded = () => new Float64Array((this.rows + 2 * MARGIN) * this.width);
    this.windX = padded();
    this.windY = padded();
    this.windZ = padded();
    this.padded = padded();
    const plane = () => new Float64Array(this.rows * this.columns);
    this.through = [plane(), plane()];
    this.planes = Array.from({ length: levels.count }, plane);
  }

  /**
   * Moves a tracer with the wind, first through the layers, then along them.
   *
   * @param tracer [rows, columns] per layer, overwritten
   * @param fields the wind in the middle of the step
   * @param seconds length of the step
   */
  advance(tracer: Float64Array[], fields: GaussianFields, seconds: number): void {
    this.advanceVertically(tracer, fields, seconds);
    for (let k = 0; k < this.levels.count; k++) {
      this.pad(this.planes[k], this.padded);
      this.padWind(fields.u[k], fields.v[k]);
      this.advanceHorizontally(tracer[k], seconds);
    }
  }

  /**
   * planes ← tracer after vertical motion, linear between layers. That mixes a little, which stands for the convection
   * that a dry model lacks.
   */
  private advanceVertically(tracer: Float64Array[], fields: GaussianFields, seconds: number): void {
    const { count, full } = this.levels;
    let [above, below] = this.through;
    above.fill(0);
    for (let k = 0; k < count; k++) {
      const result = this.planes[k];
      const here = tracer[k];
      const upper = tracer[Math.max(k - 1, 0)];
      const lower = tracer[Math.min(k + 1, count - 1)];
      const upperScale = k > 0 ? seconds / (full[k] - full[k - 1]) : 0;
      const lowerScale = k < count - 1 ? seconds / (full[k + 1] - full[k]) : 0;
      fields.sigmaVelocityBelow(k, below);
      for (let i = 0; i < result.length; i++) {
        const velocity = 0.5 * (above[i] + below[i]);
        // Downward motion brings what was above.
        const share = velocity > 0 ? velocity * upperScale : -velocity * lowerScale;
        const source = velocity > 0 ? upper[i] : lower[i];
        result[i] = here[i] + Math.min(share, 1) * (source - here[i]);
      }
      [above, below] = [below, above];
    }
  }

  /** result ← the padded tracer at the points from which the wind came. */
  private advanceHorizontally(result: Float64Array, seconds: number): void {
    const { rows, columns, width, grid, cosLongitude, sinLongitude, windX, windY, windZ } = this;
    const half = seconds / (2 * RADIUS);
    const columnsPerRadian = columns / (2 * Math.PI);
    for (let j = 0; j < rows; j++) {
      const z = grid.sines[j];
      const cosine = Math.sqrt(1 - z * z);
      for (let i = 0; i < columns; i++) {
        const x = cosine * cosLongitude[i];
        const y = cosine * sinLongitude[i];
        // Half a step back with the wind of the point itself, there again with the wind found on the way.
        const at = (j + MARGIN) * width + i + MARGIN;
        let mx = x - half * windX[at];
        let my = y - half * windY[at];
        let mz = z - half * windZ[at];
        let scale = 1 / Math.sqrt(mx * mx + my * my + mz * mz);
        let latitude = Math.asin(mz * scale);
        let column = Math.atan2(my, mx) * columnsPerRadian;
        if (column < 0) column += columns;
        const row = this.rowBelow(latitude);
        const fractionY = (latitude - this.latitudes[row]) / (this.latitudes[row + 1] - this.latitudes[row]);
        const left = Math.floor(column);
        const fractionX = column - left;
        const corner = row * width + left + MARGIN;
        const w00 = (1 - fractionX) * (1 - fractionY);
        const w01 = fractionX * (1 - fractionY);
        const w10 = (1 - fractionX) * fractionY;
        const w11 = fractionX * fractionY;
        const above = corner + width;
        mx =
          x -
          half *
            (w00 * windX[corner] + w01 * windX[corner + 1] + w10 * windX[above] + w11 * windX[above + 1]);
        my =
          y -
          half *
            (w00 * windY[corner] + w01 * windY[corner + 1] + w10 * windY[above] + w11 * windY[above + 1]);
        mz =
          z -
          half *
            (w00 * windZ[corner] + w01 * windZ[corner + 1] + w10 * windZ[above] + w11 * windZ[above + 1]);
        // The point of departure lies as far beyond the middle of the way as the point itself lies before it.
        scale = 1 / Math.sqrt(mx * mx + my * my + mz * mz);
        const along = 2 * scale * scale * (x * mx + y * my + z * mz);
        latitude = Math.asin(Math.max(-1, Math.min(1, along * mz - z)));
        column = Math.atan2(along * my - y, along * mx - x) * columnsPerRadian;
        if (column < 0) column += columns;
        result[j * columns + i] = this.interpolate(latitude, column);
      }
    }
  }

  /** The padded row at or south of a latitude. */
  private rowBelow(latitude: number): number {
    const { latitudes, rows } = this;
    // Gaussian latitudes are almost equally spaced.
    let row = MARGIN + Math.floor(((latitude + Math.PI / 2) / Math.PI) * rows - 0.5);
    while (latitudes[row + 1] <= latitude) row++;
    while (latitudes[row] > latitude) row--;
    return row;
  }

  /** Cubic over 4 x 4 points, kept between the values of the cell that the point is in. */
  private interpolate(latitude: number, column: number): number {
    const { latitudes, width, padded } = this;
    const row = this.rowBelow(latitude);
    const left = Math.floor(column);
    const x = column - left;
    const xm = (-x * (x - 1) * (x - 2)) / 6;
    const x0 = ((x + 1) * (x - 1) * (x - 2)) / 2;
    const x1 = (-(x + 1) * x * (x - 2)) / 2;
    const x2 = ((x + 1) * x * (x - 1)) / 6;
    const ym = latitudes[row - 1];
    const y0 = latitudes[row];
    const y1 = latitudes[row + 1];
    const y2 = latitudes[row + 2];
    const [dm, d0, d1, d2] = [latitude - ym, latitude - y0, latitude - y1, latitude - y2];
    const wm = (d0 * d1 * d2) / ((ym - y0) * (ym - y1) * (ym - y2));
    const w0 = (dm * d1 * d2) / ((y0 - ym) * (y0 - y1) * (y0 - y2));
    const w1 = (dm * d0 * d2) / ((y1 - ym) * (y1 - y0) * (y1 - y2));
    const w2 = (dm * d0 * d1) / ((y2 - ym) * (y2 - y0) * (y2 - y1));
    const b = row * width + left + MARGIN;
    const a = b - width;
    const c = b + width;
    const d = c + width;
    const value =
      wm * (xm * padded[a - 1] + x0 * padded[a] + x1 * padded[a + 1] + x2 * padded[a + 2]) +
      w0 * (xm * padded[b - 1] + x0 * padded[b] + x1 * padded[b + 1] + x2 * padded[b + 2]) +
      w1 * (xm * padded[c - 1] + x0 * padded[c] + x1 * padded[c + 1] + x2 * padded[c + 2]) +
      w2 * (xm * padded[d - 1] + x0 * padded[d] + x1 * padded[d + 1] + x2 * padded[d + 2]);
    const least = Math.min(padded[b], padded[b + 1], padded[c], padded[c + 1]);
    const most = Math.max(padded[b], padded[b + 1], padded[c], padded[c + 1]);
    return Math.max(least, Math.min(most, value));
  }

  /** The wind as a vector in space, which has no special direction at the poles. */
  private padWind(u: Float64Array, v: Float64Array): void {
    const { rows, columns, grid, cosLongitude, sinLongitude } = this;
    const [x, y, z] = [this.windX, this.windY, this.windZ];
    for (let j = 0; j < rows; j++) {
      const sine = grid.sines[j];
      const cosine = Math.sqrt(1 - sine * sine);
      const inverse = 1 / cosine;
      for (let i = 0; i < columns; i++) {
        const east = u[j * columns + i] * inverse;
        const north = v[j * columns + i] * inverse;
        const at = (j + MARGIN) * this.width + i + MARGIN;
        x[at] = -east * sinLongitude[i] - north * sine * cosLongitude[i];
        y[at] = east * cosLongitude[i] - north * sine * sinLongitude[i];
        z[at] = north * cosine;
      }
    }
    for (const component of [x, y, z]) this.fillMargins(component);
  }

  private pad(plane: Float64Array, padded: Float64Array): void {
    const { rows, columns, width } = this;
    for (let j = 0; j < rows; j++) {
      padded.set(plane.subarray(j * columns, (j + 1) * columns), (j + MARGIN) * width + MARGIN);
    }
    this.fillMargins(padded);
  }

  /** Beyond a pole the rows come again, half way around the globe. */
  private fillMargins(padded: Float64Array): void {
    const { rows, columns, width } = this;
    for (let margin = 0; margin < MARGIN; margin++) {
      const pairs = [
        [MARGIN - 1 - margin, MARGIN + margin],
        [MARGIN + rows + margin, MARGIN + rows - 1 - margin],
      ];
      for (const [to, from] of pairs) {
        for (let i = 0; i < columns; i++) {
          padded[to * width + MARGIN + i] = padded[from * width + MARGIN + ((i + columns / 2) % columns)];
        }
      }
    }
    for (let y = 0; y < rows + 2 * MARGIN; y++) {
      const start = y * width;
      for (let margin = 0; margin < MARGIN; margin++) {
        padded[start + margin] = padded[start + columns + margin];
        padded[start + MARGIN + columns + margin] = padded[start + MARGIN + margin];
      }
    }
  }
}
