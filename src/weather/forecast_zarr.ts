import { FORECAST_ATTRIBUTES, type Forecast } from './forecast_file';
import { type ZarrSink, zipSink } from './zarr/zarr_sink';
import { createZarr } from './zarr/zarr_writer';

/** A forecast that is being written, frame by frame. */
export interface ForecastZarr {
  /** @param state [state channels, grid nodes], physical units */
  write(leadHours: number, state: Float32Array): Promise<void>;
  /** Makes it readable; see `ZarrWriter`. */
  finish(): Promise<void>;
}

/**
 * Begins a forecast as Zarr, in the layout that `writeForecast` gives a NetCDF file. Frames may be written as soon as
 * they are computed, and need not be kept.
 */
export function createForecastZarr(
  sink: ZarrSink,
  { latitudes, longitudes, levels, initialTime, layout }: Omit<Forecast, 'leadHours' | 'states'>,
): ForecastZarr {
  const names = [...new Set(layout.state.map(({ variable }) => variable))];
  const places = names.map((name) => {
    const channels = layout.state.flatMap(({ variable }, c) => (variable === name ? [c] : []));
    return {
      name,
      first: channels[0],
      count: channels.length,
      hasLevel: layout.state[channels[0]].level !== null,
    };
  });
  const gridNodes = latitudes.length * longitudes.length;
  const variables = places.map(({ name, hasLevel }) => ({ name, hasLevel, hasTime: true }));
  const zarr = createZarr(sink, {
    latitudes,
    longitudes,
    levels,
    initialTime,
    variables,
    attributes: FORECAST_ATTRIBUTES,
  });
  const times: number[] = [];
  return {
    async write(leadHours, state) {
      const frame = times.push(initialTime + leadHours * 3600) - 1;
      const fields = places.map(({ name, first, count }) =>
        zarr.write(name, frame, state.subarray(first * gridNodes, (first + count) * gridNodes)),
      );
      await Promise.all(fields);
    },
    finish: () => zarr.finish(times),
  };
}

/** A forecast as a Zarr in a ZIP archive: its bytes. */
export async function writeForecastZip(forecast: Forecast): Promise<Uint8Array<ArrayBuffer>> {
  const sink = zipSink();
  const zarr = createForecastZarr(sink, forecast);
  for (const [i, leadHours] of forecast.leadHours.entries()) await zarr.write(leadHours, forecast.states[i]);
  await zarr.finish();
  return sink.bytes();
}
