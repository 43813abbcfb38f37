import { expect, test } from 'vitest';
import { RADIUS } from './constants';
import { gaussianQuadrature } from './legendre';
import { gaussianGrid, SpectralTransform } from './spectral_transform';
import { retruncate, Truncation } from './truncation';

const truncation = new Truncation(21);
const transform = new SpectralTransform(truncation, gaussianGrid(21));
const { sines } = transform.grid;

/** Values of a function of longitude (rad) and sine of latitude on the Gaussian grid. */
function onGrid(f: (longitude: number, sine: number) => number): Float64Array {
  const { rows, columns } = transform;
  return Float64Array.from({ length: rows * columns }, (_, i) =>
    f((2 * Math.PI * (i % columns)) / columns, sines[Math.floor(i / columns)]),
  );
}

function coefficients(f: (longitude: number, sine: number) => number): Float64Array {
  const field = truncation.field();
  transform.analyse(onGrid(f), field);
  truncation.dropLastDegree(field);
  return field;
}

function values(field: Float64Array): Float64Array {
  const result = new Float64Array(transform.rows * transform.columns);
  transform.synthesise(field, result);
  return result;
}

function greatestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** A field without symmetry, of degrees 1 to 4, and its derivatives ∂/∂λ and cos φ ∂/∂φ = (1 − μ²) ∂/∂μ. */
const field = (l: number, s: number) =>
  (1 - s * s) * s * Math.cos(2 * l) + Math.sqrt(1 - s * s) * Math.sin(l) + s ** 3;
const fieldEast = (l: number, s: number) =>
  -2 * (1 - s * s) * s * Math.sin(2 * l) + Math.sqrt(1 - s * s) * Math.cos(l);
const fieldNorth = (l: number, s: number) =>
  (1 - s * s) * ((1 - 3 * s * s) * Math.cos(2 * l) + 3 * s * s) - s * Math.sqrt(1 - s * s) * Math.sin(l);

test('Gaussian quadrature integrates polynomials exactly', () => {
  const { sines: nodes, weights } = gaussianQuadrature(10);
  const integral = (power: number) => nodes.reduce((sum, x, j) => sum + weights[j] * x ** power, 0);
  expect(integral(0)).toBeCloseTo(2, 12);
  expect(integral(18)).toBeCloseTo(2 / 19, 12);
  expect(integral(20)).not.toBeCloseTo(2 / 21, 8);
  expect(Array.from(nodes)).toEqual(Array.from(nodes).sort((a, b) => a - b));
});

test('coefficients survive the way to the grid and back to 1e-12', () => {
  const original = truncation.field();
  for (let c = 0; c < truncation.size; c++) {
    original[2 * c] = Math.sin(7 * c + 1);
    original[2 * c + 1] = truncation.order[c] > 0 ? Math.cos(3 * c) : 0;
  }
  truncation.dropLastDegree(original);
  const back = truncation.field();
  transform.analyse(values(original), back);
  expect(greatestDifference(back, original)).toBeLessThan(1e-12);
});

test('a grid that is not Gaussian gets the same values, poles and equator included', () => {
  const regular = Float64Array.from([-90, -45, 0, 45, 90], (d) => Math.sin((d * Math.PI) / 180));
  const other = new SpectralTransform(truncation, { sines: regular, columns: 45 });
  const result = new Float64Array(5 * 45);
  other.synthesise(coefficients(field), result);
  result.forEach((value, i) => {
    expect(value).toBeCloseTo(field((2 * Math.PI * (i % 45)) / 45, regular[Math.floor(i / 45)]), 12);
  });
  expect(() => other.analyse(result, truncation.field())).toThrow('Gaussian');
  expect(() => new SpectralTransform(truncation, { sines: regular, columns: 42 })).toThrow('43 columns');
});

test('the coefficient (0, 0) is the mean', () => {
  expect(coefficients((_, s) => 5 + s + 3 * s * s)[0]).toBeCloseTo(6, 13);
});

test('derivatives match analytic ones', () => {
  const spectral = coefficients(field);
  const result = truncation.field();
  truncation.eastward(spectral, result);
  expect(greatestDifference(values(result), onGrid(fieldEast))).toBeLessThan(1e-12);
  truncation.northward(spectral, result);
  expect(greatestDifference(values(result), onGrid(fieldNorth))).toBeLessThan(1e-12);
  // sin φ is of degree 1: ∇² multiplies it by −2/a².
  const sine = coefficients((_, s) => s);
  const laplacian = sine.map((value, i) => value * truncation.laplacian[i >> 1]);
  const expected = onGrid((_, s) => (-2 * s) / RADIUS ** 2);
  expect(greatestDifference(values(laplacian), expected)).toBeLessThan(1e-10 / RADIUS ** 2);
});

test('vorticity and divergence give the winds they come from, and the winds give them back', () => {
  // ψ = χ = a² f: V cos φ = a (f_λ + (1 − μ²) f_μ) and U cos φ = a (f_λ − (1 − μ²) f_μ).
  const potential = coefficients(field);
  const source = potential.map((value, i) => value * truncation.laplacian[i >> 1] * RADIUS ** 2);
  const [u, v] = [truncation.field(), truncation.field()];
  truncation.winds(source, source, u, v);
  const expectedU = onGrid((l, s) => RADIUS * (fieldEast(l, s) - fieldNorth(l, s)));
  const expectedV = onGrid((l, s) => RADIUS * (fieldEast(l, s) + fieldNorth(l, s)));
  expect(greatestDifference(values(u), expectedU)).toBeLessThan(1e-12 * RADIUS);
  expect(greatestDifference(values(v), expectedV)).toBeLessThan(1e-12 * RADIUS);

  const perCosine2 = (wind: Float64Array) =>
    wind.map((value, i) => value / (1 - sines[Math.floor(i / transform.columns)] ** 2));
  transform.analyse(perCosine2(values(u)), u);
  transform.analyse(perCosine2(values(v)), v);
  const [divergence, vorticity] = [truncation.field(), truncation.field()];
  truncation.addDivergence(1, u, 1, v, divergence);
  truncation.addDivergence(1, v, -1, u, vorticity);
  expect(greatestDifference(divergence, source)).toBeLessThan(1e-11);
  expect(greatestDifference(vorticity, source)).toBeLessThan(1e-11);
});

test('another truncation keeps the coefficients that both have', () => {
  const small = new Truncation(5);
  const spectral = coefficients(field);
  const [less, back] = [small.field(), truncation.field()];
  retruncate(spectral, truncation, small, less);
  retruncate(less, small, truncation, back);
  expect(greatestDifference(back, spectral)).toBeLessThan(1e-13); // nothing of `field` lies beyond degree 5
  retruncate(spectral, truncation, new Truncation(1), new Truncation(1).field());
  const tiny = new Truncation(1);
  const first = tiny.field();
  retruncate(spectral, truncation, tiny, first);
  expect(first[2 * tiny.first[1]]).toBe(spectral[2 * truncation.first[1]]);
});
