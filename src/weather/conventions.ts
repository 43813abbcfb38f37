/**
 * What other people's files call things: dimensions and variables of ERA5 as the Climate Data Store, GRIB, CMIP,
 * WeatherBench 2 and GraphCast's examples name them, and the quantities that stand for another. Extend the tables.
 */
import { type Conversion, unitConversion } from './unit_conversion';
import { isAtmospheric, VARIABLES } from './variables';

/** What a dimension means. */
export type Role = 'time' | 'level' | 'latitude' | 'longitude' | 'expver';

const DIMENSIONS: [role: Role, names: string][] = [
  ['time', 'time valid_time'],
  ['level', 'level pressure_level isobaricInhPa isobaricInPa isobaric plev pressure lev'],
  ['latitude', 'lat latitude'],
  ['longitude', 'lon longitude'],
  // Versions of ERA5 side by side: 1 is final, 5 preliminary; each is missing where the other one is given.
  ['expver', 'expver'],
];
const ROLES = lookUp(DIMENSIONS);

const ROLES_BY_STANDARD_NAME: Partial<Record<string, Role>> = {
  time: 'time',
  air_pressure: 'level',
  latitude: 'latitude',
  longitude: 'longitude',
};

/** The meaning of a dimension by its name, or by the CF standard name of its coordinate; undefined for any other. */
export function roleOf(dimension: string, standardName = ''): Role | undefined {
  return ROLES.get(dimension) ?? ROLES_BY_STANDARD_NAME[standardName];
}

/** ERA5's name, and what else a variable on pressure levels is called. */
const ON_LEVELS: [name: string, aliases: string][] = [
  ['geopotential', 'z gh zg hgt geopotential_height'],
  ['temperature', 't ta'],
  ['u_component_of_wind', 'u ua'],
  ['v_component_of_wind', 'v va'],
  ['vertical_velocity', 'w wap omega'],
  ['specific_humidity', 'q hus'],
  ['relative_humidity', 'r rh hur'],
  ['potential_vorticity', 'pv'],
  ['vorticity', 'vo'],
  ['divergence', 'd'],
  ['ozone_mass_mixing_ratio', 'o3'],
  ['specific_rain_water_content', 'crwc'],
  ['specific_snow_water_content', 'cswc'],
  ['specific_cloud_liquid_water_content', 'clwc'],
  ['specific_cloud_ice_water_content', 'ciwc'],
  ['fraction_of_cloud_cover', 'cc'],
];

/** As `ON_LEVELS`, for a variable without levels. `z` is the same quantity, but at the ground. */
const AT_SURFACE: [name: string, aliases: string][] = [
  ['geopotential_at_surface', 'z orog orography surface_altitude'],
  ['land_sea_mask', 'lsm sftlf'],
  ['2m_temperature', 't2m 2t tas'],
  ['10m_u_component_of_wind', 'u10 10u uas'],
  ['10m_v_component_of_wind', 'v10 10v vas'],
  ['mean_sea_level_pressure', 'msl psl'],
  ['surface_pressure', 'sp ps'],
  ['total_precipitation', 'tp'],
  ['total_cloud_cover', 'tcc'],
  ['total_column_water_vapour', 'tcwv'],
  ['toa_incident_solar_radiation', 'tisr'],
  // Undefined over part of the globe (`PARTLY_UNDEFINED_VARIABLES`), and to be known as such.
  ['sea_surface_temperature', 'sst'],
  ['sea_ice_cover', 'siconc ci'],
  ['mean_wave_direction', 'mwd'],
  ['mean_wave_period', 'mwp'],
  ['peak_wave_period', 'pp1d'],
  ['significant_height_of_combined_wind_waves_and_swell', 'swh'],
  ['significant_height_of_wind_waves', 'shww'],
  ['significant_height_of_total_swell', 'shts'],
  ['mean_direction_of_wind_waves', 'mdww'],
  ['mean_direction_of_total_swell', 'mdts'],
  ['mean_period_of_wind_waves', 'mpww'],
  ['mean_period_of_total_swell', 'mpts'],
  ['maximum_individual_wave_height', 'hmax'],
  ['cloud_base_height', 'cbh'],
  ['convective_inhibition', 'cin'],
];

/** Standard names that several variables without levels share: at 2 m or at the ground, at 10 m or at 100 m. */
const AMBIGUOUS_AT_SURFACE = ['air_temperature', 'eastward_wind', 'northward_wind'];

const ALIASES_ON_LEVELS = lookUp(ON_LEVELS);
const ALIASES_AT_SURFACE = lookUp(AT_SURFACE);
const STANDARD_NAMES_ON_LEVELS = new Map([['geopotential_height', 'geopotential']]);
const STANDARD_NAMES_AT_SURFACE = new Map([['surface_altitude', 'geopotential_at_surface']]);
for (const [name, { kind, standardName }] of VARIABLES) {
  if (standardName === undefined) continue;
  if (kind === 'atmospheric') STANDARD_NAMES_ON_LEVELS.set(standardName, name);
  else if (!AMBIGUOUS_AT_SURFACE.includes(standardName)) STANDARD_NAMES_AT_SURFACE.set(standardName, name);
}
// Of an amount over a time that the name does not say.
STANDARD_NAMES_AT_SURFACE.delete('lwe_thickness_of_precipitation_amount');

/** Whether a name is that of a variable on pressure levels, so that it lies on one even where no dimension says so. */
export function isNameOnLevels(name: string): boolean {
  return ALIASES_ON_LEVELS.has(name) || isAtmospheric(name);
}

/**
 * ERA5's name of a variable.
 *
 * @param name in the file
 * @param standardName CF standard name, '' for none
 * @param onLevels whether it lies on pressure levels
 * @returns `name` itself where nothing is known of it
 */
export function era5Name(name: string, standardName: string, onLevels: boolean): string {
  // Whatever a file calls it, the one humidity must never pass for the other.
  if (standardName === 'relative_humidity') return 'relative_humidity';
  if (VARIABLES.has(name)) return name;
  const [aliases, standardNames] = onLevels
    ? [ALIASES_ON_LEVELS, STANDARD_NAMES_ON_LEVELS]
    : [ALIASES_AT_SURFACE, STANDARD_NAMES_AT_SURFACE];
  return aliases.get(name) ?? standardNames.get(standardName) ?? name;
}

/** Aliases of a variable that are not the same quantity: heights, which are metres also where no unit is given. */
const HEIGHTS = ['gh', 'zg', 'hgt', 'geopotential_height', 'orog', 'orography', 'surface_altitude'];

/** m s⁻²: the gravity that defines geopotential height (WMO, International Meteorological Tables). */
const STANDARD_GRAVITY = 9.80665;
/** m³ kg⁻¹: a kilogram of water on a square metre stands 1 mm high. */
const VOLUME_OF_WATER = 1e-3;

/** Other quantities that a variable can be computed from by a factor: the unit that gives them away. */
const RELATED: Record<string, { unit: string; factor: number }> = {
  geopotential: { unit: 'm', factor: STANDARD_GRAVITY },
  geopotential_at_surface: { unit: 'm', factor: STANDARD_GRAVITY },
  total_precipitation: { unit: 'kg m**-2', factor: VOLUME_OF_WATER },
  total_precipitation_6hr: { unit: 'kg m**-2', factor: VOLUME_OF_WATER },
};

/**
 * How stored values become those of an ERA5 variable in ERA5's units.
 *
 * @param variable ERA5's name
 * @param storedName in the file
 * @param units in the file; '' for none, and then ERA5's are assumed
 * @returns undefined for a known variable whose units cannot be converted
 */
export function conversionTo(variable: string, storedName: string, units: string): Conversion | undefined {
  const expected = VARIABLES.get(variable)?.units ?? units;
  const found = units === '' && HEIGHTS.includes(storedName) ? 'm' : units;
  const direct = unitConversion(found, expected);
  const related = RELATED[variable];
  if (direct || !related) return direct;
  const conversion = unitConversion(found, related.unit);
  return conversion && { ...conversion, multiplier: conversion.multiplier * related.factor };
}

function lookUp<Name extends string>(rows: [name: Name, aliases: string][]): Map<string, Name> {
  return new Map(
    rows.flatMap(([name, aliases]) => aliases.split(' ').map((alias) => [alias, name] as const)),
  );
}
