/**
 * Solar radiation at the top of the atmosphere (spec 10.5): an astronomical position of the sun, a table of the
 * yearly total solar irradiance, and an integral over the hour before the time asked for.
 */

/** 2000-01-01 12:00 UTC (Julian date 2451545.0) in seconds since 1970. */
const J2000 = 946_728_000;
const SECONDS_PER_DAY = 86_400;
const JULIAN_YEAR_DAYS = 365.25;

/** The hour is integrated with the trapezoid rule over this many intervals of `STEP_SECONDS`. */
const INTERVALS = 360;
const STEP_SECONDS = 10;

/** Irradiance of mid-1951 to mid-1995 (W m⁻² on the old calibration), one value a year. */
const IRRADIANCE_1951_TO_1995 = [
  1365.7765, 1365.7676, 1365.6284, 1365.6564, 1365.7773, 1366.3109, 1366.6681, 1366.6328, 1366.3828,
  1366.2767, 1365.9199, 1365.7484, 1365.6963, 1365.6976, 1365.7341, 1365.9178, 1366.1143, 1366.1644,
  1366.2476, 1366.2426, 1365.958, 1366.0525, 1365.7991, 1365.7271, 1365.5345, 1365.6453, 1365.8331, 1366.2747,
  1366.6348, 1366.6482, 1366.6951, 1366.2859, 1366.1992, 1365.8103, 1365.6416, 1365.6379, 1365.7899,
  1366.0826, 1366.6479, 1366.5533, 1366.4457, 1366.3021, 1366.0286, 1365.7971, 1365.6996,
];
/** Solar cycle 23, 1996 to 2008; it stands for the two cycles after it as well. */
const IRRADIANCE_CYCLE_23 = [
  1365.6121, 1365.7399, 1366.1021, 1366.3851, 1366.6836, 1366.6022, 1366.6807, 1366.23, 1366.048, 1365.8545,
  1365.8107, 1365.724, 1365.6918,
];
const IRRADIANCE = [
  ...IRRADIANCE_1951_TO_1995,
  ...IRRADIANCE_CYCLE_23,
  ...IRRADIANCE_CYCLE_23,
  ...IRRADIANCE_CYCLE_23,
];
const FIRST_IRRADIANCE_YEAR = 1951.5;
/** Brings the table to the calibration of modern instruments. */
const IRRADIANCE_SCALE = 0.9965;

/**
 * Total solar irradiance in W m⁻² at one astronomical unit: linear between the middles of the years of the
 * table, constant before and after it.
 *
 * @param time seconds since 1970-01-01 UTC
 */
export function totalSolarIrradiance(time: number): number {
  const year = new Date(time * 1000).getUTCFullYear();
  const start = Date.UTC(year, 0, 1) / 1000;
  const length = Date.UTC(year + 1, 0, 1) / 1000 - start;
  const last = IRRADIANCE.length - 1;
  const position = Math.min(Math.max(year + (time - start) / length - FIRST_IRRADIANCE_YEAR, 0), last);
  const before = Math.min(Math.floor(position), last - 1);
  const fraction = position - before;
  return IRRADIANCE_SCALE * (IRRADIANCE[before] * (1 - fraction) + IRRADIANCE[before + 1] * fraction);
}

export interface SunPosition {
  sinDeclination: number;
  cosDeclination: number;
  /** Hour angle at longitude 0, radians. */
  hourAngle: number;
  /** Distance in astronomical units. */
  distance: number;
}

/** @param time seconds since 1970-01-01 UTC */
export function sunPosition(time: number): SunPosition {
  const days = (time - J2000) / SECONDS_PER_DAY; // since J2000
  const theta = days / JULIAN_YEAR_DAYS;
  const phase = days - Math.floor(days);
  const rel = 1.7535 + 6.283076 * theta;
  const rem = 6.240041 + 6.28302 * theta;
  const rl = 4.8951 + 6.283076 * theta;
  const eclipticLongitude =
    4.8952 +
    6.28332 * theta -
    0.0075 * Math.sin(rel) -
    0.0326 * Math.cos(rel) -
    0.0003 * Math.sin(2 * rel) +
    0.0002 * Math.cos(2 * rel);
  const sinDeclination = Math.sin(0.409093) * Math.sin(eclipticLongitude);
  const equationOfTime =
    591.8 * Math.sin(2 * rl) -
    459.4 * Math.sin(rem) +
    39.5 * Math.sin(rem) * Math.cos(2 * rl) -
    12.7 * Math.sin(4 * rl) -
    4.8 * Math.sin(2 * rem);
  return {
    sinDeclination,
    cosDeclination: Math.sqrt(1 - sinDeclination ** 2),
    hourAngle: 2 * Math.PI * (phase + equationOfTime / SECONDS_PER_DAY),
    distance: 1.0001 - 0.0163 * Math.sin(rel) + 0.0037 * Math.cos(rel),
  };
}

/**
 * Incident solar radiation accumulated over the hour that ends at `time`, J m⁻², in float64 arithmetic.
 * The reference works in float32 and differs by up to about 100 J m⁻² (spec 10.5).
 *
 * @param time seconds since 1970-01-01 UTC
 * @param latitudes degrees
 * @param longitudes degrees
 * @returns [latitudes, longitudes]
 */
export function toaIncidentSolarRadiation(
  time: number,
  latitudes: ArrayLike<number>,
  longitudes: ArrayLike<number>,
): Float32Array {
  const sinLatitude = Float64Array.from(latitudes, (degrees) => Math.sin(radians(degrees)));
  const cosLatitude = Float64Array.from(latitudes, (degrees) => Math.cos(radians(degrees)));
  const columns = longitudes.length;
  const integral = new Float64Array(latitudes.length * columns);
  const cosHourAngle = new Float64Array(columns);
  const irradiance = totalSolarIrradiance(time);

  for (let k = 0; k <= INTERVALS; k++) {
    const seconds = (k - INTERVALS) * STEP_SECONDS;
    const sun = sunPosition(time + seconds);
    const weight = k === 0 || k === INTERVALS ? STEP_SECONDS / 2 : STEP_SECONDS;
    const flux = (weight * irradiance) / sun.distance ** 2;
    for (let j = 0; j < columns; j++) cosHourAngle[j] = Math.cos(sun.hourAngle + radians(longitudes[j]));
    for (let i = 0; i < latitudes.length; i++) {
      const amplitude = flux * cosLatitude[i] * sun.cosDeclination;
      const offset = flux * sinLatitude[i] * sun.sinDeclination;
      const row = i * columns;
      for (let j = 0; j < columns; j++) {
        const received = amplitude * cosHourAngle[j] + offset;
        if (received > 0) integral[row + j] += received;
      }
    }
  }
  return Float32Array.from(integral);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
