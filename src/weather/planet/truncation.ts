import { RADIUS } from './constants';
import { epsilon } from './legendre';

/**
 * Coefficients of spherical harmonics of a real field, triangular truncation T: orders m = 0 … T and, for each,
 * degrees n = m … T + 1. The fields themselves end at n = T; the one degree more holds the winds, which a derivative
 * lifts by one. Stored as interleaved real and imaginary parts, ordered by m, then n: [2 · size].
 *
 * With the normalisation of `legendreFunctions` the coefficient (0, 0) is the mean over the sphere.
 */
export class Truncation {
  /** T */
  readonly last: number;
  /** Number of (complex) coefficients. */
  readonly size: number;
  /** Of every coefficient: its m and n, [size]. */
  readonly order: Int32Array;
  readonly degree: Int32Array;
  /** Index of coefficient (m, m), one per order. */
  readonly first: Int32Array;
  /** Eigenvalues −n(n + 1) / a² of ∇² and their inverses (0 for n = 0), [size], m⁻² and m². */
  readonly laplacian: Float64Array;
  readonly inverseLaplacian: Float64Array;
  /** ε(n, m) and ε(n + 1, m), [size]. */
  private readonly epsilon: Float64Array;
  private readonly epsilonAbove: Float64Array;

  constructor(last: number) {
    this.last = last;
    this.first = Int32Array.from({ length: last + 1 }, (_, m) => m * (last + 2) - (m * (m - 1)) / 2);
    this.size = ((last + 1) * (last + 4)) / 2;
    this.order = new Int32Array(this.size);
    this.degree = new Int32Array(this.size);
    for (let m = 0; m <= last; m++) {
      for (let n = m; n <= last + 1; n++) {
        this.order[this.first[m] + n - m] = m;
        this.degree[this.first[m] + n - m] = n;
      }
    }
    this.laplacian = Float64Array.from(this.degree, (n) => -(n * (n + 1)) / RADIUS ** 2);
    this.inverseLaplacian = this.laplacian.map((value) => (value === 0 ? 0 : 1 / value));
    this.epsilon = Float64Array.from(this.degree, (n, c) => epsilon(n, this.order[c]));
    this.epsilonAbove = Float64Array.from(this.degree, (n, c) => epsilon(n + 1, this.order[c]));
  }

  /** A field of zeros. */
  field(): Float64Array {
    return new Float64Array(2 * this.size);
  }

  /** Removes degree T + 1 from a field that is not a wind. */
  dropLastDegree(field: Float64Array): void {
    for (let m = 0; m <= this.last; m++) {
      const c = this.first[m] + this.last + 1 - m;
      field.fill(0, 2 * c, 2 * c + 2);
    }
  }

  /** result ← ∂f/∂λ */
  eastward(field: Float64Array, result: Float64Array): void {
    const { order, size } = this;
    for (let c = 0; c < size; c++) {
      const real = field[2 * c];
      result[2 * c] = -order[c] * field[2 * c + 1];
      result[2 * c + 1] = order[c] * real;
    }
  }

  /** result ← (1 − μ²) ∂f/∂μ = cos φ ∂f/∂φ, for a field that ends at n = T. */
  northward(field: Float64Array, result: Float64Array): void {
    const { order, degree, epsilon: below, epsilonAbove: above, last, size } = this;
    for (let c = 0; c < size; c++) {
      const n = degree[c];
      const fromAbove = n <= last ? (n + 2) * above[c] : 0;
      const fromBelow = n > order[c] ? (n - 1) * below[c] : 0;
      for (let i = 2 * c; i <= 2 * c + 1; i++) {
        const up = fromAbove === 0 ? 0 : fromAbove * field[i + 2];
        const down = fromBelow === 0 ? 0 : fromBelow * field[i - 2];
        result[i] = up - down;
      }
    }
  }

  /**
   * Winds times cos φ from vorticity and divergence: U = (1/a)(∂χ/∂λ − (1 − μ²) ∂ψ/∂μ) and
   * V = (1/a)(∂ψ/∂λ + (1 − μ²) ∂χ/∂μ), with ∇²ψ = ζ and ∇²χ = D. Up to degree T + 1.
   */
  winds(vorticity: Float64Array, divergence: Float64Array, u: Float64Array, v: Float64Array): void {
    const { order, degree, epsilon: below, epsilonAbove: above, inverseLaplacian, last, size } = this;
    for (let c = 0; c < size; c++) {
      const n = degree[c];
      const m = order[c];
      const east = (m * inverseLaplacian[c]) / RADIUS;
      let uReal = -east * divergence[2 * c + 1];
      let uImaginary = east * divergence[2 * c];
      let vReal = -east * vorticity[2 * c + 1];
      let vImaginary = east * vorticity[2 * c];
      if (n <= last) {
        const factor = ((n + 2) * above[c] * inverseLaplacian[c + 1]) / RADIUS;
        uReal -= factor * vorticity[2 * c + 2];
        uImaginary -= factor * vorticity[2 * c + 3];
        vReal += factor * divergence[2 * c + 2];
        vImaginary += factor * divergence[2 * c + 3];
      }
      if (n > m) {
        const factor = ((n - 1) * below[c] * inverseLaplacian[c - 1]) / RADIUS;
        uReal += factor * vorticity[2 * c - 2];
        uImaginary += factor * vorticity[2 * c - 1];
        vReal -= factor * divergence[2 * c - 2];
        vImaginary -= factor * divergence[2 * c - 1];
      }
      u[2 * c] = uReal;
      u[2 * c + 1] = uImaginary;
      v[2 * c] = vReal;
      v[2 * c + 1] = vImaginary;
    }
  }

  /**
   * result += (1/a) [p ∂A/∂λ / (1 − μ²) + q ∂B/∂μ] from the coefficients of A / (1 − μ²) and B / (1 − μ²); the
   * derivative over μ is moved to the Legendre functions by parts. With p = q = 1 it is the divergence of the vector
   * (A, B) / cos φ; with B in the place of A, p = 1 and q = −1, its curl.
   */
  addDivergence(p: number, eastward: Float64Array, q: number, northward: Float64Array, result: Float64Array) {
    const { order, degree, epsilon: below, epsilonAbove: above, last, size } = this;
    for (let c = 0; c < size; c++) {
      const n = degree[c];
      if (n > last) continue;
      const east = (p * order[c]) / RADIUS;
      const fromAbove = (q * n * above[c]) / RADIUS;
      result[2 * c] += fromAbove * northward[2 * c + 2] - east * eastward[2 * c + 1];
      result[2 * c + 1] += fromAbove * northward[2 * c + 3] + east * eastward[2 * c];
      if (n > order[c]) {
        const fromBelow = (q * (n + 1) * below[c]) / RADIUS;
        result[2 * c] -= fromBelow * northward[2 * c - 2];
        result[2 * c + 1] -= fromBelow * northward[2 * c - 1];
      }
    }
  }
}

/** The coefficients of a field that another truncation holds; those beyond it are dropped, those missing are 0. */
export function retruncate(
  field: Float64Array,
  from: Truncation,
  to: Truncation,
  result: Float64Array,
): void {
  result.fill(0);
  for (let m = 0; m <= Math.min(from.last, to.last); m++) {
    const length = 2 * (Math.min(from.last, to.last) + 1 - m);
    const start = 2 * from.first[m];
    result.set(field.subarray(start, start + length), 2 * to.first[m]);
  }
}
