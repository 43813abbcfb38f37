import type { ChannelLayout } from './channels';
import { coordinateVariables } from './coordinate_variables';
import { type NetcdfVariableSpec, writeNetcdf } from './formats/netcdf_writer';
import { VARIABLES } from './variables';

/** What the file as a whole says of itself. */
export const FORECAST_ATTRIBUTES = { title: 'GraphCast forecast', source: 'GraphCast Workbench' };

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
  layout: Pick<ChannelLayout, 'state'>;
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
  const coordinates = coordinateVariables({
    latitudes,
    longitudes,
    levels,
    times: leadHours.map((hours) => initialTime + hours * 3600),
    initialTime,
  });
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
    attributes: { Conventions: 'CF-1.8', ...FORECAST_ATTRIBUTES },
  });
}

/** One variable per target, [batch, time, level?, lat, lon], out of states that hold all channels of one time. */
function fields(layout: Forecast['layout'], states: Float32Array[], gridNodes: number): NetcdfVariableSpec[] {
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
