import { expect, test } from 'vitest';
import { RADIUS } from './constants';
import { PrimitiveEquations } from './primitive_equations';
import { SigmaLevels } from './sigma_levels';
import { Transport } from './transport';

const levels = SigmaLevels.equal(4);
const { fields, transform } = new PrimitiveEquations({ truncation: 21, levels, timeStep: 1 });
const { rows, columns, grid } = transform;

/** A bell of height 1 and 25 degrees half-width around a point, degrees. */
function bell(latitude: number, longitude: number): Float64Array {
  const at = (degrees: number) => (degrees * Math.PI) / 180;
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    const sine = grid.sines[Math.floor(i / columns)];
    const turn = (2 * Math.PI * (i % columns)) / columns - at(longitude);
    const cosine =
      sine * Math.sin(at(latitude)) + Math.sqrt(1 - sine * sine) * Math.cos(at(latitude)) * Math.cos(turn);
    const distance = Math.acos(Math.max(-1, Math.min(1, cosine))) / at(25);
    return distance < 1 ? (1 + Math.cos(Math.PI * distance)) / 2 : 0;
  });
}

/** Wind that turns the sphere about an axis through the equator at longitude 90° E: north at longitude 0, over the pole. */
function windOverPole(radiansPerSecond: number) {
  for (let k = 0; k < levels.count; k++) {
    for (let i = 0; i < rows * columns; i++) {
      const sine = grid.sines[Math.floor(i / columns)];
      const cosine = Math.sqrt(1 - sine * sine);
      const longitude = (2 * Math.PI * (i % columns)) / columns;
      // Times cos φ.
      fields.u[k][i] = radiansPerSecond * RADIUS * sine * Math.sin(longitude) * cosine;
      fields.v[k][i] = radiansPerSecond * RADIUS * Math.cos(longitude) * cosine;
    }
  }
}

test('a bell is carried over the pole without new extremes', () => {
  const steps = 20;
  windOverPole(Math.PI / 2 / 7200 / steps);
  for (const outflow of fields.outflow) outflow.fill(0);
  const tracer = levels.full.reduce<Float64Array[]>((layers) => [...layers, bell(45, 0)], []);
  const transport = new Transport(grid, levels);
  for (let step = 0; step < steps; step++) transport.advance(tracer, fields, 7200);
  const expected = bell(45, 180);
  const error = Math.max(...tracer[0].map((value, i) => Math.abs(value - expected[i])));
  expect(error).toBeLessThan(0.12); // the grid has seven points across the bell
  expect(Math.min(...tracer[0])).toBeGreaterThanOrEqual(0);
  expect(Math.max(...tracer[0])).toBeLessThanOrEqual(1);
  expect(Math.max(...tracer[0])).toBeGreaterThan(0.85);
});

test('rising air takes the tracer up', () => {
  windOverPole(0);
  // Σ̇ through the middle of the column is σ · total − outflow = −1e-5 s⁻¹.
  fields.outflow.forEach((outflow, k) => {
    outflow.fill(k === 1 ? 1e-5 : 0);
  });
  const tracer = [0, 0, 1, 1].map((value) => new Float64Array(rows * columns).fill(value));
  new Transport(grid, levels).advance(tracer, fields, 7200);
  const gain = (0.5e-5 * 7200) / (levels.full[2] - levels.full[1]);
  expect(tracer[1][5]).toBeCloseTo(gain, 12);
  expect(tracer[0][5]).toBe(0);
  expect(tracer[2][5]).toBe(1);
});
