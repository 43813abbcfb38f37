import type { ChannelLayout } from './channels';
import { type NetcdfVariableSpec, writeNetcdf } from './netcdf_writer';
import { VARIABLES } from './variables';

/** A forecast from one initial time. */
export interface Forecast {
  /** Degrees north, ascending. */
  latitudes: ArrayLike<number>;
  /** Degrees east, ascending. */
  longitudes: ArrayLike<number>;
  /** hPa, ascending; [] without levels. */
  levels: number[];
  /** Seconds since 1970-01-01 UTC. */
  initialTime: number;
  /** Hours after the initial time, one per state. */
  leadHours: number[];
  layout: ChannelLayout;
  /** Per lead time [state channels, grid nodes], physical units. */
  states: Float32Array[];
}

/**
 * Writes a forecast as NetCDF-4 in the layout of GraphCast's example datasets (spec 10.2): dimensions batch, time,
 * level, lat, lon; `time` is the lead time, `datetime(batch, time)` the valid time and `init_time` the initial time.
 *
 * @returns the file's bytes
 */
export function writeForecast(forecast: Forecast): Promise<Uint8Array<ArrayBuffer>> {
  const { latitudes, longitudes, levels, initialTime, leadHours, layout, states } = forecast;
  const seconds = { units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' };
  const coordinates: NetcdfVariableSpec[] = [
    {
      name: 'time',
      dimensions: ['time'],
      data: Int32Array.from(leadHours),
      // By 'dtype' xarray knows that these are durations.
      attributes: { long_name: 'lead time', units: 'hours', dtype: 'timedelta64[ns]', axis: 'T' },
    },
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
      data: BigInt64Array.from(leadHours, (hours) => BigInt(Math.round(initialTime + hours * 3600))),
      attributes: { long_name: 'valid time (UTC)', standard_name: 'time', ...seconds },
    },
    {
      name: 'init_time',
      dimensions: [],
      data: BigInt64Array.of(BigInt(Math.round(initialTime))),
      attributes: { long_name: 'initial time (UTC)', standard_name: 'forecast_reference_time', ...seconds },
    },
  ];
  if (levels.length > 0) {
    coordinates.push({
      name: 'level',
      dimensions: ['level'],
      data: Int32Array.from(levels),
      attributes: {
        long_name: 'pressure level',
        standard_name: 'air_pressure',
        units: 'hPa',
        positive: 'down',
        axis: 'Z',
      },
    });
  }
  const gridNodes = latitudes.length * longitudes.length;
  return writeNetcdf({
    dimensions: {
      batch: 1,
      time: leadHours.length,
      ...(levels.length > 0 ? { level: levels.length } : {}),
      lat: latitudes.length,
      lon: longitudes.length,
    },
    variables: [...coordinates, ...fields(layout, states, gridNodes)],
    attributes: { Conventions: 'CF-1.8', title: 'GraphCast forecast', source: 'GraphCast Workbench' },
  });
}

/** One variable per target, [batch, time, level?, lat, lon], out of states that hold all channels of one time. */
function fields(layout: ChannelLayout, states: Float32Array[], gridNodes: number): NetcdfVariableSpec[] {
  const names = [...new Set(layout.state.map(({ variable }) => variable))];
  return names.map((name) => {
    const first = layout.state.findIndex(({ variable }) => variable === name);
    const channels = layout.state.filter(({ variable }) => variable === name).length;
    const data = new Float32Array(states.length * channels * gridNodes);
    states.forEach((state, t) => {
      data.set(state.subarray(first * gridNodes, (first + channels) * gridNodes), t * channels * gridNodes);
    });
    const known = VARIABLES.get(name);
    const onLevels = layout.state[first].level !== null;
    return {
      name,
      dimensions: ['batch', 'time', ...(onLevels ? ['level'] : []), 'lat', 'lon'],
      data,
      attributes: {
        _FillValue: Float32Array.of(Number.NaN),
        ...(known ? { units: known.units, long_name: known.longName } : {}),
        ...(known?.standardName ? { standard_name: known.standardName } : {}),
        coordinates: 'datetime init_time',
      },
    };
  });
}
