import { describe, expect, test } from 'vitest';
import { conversionTo, era5Name, isNameOnLevels, roleOf } from './conventions';
import { PARTLY_UNDEFINED_VARIABLES, VARIABLES } from './variables';

describe('names', () => {
  test.each([
    ['z', '', true, 'geopotential'],
    ['z', '', false, 'geopotential_at_surface'],
    ['z', 'geopotential', false, 'geopotential_at_surface'],
    ['t', '', true, 'temperature'],
    ['w', '', true, 'vertical_velocity'],
    ['r', '', true, 'relative_humidity'],
    ['t2m', '', false, '2m_temperature'],
    ['10u', '', false, '10m_u_component_of_wind'],
    ['tp', '', false, 'total_precipitation'],
    ['sst', '', false, 'sea_surface_temperature'],
    ['TMP', 'air_temperature', true, 'temperature'],
    ['PRMSL', 'air_pressure_at_mean_sea_level', false, 'mean_sea_level_pressure'],
    ['HGT', 'geopotential_height', true, 'geopotential'],
    ['topo', 'surface_altitude', false, 'geopotential_at_surface'],
  ])('%s (%s), on levels: %s, is %s', (name, standardName, onLevels, expected) => {
    expect(era5Name(name, standardName, onLevels)).toBe(expected);
  });

  test.each([
    ['TMP', 'air_temperature', 'at 2 m or at the ground'],
    ['UGRD', 'eastward_wind', 'at 10 m or at 100 m'],
    ['rain', 'lwe_thickness_of_precipitation_amount', 'of an hour or of six'],
    ['t', '', 'on a level that is not said'],
    ['mystery', '', 'not known'],
  ])('%s (%s) without levels stays: it may be %s', (name, standardName) => {
    expect(era5Name(name, standardName, false)).toBe(name);
  });

  test("ERA5's own names stay, whatever the levels", () => {
    for (const name of VARIABLES.keys()) {
      expect(era5Name(name, '', true)).toBe(name);
      expect(era5Name(name, '', false)).toBe(name);
    }
  });

  test('the variables that are undefined somewhere are known by their short names', () => {
    for (const [short, name] of Object.entries({
      swh: 'significant_height_of_combined_wind_waves_and_swell',
      cbh: 'cloud_base_height',
    })) {
      expect(era5Name(short, '', false)).toBe(name);
      expect(PARTLY_UNDEFINED_VARIABLES).toContain(name);
    }
  });

  test('a name alone tells a variable on levels where a file has a single one', () => {
    expect(['t', 'z', 'r'].every(isNameOnLevels)).toBe(true);
    expect(['t2m', 'lsm', '2m_temperature'].some(isNameOnLevels)).toBe(false);
    expect(isNameOnLevels('temperature')).toBe(true);
  });
});

test('dimensions have a meaning by name, else by the standard name of their coordinate', () => {
  expect(roleOf('valid_time')).toBe('time');
  expect(roleOf('isobaricInhPa')).toBe('level');
  expect(roleOf('y', 'latitude')).toBe('latitude');
  expect(roleOf('number')).toBeUndefined();
});

describe('quantities', () => {
  test.each([
    ['geopotential', 'gh', 'gpm', 9.80665],
    ['geopotential', 'gh', '', 9.80665],
    ['geopotential', 'z', '', 1],
    ['geopotential', 'hgt', 'dam', 98.0665],
    ['geopotential_at_surface', 'orog', 'm', 9.80665],
    ['total_precipitation', 'tp', 'kg m**-2', 1e-3],
    ['total_precipitation', 'tp', 'mm', 1e-3],
    ['temperature', 't', 'K', 1],
  ])("%s from '%s' in '%s': times %d", (variable, stored, units, factor) => {
    const { multiplier, divisor } = conversionTo(variable, stored, units)!;
    expect(multiplier / divisor).toBeCloseTo(factor, 12);
  });

  test.each([
    ['temperature', 't', 'm'],
    ['specific_humidity', 'q', '%'],
    ['specific_humidity', 'q', 'percent'],
    ['vertical_velocity', 'w', 'm s**-1'],
    ['geopotential', 'z', 'K'],
    ['total_precipitation', 'tp', 'kg m**-2 s**-1'],
  ])("no %s from '%s' in '%s'", (variable, stored, units) => {
    expect(conversionTo(variable, stored, units)).toBeUndefined();
  });
});
