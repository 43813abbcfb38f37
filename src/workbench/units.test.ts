import { expect, test } from 'vitest';
import {
  differenceToShown,
  displayOf,
  fieldTitle,
  formatLead,
  formatSpan,
  formatTime,
  formatValue,
  inChosenUnit,
  toShown,
  unitChoices,
} from './units';

test.each([
  ['geopotential', 55_000, 560.845],
  ['temperature', 273.15, 0],
  ['specific_humidity', 0.0123, 12.3],
  ['mean_sea_level_pressure', 101_325, 1013.25],
  ['total_precipitation_6hr', 0.004, 4],
  ['toa_incident_solar_radiation', 3_600_000, 1000],
  ['geopotential_at_surface', 9806.65, 1000],
  ['u_component_of_wind', -12.5, -12.5],
])('%s: %d is shown as %d', (variable, stored, shown) => {
  expect(toShown(stored, displayOf(variable))).toBeCloseTo(shown, 2);
});

test('a difference of temperatures is in kelvin and is not shifted', () => {
  const display = displayOf('2m_temperature');
  expect(display.unit).toBe('°C');
  expect(display.differenceUnit).toBe('K');
  expect(differenceToShown(1.5, display)).toBe(1.5);
});

test('an unknown variable keeps its name and the unit of its file', () => {
  const display = displayOf('cloud_base_height', 'm');
  expect([display.label, display.unit, toShown(7, display)]).toEqual(['Cloud base height', 'm', 7]);
});

test('titles name the level', () => {
  expect(fieldTitle('Geopotential height', 500)).toBe('500 hPa geopotential height');
  expect(fieldTitle('2 m temperature', null)).toBe('2 m temperature');
});

test.each([
  [0, '0'],
  [0.412345, '0.412'],
  [-7.25, '−7.25'],
  [56.78, '56.8'],
  [1234.5, '1,235'],
  [0.000012, '1.2e−5'],
  [2.5e7, '2.5e7'],
  [Number.NaN, '–'],
])('%d is written %s', (value, text) => {
  expect(formatValue(value)).toBe(text);
});

test('ticks show as many decimals as their step needs', () => {
  expect([formatValue(0.5, 0.25), formatValue(20, 5), formatValue(-0.0001, 0.5)]).toEqual([
    '0.50',
    '20',
    '0.0',
  ]);
});

test('times are UTC', () => {
  expect(formatTime(Date.UTC(2024, 5, 3, 18) / 1000)).toBe('3 Jun 2024, 18 UTC');
  expect(formatTime(Date.UTC(1959, 0, 2, 0, 30) / 1000)).toBe('2 Jan 1959, 00:30 UTC');
});

test('lead times and spans', () => {
  expect([0, 6, 42, 48, 54, 240].map(formatLead)).toEqual([
    '0 h',
    '+6 h',
    '+42 h',
    '+2 d',
    '+2 d 6 h',
    '+10 d',
  ]);
  expect([0.2, 80, 600, 5000].map(formatSpan)).toEqual(['1 s', '80 s', '10 min', '1 h 23 min']);
});

test('a quantity is shown in the chosen unit, and its differences without the offset', () => {
  const celsius = displayOf('temperature');
  expect(unitChoices('K')).toEqual(['°C', 'K', '°F']);
  expect(inChosenUnit(celsius, ['kt'])).toBe(celsius);
  const fahrenheit = inChosenUnit(celsius, ['°F']);
  expect(toShown(273.15, fahrenheit)).toBeCloseTo(32);
  expect(differenceToShown(10, fahrenheit)).toBeCloseTo(18);
  expect(inChosenUnit(displayOf('geopotential'), ['m²/s²'])).toMatchObject({
    label: 'Geopotential',
    scale: 1,
  });
  expect(toShown(10, inChosenUnit(displayOf('u_component_of_wind'), ['kt']))).toBeCloseTo(19.44);
});
