import { existsSync } from 'node:fs';
import { ConfigError } from '../errors';
import { type Forecast, writeForecast } from '../weather/forecast_file';
import { createForecastZarr, type ForecastZarr } from '../weather/forecast_zarr';
import { folderSink, zipSink } from '../weather/zarr/zarr_sink';
import { UsageError } from './options';
import { checkWritable, writeWhole } from './outputs';

/** A forecast that is being written: all that it is but its frames, which come as they are computed. */
type Header = Omit<Forecast, 'leadHours' | 'states'>;

const FORMATS: [ending: string, begin: (path: string, header: Header) => ForecastZarr][] = [
  ['.nc', netcdf],
  ['.zarr', (path, header) => createForecastZarr(folderSink(path), header)],
  ['.zarr.zip', zarrZip],
];

/**
 * Checks, before the work begins, that a forecast can be written there.
 * @throws UsageError when the name's ending is of no format, ConfigError when the place is not writable
 */
export function checkForecastPath(path: string): void {
  if (!FORMATS.some(([ending]) => path.endsWith(ending))) {
    throw new UsageError(`--out is '${path}', expected a name that ends in .nc, .zarr or .zarr.zip.`);
  }
  if (path.endsWith('.zarr') && existsSync(path)) {
    throw new ConfigError(`${path} is there already: remove it or choose another --out.`);
  }
  checkWritable(path, '--out');
}

/** Begins to write a forecast in the format that the path's ending names; NetCDF and ZIP are whole files at the end. */
export function beginForecast(path: string, header: Header): ForecastZarr {
  const [, begin] = FORMATS.find(([ending]) => path.endsWith(ending))!;
  return begin(path, header);
}

function netcdf(path: string, header: Header): ForecastZarr {
  const leadHours: number[] = [];
  const states: Float32Array[] = [];
  return {
    async write(hours, state) {
      leadHours.push(hours);
      states.push(state);
    },
    finish: async () => writeWhole(path, await writeForecast({ ...header, leadHours, states }), '--out'),
  };
}

function zarrZip(path: string, header: Header): ForecastZarr {
  const sink = zipSink();
  const zarr = createForecastZarr(sink, header);
  return {
    write: zarr.write,
    async finish() {
      await zarr.finish();
      await writeWhole(path, sink.bytes(), '--out');
    },
  };
}
