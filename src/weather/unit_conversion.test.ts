import { describe, expect, test } from 'vitest';
import { convert, unitConversion } from './unit_conversion';
import { VARIABLES } from './variables';

function converted(value: number, found: string, expected: string): number | undefined {
  const conversion = unitConversion(found, expected);
  if (!conversion) return undefined;
  const values = Float64Array.of(value);
  convert(values, conversion);
  return values[0];
}

const SAME: [string, string[]][] = [
  ['m**2 s**-2', ['m2 s-2', 'm^2/s^2', 'm2/s2', 'm**2/s**2', 'm2.s-2', 'm² s⁻²', 'J kg**-1', 'J/kg']],
  ['K', ['kelvin', 'Kelvin']],
  ['Pa', ['pascal', 'Pascals', 'kg m-1 s-2']],
  ['m s**-1', ['m/s', 'm s-1', 'm s^-1', 'm s^(-1)', 'm·s⁻¹', 'metres per second', 'm*s**-1']],
  ['kg kg**-1', ['kg/kg', 'kg kg-1', '1', 'dimensionless']],
  ['J m**-2', ['J/m2', 'J m-2', 'J/m^2']],
  ['m', ['metre', 'm of water equivalent']],
  ['(0 - 1)', ['1', '0-1', '(0-1)', 'fraction', '~']],
  ['K m**2 kg**-1 s**-1', ['K m2 kg-1 s-1', 'K m^2/kg/s']],
  ['s**-1', ['s-1', '1/s']],
  ['%', ['percent']],
];

describe.each(SAME)('%s', (expected, spellings) => {
  test.each([expected, '', 'unknown', ...spellings])("may be spelled '%s'", (found) => {
    expect(converted(271.5, found, expected)).toBe(271.5);
  });
});

test('the units of every known variable are understood', () => {
  for (const { units } of VARIABLES.values()) {
    // Another text with the same meaning, so that both are parsed.
    const other = units
      .replace('(0 - 1)', '0-1')
      .replaceAll('**', '^')
      .replace(/^(?=[^0])/, '1 ');
    expect(other).not.toBe(units);
    expect(converted(3, other, units)).toBe(3);
  }
});

test.each([
  [21.5, 'degC', 'K', 294.65],
  [-5, 'degrees_Celsius', 'K', 268.15],
  [0, '°C', 'K', 273.15],
  [1013.25, 'hPa', 'Pa', 101_325],
  [5500, 'Pa', 'hPa', 55],
  [850, 'millibars', 'hPa', 850],
  [12, 'mm', 'm', 0.012],
  [7, 'g/kg', 'kg kg**-1', 0.007],
  [7, 'g kg**-1', 'kg kg**-1', 0.007],
  [80, '%', '(0 - 1)', 0.8],
  [36, 'km/h', 'm s**-1', 10],
])('%d %s is in %s %d', (value, found, expected, result) => {
  expect(converted(value, found, expected)).toBeCloseTo(result, 12);
});

test.each([
  ['gpm', 'm**2 s**-2'],
  ['m', 'm**2 s**-2'],
  ['degF', 'K'],
  ['degC', 'Pa'],
  ['1', 'K'],
  ['kg m**-2', 'm'],
  ['W m**-2', 'J m**-2'],
  ['m s**-', 'm s**-1'],
])("'%s' is not taken for '%s'", (found, expected) => {
  expect(unitConversion(found, expected)).toBeUndefined();
});
