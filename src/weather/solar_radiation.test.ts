import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import reference from '../golden/reference_values.json';
import { openDataset } from './dataset';
import { realData } from './real_data.fixture';
import { toaIncidentSolarRadiation, totalSolarIrradiance } from './solar_radiation';

const seconds = (time: string) => Date.parse(`${time}Z`) / 1000;
const { tisr } = reference.geometry;

test.each(tisr.rows)('equals the reference at $time', ({ time, tsi, values }) => {
  const at = seconds(time);
  expect(totalSolarIrradiance(at)).toBeCloseTo(tsi, 8);
  const field = toaIncidentSolarRadiation(at, tisr.lat, tisr.lon);
  values.flat().forEach((expected, k) => {
    // The reference counts days in float32, steps of 42 s.
    expect(Math.abs(field[k] - expected)).toBeLessThan(100);
  });
});

test('checks of the specification', () => {
  const at = seconds('2022-01-01T00:00');
  expect(totalSolarIrradiance(at)).toBeCloseTo(1360.87217, 5);
  const [noon, pole] = toaIncidentSolarRadiation(at, [0, -90], [180]);
  expect(Math.abs(noon - 4_600_424.5)).toBeLessThan(50);
  expect(Math.abs(pole - 1_981_170)).toBeLessThan(50);
});

test('irradiance is constant before and after the table and repeats the last solar cycle', () => {
  expect(totalSolarIrradiance(seconds('1930-01-01T00:00'))).toBeCloseTo(0.9965 * 1365.7765, 8);
  expect(totalSolarIrradiance(seconds('2090-01-01T00:00'))).toBeCloseTo(0.9965 * 1365.6918, 8);
  expect(totalSolarIrradiance(seconds('2023-07-02T12:00'))).toBeCloseTo(
    totalSolarIrradiance(seconds('2010-07-02T12:00')),
    8,
  );
});

test('equals the radiation in a data file', async () => {
  const real = realData('ifs_hres_10deg_2024-06-03.nc');
  const golden = fileURLToPath(new URL('../golden/tiny/dataset.nc', import.meta.url));
  const dataset = await openDataset(real ?? golden);
  // The real file holds a float64 evaluation, the golden one the reference's float32.
  const tolerance = real ? 1 : 100;
  for (const frame of [0, 3]) {
    const stored = await dataset.read('toa_incident_solar_radiation', frame);
    const derived = toaIncidentSolarRadiation(dataset.times[frame], dataset.latitudes, dataset.longitudes);
    const worst = stored.reduce((most, value, i) => Math.max(most, Math.abs(value - derived[i])), 0);
    expect(worst).toBeLessThan(tolerance);
  }
  dataset.close();
});
