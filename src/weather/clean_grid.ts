import { DatasetError } from '../errors';
import { conversionTo } from './conventions';
import { readCoordinate, readLevels } from './coordinates';
import type { Dataset } from './dataset';
import { layoutOf } from './file_layout';
import { type ArrayStore, type StoredVariable, textAttribute } from './formats/array_store';
import { readFrame } from './frame_reader';
import { readTimes } from './frame_times';
import { latitudeAxis, levelAxis, longitudeAxis } from './grid';
import { coarserLatitudes, coarserLongitudes } from './subsample';
import { convert } from './unit_conversion';
import { VARIABLES } from './variables';

/** Degrees between rows and between columns. */
export interface GridSpacing {
  latitude: number;
  longitude: number;
}

/**
 * Shows what one file holds on the clean grid, under ERA5's names and in ERA5's units, as parts of the dataset that
 * `joinDatasets` makes. Unlike a whole dataset, a part may have no times at all, keeps frames less than 6 h apart and
 * hourly precipitation as they are, and leaves it to the whole to check what is asked of it.
 *
 * @param spacing to keep only every k-th grid point (spec 6); all when left out
 * @throws DatasetError when the file holds no field, or its grid or its times do not fit
 */
export async function cleanGrid(store: ArrayStore, spacing?: GridSpacing): Promise<Dataset> {
  const { name } = store;
  const layout = await layoutOf(store);
  let latitude = latitudeAxis(await readCoordinate(store, layout.latitude), name);
  let longitude = longitudeAxis(await readCoordinate(store, layout.longitude), name);
  if (spacing) {
    latitude = coarserLatitudes(latitude, spacing.latitude, name);
    longitude = coarserLongitudes(longitude, spacing.longitude, name);
  }
  const level = layout.level && levelAxis(await readLevels(store, layout.level), name);
  const levels = Array.from(level?.values ?? []);
  const varies = [...layout.fields.values()].some(({ info }) => info.hasTime);
  const { times, order } = varies
    ? await readTimes(store, layout.frames)
    : { times: new Float64Array(), order: new Int32Array() };
  let closed = false;

  return {
    name,
    latitudes: Float32Array.from(latitude.values),
    longitudes: Float32Array.from(longitude.values),
    levels,
    times,
    variables: new Map([...layout.fields].map(([variable, { info }]) => [variable, info])),
    async read(variable, frame, wanted = levels) {
      if (closed) throw new DatasetError(`${name}: the file is closed; open it again.`);
      const { stored, roles } = layout.fields.get(variable)!;
      const conversion = conversionTo(variable, stored.name, textAttribute(stored, 'units'));
      if (!conversion) throw wrongUnits(name, variable, stored);
      const values = await readFrame(store, stored, roles, {
        time: order[frame],
        level: Int32Array.from(level ? wanted : [], (hPa) => level!.order[levels.indexOf(hPa)]),
        latitude: latitude.order,
        longitude: longitude.order,
        expver: layout.versions,
      });
      convert(values, conversion);
      return values;
    },
    close() {
      closed = true;
      store.close();
    },
  };
}

function wrongUnits(file: string, variable: string, stored: StoredVariable): DatasetError {
  const units = textAttribute(stored, 'units');
  const alias = stored.name === variable ? '' : ` ('${stored.name}' in the file)`;
  const remedy =
    variable === 'specific_humidity'
      ? 'convert the variable (relative humidity needs temperature and pressure for that), or leave it out'
      : 'convert the variable, or leave it out';
  return new DatasetError(
    `${file}: '${variable}'${alias} is in '${units}', but '${VARIABLES.get(variable)?.units}' is expected and cannot be computed from it; ${remedy}.`,
  );
}
