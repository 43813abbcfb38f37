import { toaIncidentSolarRadiation } from './solar_radiation';

/** The forcings that follow from time and place alone, in the reference's order (spec 1.4, 10.4, 10.5). */
export const DERIVED_FORCINGS: readonly string[] = [
  'toa_incident_solar_radiation',
  'year_progress_sin',
  'year_progress_cos',
  'day_progress_sin',
  'day_progress_cos',
];

const SECONDS_PER_DAY = 86_400;
const MEAN_YEAR_DAYS = 365.24219;
const TWO_PI = Math.fround(2 * Math.PI);

/** Fraction in [0, 1) of a mean year, not aligned to the calendar, rounded to float32 (spec 10.4). */
export function yearProgress(time: number): number {
  const years = time / SECONDS_PER_DAY / MEAN_YEAR_DAYS;
  return Math.fround(years - Math.floor(years));
}

/** Fraction in [0, 1) of the local mean solar day at a longitude in degrees, rounded to float32 (spec 10.4). */
export function dayProgress(time: number, longitude: number): number {
  const days = (time / SECONDS_PER_DAY) % 1;
  const local = days + longitude / 360;
  return Math.fround(local - Math.floor(local));
}

/**
 * A forcing field derived from time and place.
 *
 * @param name one of `DERIVED_FORCINGS`
 * @param time seconds since 1970-01-01 UTC
 * @param latitudes degrees
 * @param longitudes degrees
 * @returns [latitudes, longitudes]; J m⁻² of the hour before `time` for the radiation, else in [−1, 1];
 *   undefined when `name` cannot be derived
 */
export function deriveForcing(
  name: string,
  time: number,
  latitudes: ArrayLike<number>,
  longitudes: ArrayLike<number>,
): Float32Array | undefined {
  if (name === 'toa_incident_solar_radiation') return toaIncidentSolarRadiation(time, latitudes, longitudes);
  if (!DERIVED_FORCINGS.includes(name)) return undefined;
  const wave = name.endsWith('_sin') ? Math.sin : Math.cos;
  // The angle is a float32 in the reference too: at progress 0.5 its sine is -8.7e-8, not 0.
  const feature = (progress: number) => Math.fround(wave(Math.fround(progress * TWO_PI)));
  const field = new Float32Array(latitudes.length * longitudes.length);
  if (name.startsWith('year')) return field.fill(feature(yearProgress(time)));
  const row = Float32Array.from(longitudes, (longitude) => feature(dayProgress(time, longitude)));
  for (let i = 0; i < latitudes.length; i++) field.set(row, i * row.length);
  return field;
}
