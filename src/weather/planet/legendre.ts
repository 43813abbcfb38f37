/** Associated Legendre functions, and the latitudes and weights of Gaussian quadrature. */

/**
 * Gaussian quadrature over the sine of latitude: exact for polynomials of degree 2·rows − 1.
 *
 * @returns sines of latitude from south to north, and weights that sum to 2
 */
export function gaussianQuadrature(rows: number): { sines: Float64Array; weights: Float64Array } {
  const sines = new Float64Array(rows);
  const weights = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    // Newton's method on the Legendre polynomial of degree `rows`, from its asymptotic zeros.
    let x = -Math.cos((Math.PI * (j + 0.75)) / (rows + 0.5));
    let slope = 0;
    for (let iteration = 0; iteration < 20; iteration++) {
      let before = 0;
      let value = 1;
      for (let n = 1; n <= rows; n++) {
        [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      }
      slope = (rows * (before - x * value)) / (1 - x * x);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) break;
    }
    sines[j] = x;
    weights[j] = 2 / ((1 - x * x) * slope * slope);
  }
  return { sines, weights };
}

/** ε(n, m) = √((n² − m²) / (4n² − 1)), of the recurrences between Legendre functions. */
export function epsilon(n: number, m: number): number {
  return Math.sqrt((n * n - m * m) / (4 * n * n - 1));
}

/**
 * Associated Legendre functions P(n, m) of one latitude for m = 0 … last order and n = m … last degree, ordered by m,
 * then n. Normalised to a mean square of 1 over the sphere (½ ∫ P² dμ = 1), positive just north of the equator for
 * n = m.
 */
export function legendreFunctions(sine: number, lastOrder: number, lastDegree: number): Float64Array {
  const cosine = Math.sqrt(1 - sine * sine);
  const values: number[] = [];
  let sectoral = 1; // P(m, m)
  for (let m = 0; m <= lastOrder; m++) {
    if (m > 0) sectoral *= Math.sqrt((2 * m + 1) / (2 * m)) * cosine;
    let before = 0;
    let value = sectoral;
    for (let n = m; n <= lastDegree; n++) {
      values.push(value);
      // μ P(n, m) = ε(n + 1, m) P(n + 1, m) + ε(n, m) P(n − 1, m)
      [before, value] = [value, (sine * value - epsilon(n, m) * before) / epsilon(n + 1, m)];
    }
  }
  return Float64Array.from(values);
}
