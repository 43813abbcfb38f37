import { expect, test } from 'vitest';
import { Moisture, saturationHumidity } from './moisture';
import { PrimitiveEquations } from './primitive_equations';
import { REFERENCE_TEMPERATURE } from './semi_implicit';
import { SigmaLevels } from './sigma_levels';

const levels = SigmaLevels.equal(5);

test('saturation is that of the tables', () => {
  // Vapour pressure 23.39 hPa over water at 20 °C, 1.032 hPa over ice at −20 °C.
  expect(saturationHumidity(293.16, 1e5)).toBeCloseTo((0.622 * 2339) / (1e5 - 0.378 * 2339), 4);
  expect(saturationHumidity(253.16, 5e4)).toBeCloseTo((0.622 * 103.2) / (5e4 - 0.378 * 103.2), 5);
  expect(saturationHumidity(330, 1e3)).toBe(1); // water boils
});

test('the sea moistens the boundary layer, excess rains out, and all water is accounted for', () => {
  const { fields, transform } = new PrimitiveEquations({ truncation: 10, levels, timeStep: 1 });
  const size = transform.rows * transform.columns;
  for (const layer of fields.temperature) layer.fill(290 - REFERENCE_TEMPERATURE);
  const land = new Float64Array(size);
  land[1] = 1;
  const moisture = new Moisture(transform.grid, levels, land);
  moisture.initialise(fields);
  const before = moisture.humidity.map((layer) => layer.slice());
  const saturation = (k: number) => saturationHumidity(290, levels.full[k] * 1e5);
  expect(before[4][0]).toBeCloseTo(0.5 * saturation(4), 12);
  moisture.humidity[2].fill(2 * saturation(2));
  moisture.advance(fields, 7200);
  // Above the boundary layer nothing but rain.
  expect(moisture.humidity[1][0]).toBeCloseTo(before[1][0], 12);
  expect(moisture.humidity[2][0]).toBeCloseTo(saturation(2), 12);
  expect(moisture.rain[0]).toBeCloseTo((saturation(2) * 0.2 * 1e5) / 9.8 / 1000, 12);
  // The sea gives more than the land, and never more than to saturation.
  const gain = (i: number) => moisture.humidity[4][i] - before[4][i];
  expect(gain(1)).toBeGreaterThan(0);
  expect(gain(1) / gain(0)).toBeCloseTo(0.3, 6);
  for (let step = 0; step < 200; step++) moisture.advance(fields, 7200);
  expect(moisture.humidity[4][0]).toBeLessThan(0.86 * saturation(4));
  expect(moisture.humidity[4][0]).toBeGreaterThan(0.84 * saturation(4));
});
