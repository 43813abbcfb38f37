import { FourierTransform } from './fourier';
import { gaussianQuadrature, legendreFunctions } from './legendre';
import type { Truncation } from './truncation';

/** Rows (latitudes, mirrored at the equator) and columns (longitudes from 0) of a grid for spherical harmonics. */
export interface SphereGrid {
  /** Sines of latitude, south to north. */
  sines: Float64Array;
  /** Quadrature weights of the rows, sum 2; absent on a grid that fields are only evaluated on. */
  weights?: Float64Array;
  columns: number;
}

/**
 * The Gaussian grid on which products of two fields of truncation T are free of aliasing: at least 3T + 1 columns and
 * (3T + 1) / 2 rows.
 */
export function gaussianGrid(truncation: number): SphereGrid {
  let columns = 3 * truncation + 1;
  // Lengths that the Fourier transform is fast at, and that give an even number of rows.
  while (columns % 4 !== 0 || !isProductOf([2, 3], columns)) columns++;
  return { ...gaussianQuadrature(columns / 2), columns };
}

function isProductOf(primes: number[], number: number): boolean {
  let rest = number;
  for (const prime of primes) while (rest % prime === 0) rest /= prime;
  return rest === 1;
}

/**
 * Transforms between coefficients of spherical harmonics and values on a grid [rows, columns]. A row and its mirror
 * image share the Legendre functions, up to the sign of those that are odd in latitude, and make one complex row for
 * the Fourier transform: the northern row its real part, the southern its imaginary part.
 */
export class SpectralTransform {
  readonly truncation: Truncation;
  readonly grid: SphereGrid;
  readonly rows: number;
  readonly columns: number;
  /** Legendre functions of the northern rows, from the pole to the equator, [pairs, size]. */
  private readonly legendre: Float64Array[];
  private readonly fourier: FourierTransform;
  private readonly real: Float64Array;
  private readonly imaginary: Float64Array;

  /** @param grid with at least 2T + 1 columns */
  constructor(truncation: Truncation, grid: SphereGrid) {
    this.truncation = truncation;
    this.grid = grid;
    this.rows = grid.sines.length;
    this.columns = grid.columns;
    if (this.columns <= 2 * truncation.last) {
      throw new RangeError(
        `Truncation T${truncation.last} needs at least ${2 * truncation.last + 1} columns, not ${this.columns}.`,
      );
    }
    const { last } = truncation;
    this.legendre = Array.from({ length: Math.ceil(this.rows / 2) }, (_, pair) =>
      legendreFunctions(grid.sines[this.rows - 1 - pair], last, last + 1),
    );
    this.fourier = new FourierTransform(this.columns);
    this.real = new Float64Array(this.columns);
    this.imaginary = new Float64Array(this.columns);
  }

  /** values ← field, at the grid points. */
  synthesise(field: Float64Array, values: Float64Array): void {
    const { rows, columns, real, imaginary } = this;
    const { last, first } = this.truncation;
    for (let pair = 0; pair < this.legendre.length; pair++) {
      const functions = this.legendre[pair];
      real.fill(0, last + 1);
      imaginary.fill(0, last + 1);
      for (let m = 0; m <= last; m++) {
        let evenReal = 0;
        let evenImaginary = 0;
        let oddReal = 0;
        let oddImaginary = 0;
        let c = first[m];
        const end = c + last + 2 - m;
        for (; c + 1 < end; c += 2) {
          const even = functions[c];
          const odd = functions[c + 1];
          evenReal += even * field[2 * c];
          evenImaginary += even * field[2 * c + 1];
          oddReal += odd * field[2 * c + 2];
          oddImaginary += odd * field[2 * c + 3];
        }
        if (c < end) {
          evenReal += functions[c] * field[2 * c];
          evenImaginary += functions[c] * field[2 * c + 1];
        }
        const northReal = evenReal + oddReal;
        const northImaginary = evenImaginary + oddImaginary;
        const southReal = evenReal - oddReal;
        const southImaginary = evenImaginary - oddImaginary;
        // A real row has conjugate coefficients at −m; the southern row is multiplied by i.
        real[m] = northReal - southImaginary;
        imaginary[m] = northImaginary + southReal;
        if (m > 0) {
          real[columns - m] = northReal + southImaginary;
          imaginary[columns - m] = southReal - northImaginary;
        }
      }
      this.fourier.transform(real, imaginary);
      values.set(real, (rows - 1 - pair) * columns);
      values.set(imaginary, pair * columns);
    }
  }

  /** field ← values, by quadrature; the grid must be a Gaussian one. */
  analyse(values: Float64Array, field: Float64Array): void {
    const { rows, columns, real, imaginary } = this;
    const { last, first } = this.truncation;
    const weights = this.grid.weights;
    if (!weights) throw new RangeError('Fields can be analysed on a Gaussian grid only.');
    field.fill(0);
    for (let pair = 0; pair < this.legendre.length; pair++) {
      const functions = this.legendre[pair];
      const north = (rows - 1 - pair) * columns;
      const south = pair * columns;
      for (let i = 0; i < columns; i++) {
        real[i] = values[north + i];
        imaginary[i] = values[south + i];
      }
      this.fourier.transform(imaginary, real);
      // ½ of the sphere's mean, ½ because the two rows are separated below, 1/columns of the Fourier transform.
      const weight = weights[pair] / (4 * columns);
      for (let m = 0; m <= last; m++) {
        const mirror = m === 0 ? 0 : columns - m;
        const northReal = weight * (real[m] + real[mirror]);
        const northImaginary = weight * (imaginary[m] - imaginary[mirror]);
        const southReal = weight * (imaginary[m] + imaginary[mirror]);
        const southImaginary = weight * (real[mirror] - real[m]);
        const evenReal = northReal + southReal;
        const evenImaginary = northImaginary + southImaginary;
        const oddReal = northReal - southReal;
        const oddImaginary = northImaginary - southImaginary;
        let c = first[m];
        const end = c + last + 2 - m;
        for (; c + 1 < end; c += 2) {
          const even = functions[c];
          const odd = functions[c + 1];
          field[2 * c] += even * evenReal;
          field[2 * c + 1] += even * evenImaginary;
          field[2 * c + 2] += odd * oddReal;
          field[2 * c + 3] += odd * oddImaginary;
        }
        if (c < end) {
          field[2 * c] += functions[c] * evenReal;
          field[2 * c + 1] += functions[c] * evenImaginary;
        }
      }
    }
  }
}
