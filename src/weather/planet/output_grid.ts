import type { RegularGrid } from './regular_grid';
import { SpectralTransform } from './spectral_transform';
import { retruncate, Truncation } from './truncation';

/** Rows at the poles are evaluated this far off them, where east and north still have a meaning, rad. */
const POLE_DISTANCE = 1e-6;

/** The regular grid on which a model's fields are written, without the waves that it cannot carry. */
export class OutputGrid {
  readonly grid: RegularGrid;
  /** Of the model. */
  readonly from: Truncation;
  /** Of what is written. */
  readonly truncation: Truncation;
  readonly transform: SpectralTransform;
  /** Number of grid points. */
  readonly size: number;

  constructor(grid: RegularGrid, from: Truncation) {
    this.grid = grid;
    this.from = from;
    const rows = grid.latitudes.length;
    const columns = grid.longitudes.length;
    const pole = Math.PI / 2 - POLE_DISTANCE;
    const sines = Float64Array.from(grid.latitudes, (degrees) =>
      Math.sin(Math.max(-pole, Math.min(pole, (degrees * Math.PI) / 180))),
    );
    this.truncation = new Truncation(Math.min(from.last, rows - 1, Math.floor((columns - 1) / 2)));
    this.transform = new SpectralTransform(this.truncation, { sines, columns });
    this.size = rows * columns;
  }

  /** result ← the part of a model's field, spherical harmonics, that the grid carries. */
  retruncate(field: Float64Array, result: Float64Array): void {
    retruncate(field, this.from, this.truncation, result);
  }

  /** A model's field, spherical harmonics, on the grid: [latitudes, longitudes]. */
  evaluate(field: Float64Array): Float64Array {
    const part = this.truncation.field();
    this.retruncate(field, part);
    const values = new Float64Array(this.size);
    this.transform.synthesise(part, values);
    return values;
  }
}
