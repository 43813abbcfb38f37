/**
 * The variables that GraphCast and ERA5 name: units, names for people and for files, and what part each plays.
 * Spec 1.4. A variable that is not in this table is treated as a surface state variable.
 */

/**
 * What a variable is to the network: `surface` and `atmospheric` ones are states that it can predict (the
 * latter on pressure levels), a `forcing` is known for any time, a `static` field never changes.
 */
export type VariableKind = 'surface' | 'atmospheric' | 'forcing' | 'static';

export interface KnownVariable {
  kind: VariableKind;
  /** Units in ERA5's spelling; '1' for a number without units. */
  units: string;
  longName: string;
  /** CF standard name, where CF has one. */
  standardName?: string;
}

const surface = (units: string, longName: string, standardName?: string): KnownVariable => ({
  kind: 'surface',
  units,
  longName,
  standardName,
});
const atmospheric = (units: string, longName: string, standardName?: string): KnownVariable => ({
  kind: 'atmospheric',
  units,
  longName,
  standardName,
});
const forcing = (units: string, longName: string, standardName?: string): KnownVariable => ({
  kind: 'forcing',
  units,
  longName,
  standardName,
});
const constant = (units: string, longName: string, standardName?: string): KnownVariable => ({
  kind: 'static',
  units,
  longName,
  standardName,
});

/** Every known variable by its ERA5 name, states in the reference's order. */
export const VARIABLES: ReadonlyMap<string, KnownVariable> = new Map([
  ['2m_temperature', surface('K', '2 metre temperature', 'air_temperature')],
  ['mean_sea_level_pressure', surface('Pa', 'Mean sea level pressure', 'air_pressure_at_mean_sea_level')],
  ['10m_v_component_of_wind', surface('m s**-1', '10 metre V wind component', 'northward_wind')],
  ['10m_u_component_of_wind', surface('m s**-1', '10 metre U wind component', 'eastward_wind')],
  [
    'total_precipitation_6hr',
    surface('m', 'Total precipitation of the preceding 6 hours', 'lwe_thickness_of_precipitation_amount'),
  ],
  [
    'total_precipitation',
    surface('m', 'Total precipitation of the preceding hour', 'lwe_thickness_of_precipitation_amount'),
  ],
  ['surface_pressure', surface('Pa', 'Surface pressure', 'surface_air_pressure')],
  ['sea_surface_temperature', surface('K', 'Sea surface temperature', 'sea_surface_temperature')],
  ['sea_ice_cover', surface('(0 - 1)', 'Sea ice area fraction', 'sea_ice_area_fraction')],
  ['total_cloud_cover', surface('(0 - 1)', 'Total cloud cover', 'cloud_area_fraction')],
  [
    'total_column_water_vapour',
    surface('kg m**-2', 'Total column water vapour', 'atmosphere_mass_content_of_water_vapor'),
  ],

  ['temperature', atmospheric('K', 'Temperature', 'air_temperature')],
  ['geopotential', atmospheric('m**2 s**-2', 'Geopotential', 'geopotential')],
  ['u_component_of_wind', atmospheric('m s**-1', 'U component of wind', 'eastward_wind')],
  ['v_component_of_wind', atmospheric('m s**-1', 'V component of wind', 'northward_wind')],
  ['vertical_velocity', atmospheric('Pa s**-1', 'Vertical velocity', 'lagrangian_tendency_of_air_pressure')],
  ['specific_humidity', atmospheric('kg kg**-1', 'Specific humidity', 'specific_humidity')],
  [
    'potential_vorticity',
    atmospheric('K m**2 kg**-1 s**-1', 'Potential vorticity', 'ertel_potential_vorticity'),
  ],
  [
    'specific_rain_water_content',
    atmospheric('kg kg**-1', 'Specific rain water content', 'mass_fraction_of_rain_in_air'),
  ],
  [
    'specific_snow_water_content',
    atmospheric('kg kg**-1', 'Specific snow water content', 'mass_fraction_of_snow_in_air'),
  ],
  ['vorticity', atmospheric('s**-1', 'Vorticity (relative)', 'atmosphere_relative_vorticity')],
  ['divergence', atmospheric('s**-1', 'Divergence', 'divergence_of_wind')],
  ['relative_humidity', atmospheric('%', 'Relative humidity', 'relative_humidity')],
  [
    'ozone_mass_mixing_ratio',
    atmospheric('kg kg**-1', 'Ozone mass mixing ratio', 'mass_fraction_of_ozone_in_air'),
  ],
  [
    'specific_cloud_liquid_water_content',
    atmospheric(
      'kg kg**-1',
      'Specific cloud liquid water content',
      'mass_fraction_of_cloud_liquid_water_in_air',
    ),
  ],
  [
    'specific_cloud_ice_water_content',
    atmospheric('kg kg**-1', 'Specific cloud ice water content', 'mass_fraction_of_cloud_ice_in_air'),
  ],
  [
    'fraction_of_cloud_cover',
    atmospheric('(0 - 1)', 'Fraction of cloud cover', 'cloud_area_fraction_in_atmosphere_layer'),
  ],

  [
    'toa_incident_solar_radiation',
    forcing('J m**-2', 'Top-of-atmosphere incident solar radiation of the preceding hour'),
  ],
  ['year_progress_sin', forcing('1', 'Sine of the progress of the year')],
  ['year_progress_cos', forcing('1', 'Cosine of the progress of the year')],
  ['day_progress_sin', forcing('1', 'Sine of the progress of the local solar day')],
  ['day_progress_cos', forcing('1', 'Cosine of the progress of the local solar day')],

  ['geopotential_at_surface', constant('m**2 s**-2', 'Geopotential at the surface', 'surface_geopotential')],
  ['land_sea_mask', constant('(0 - 1)', 'Land-sea mask', 'land_area_fraction')],
]);

/**
 * ERA5's variables that are undefined over part of the globe: those of the sea over land, those of ice and waves
 * outside their seas, those of clouds and convection where there are none. GraphCast needs a value everywhere.
 */
export const PARTLY_UNDEFINED_VARIABLES: ReadonlySet<string> = new Set([
  'sea_surface_temperature',
  'sea_ice_cover',
  'mean_wave_direction',
  'mean_wave_period',
  'peak_wave_period',
  'significant_height_of_combined_wind_waves_and_swell',
  'significant_height_of_wind_waves',
  'significant_height_of_total_swell',
  'mean_direction_of_wind_waves',
  'mean_direction_of_total_swell',
  'mean_period_of_wind_waves',
  'mean_period_of_total_swell',
  'maximum_individual_wave_height',
  'ocean_surface_stress_equivalent_10m_neutral_wind_speed',
  'ocean_surface_stress_equivalent_10m_neutral_wind_direction',
  'cloud_base_height',
  'convective_inhibition',
]);

/** Whether a variable lies on pressure levels: the reference decides it by name alone (spec 1.4). */
export function isAtmospheric(variable: string): boolean {
  return VARIABLES.get(variable)?.kind === 'atmospheric';
}
