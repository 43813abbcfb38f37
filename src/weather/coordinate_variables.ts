import type { NetcdfVariableSpec } from './formats/netcdf_writer';

/** Where and when the fields of a file are. */
export interface Coordinates {
  /** Degrees north, ascending. */
  latitudes: ArrayLike<number>;
  /** Degrees east, ascending. */
  longitudes: ArrayLike<number>;
  /** hPa, ascending; [] without levels. */
  levels: number[];
  /** Seconds since 1970-01-01 UTC of every frame. */
  times: ArrayLike<number>;
  /** Of a forecast: seconds since 1970-01-01 UTC. */
  initialTime?: number;
}

const UTC = { units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' };

/**
 * The coordinate variables of GraphCast's example datasets (spec 10.2): `time` is the time since the first frame, of a
 * forecast the lead time; `datetime(batch, time)` is the time in UTC, and `init_time` a forecast's initial time.
 */
export function coordinateVariables(coordinates: Coordinates): NetcdfVariableSpec[] {
  const { latitudes, longitudes, levels, times, initialTime } = coordinates;
  const seconds = Float64Array.from(times, Math.round);
  const variables: NetcdfVariableSpec[] = [
    timeVariable(seconds, initialTime),
    {
      name: 'lat',
      dimensions: ['lat'],
      data: Float32Array.from(latitudes),
      attributes: { long_name: 'latitude', standard_name: 'latitude', units: 'degrees_north', axis: 'Y' },
    },
    {
      name: 'lon',
      dimensions: ['lon'],
      data: Float32Array.from(longitudes),
      attributes: { long_name: 'longitude', standard_name: 'longitude', units: 'degrees_east', axis: 'X' },
    },
    {
      name: 'datetime',
      dimensions: ['batch', 'time'],
      data: BigInt64Array.from(seconds, BigInt),
      attributes: { long_name: 'valid time (UTC)', standard_name: 'time', ...UTC },
    },
  ];
  if (initialTime !== undefined) {
    variables.push({
      name: 'init_time',
      dimensions: [],
      data: BigInt64Array.of(BigInt(Math.round(initialTime))),
      attributes: { long_name: 'initial time (UTC)', standard_name: 'forecast_reference_time', ...UTC },
    });
  }
  if (levels.length > 0) {
    variables.push({
      name: 'level',
      dimensions: ['level'],
      data: levels.every(Number.isInteger) ? Int32Array.from(levels) : Float64Array.from(levels),
      attributes: {
        long_name: 'pressure level',
        standard_name: 'air_pressure',
        units: 'hPa',
        positive: 'down',
        axis: 'Z',
      },
    });
  }
  return variables;
}

/** Hours where they are whole, else seconds. */
function timeVariable(seconds: Float64Array, initialTime: number | undefined): NetcdfVariableSpec {
  const origin = initialTime === undefined ? (seconds[0] ?? 0) : Math.round(initialTime);
  const inHours = seconds.every((time) => (time - origin) % 3600 === 0);
  return {
    name: 'time',
    dimensions: ['time'],
    data: inHours
      ? Int32Array.from(seconds, (time) => (time - origin) / 3600)
      : BigInt64Array.from(seconds, (time) => BigInt(time - origin)),
    attributes: {
      long_name: initialTime === undefined ? 'time since the first frame' : 'lead time',
      units: inHours ? 'hours' : 'seconds',
      // By 'dtype' xarray knows that these are durations.
      dtype: 'timedelta64[ns]',
      axis: 'T',
    },
  };
}
