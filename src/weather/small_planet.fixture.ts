/** A small global data set whose values follow from time and place, in whatever order a test asks for. */
import { type Dataset, openDataset } from './dataset';
import { type NetcdfSpec, type NetcdfVariableSpec, writeNetcdf } from './formats/netcdf_writer';

export interface PlanetOptions {
  latitudes?: number[];
  longitudes?: number[];
  levels?: number[];
  /** Hours after 2021-03-01 00:00 UTC. */
  hours?: number[];
  /** Order of dimensions, slowest first. */
  order?: string[];
}

export const PLANET_START = Date.UTC(2021, 2, 1) / 1000;

/** The value of a variable, the same wherever in a file it stands. */
export function planetValue(
  variable: string,
  hour: number,
  level: number,
  latitude: number,
  longitude: number,
): number {
  const east = ((longitude % 360) + 360) % 360;
  return Math.fround(
    variable.length + hour / 8 + level / 16 + latitude / 4 + Math.floor(east) / 64 + (latitude * east) / 4096,
  );
}

/** `2m_temperature`, `geopotential` (when there are levels) and `land_sea_mask`, in GraphCast's layout. */
export function smallPlanet(options: PlanetOptions = {}): NetcdfSpec {
  const {
    latitudes = [-90, -60, -30, 0, 30, 60, 90],
    longitudes = [0, 45, 90, 135, 180, 225, 270, 315],
    levels = [500, 850, 1000],
    hours = [0, 6, 12, 18],
    order = ['batch', 'time', 'level', 'lat', 'lon'],
  } = options;
  const axes: Record<string, number[]> = {
    batch: [0],
    time: hours,
    level: levels,
    lat: latitudes,
    lon: longitudes,
  };
  const field = (name: string, wanted: string[]): NetcdfVariableSpec => {
    const dimensions = order.filter((dimension) => wanted.includes(dimension));
    const sizes = dimensions.map((dimension) => axes[dimension].length);
    const data = new Float32Array(sizes.reduce((product, size) => product * size, 1));
    for (let k = 0; k < data.length; k++) {
      const at: Record<string, number> = {};
      for (let d = dimensions.length - 1, rest = k; d >= 0; d--) {
        at[dimensions[d]] = axes[dimensions[d]][rest % sizes[d]];
        rest = Math.floor(rest / sizes[d]);
      }
      data[k] = planetValue(name, at.time ?? 0, at.level ?? 0, at.lat, at.lon);
    }
    return { name, dimensions, data };
  };
  const onLevels = levels.length > 0;
  return {
    dimensions: {
      batch: 1,
      time: hours.length,
      ...(onLevels ? { level: levels.length } : {}),
      lat: latitudes.length,
      lon: longitudes.length,
    },
    variables: [
      { name: 'lat', dimensions: ['lat'], data: Float32Array.from(latitudes) },
      { name: 'lon', dimensions: ['lon'], data: Float32Array.from(longitudes) },
      ...(onLevels ? [{ name: 'level', dimensions: ['level'], data: Int32Array.from(levels) }] : []),
      { name: 'time', dimensions: ['time'], data: Int32Array.from(hours), attributes: { units: 'hours' } },
      {
        name: 'datetime',
        dimensions: order.filter((dimension) => dimension === 'batch' || dimension === 'time'),
        data: Int32Array.from(hours),
        attributes: { units: 'hours since 2021-03-01', calendar: 'proleptic_gregorian' },
      },
      field('2m_temperature', ['batch', 'time', 'lat', 'lon']),
      ...(onLevels ? [field('geopotential', ['batch', 'time', 'level', 'lat', 'lon'])] : []),
      field('land_sea_mask', ['lat', 'lon']),
    ],
  };
}

/** The variable of a spec, to be altered by a test. */
export function variableOf(spec: NetcdfSpec, name: string): NetcdfVariableSpec {
  const variable = spec.variables.find((candidate) => candidate.name === name);
  if (!variable) throw new Error(`the fixture has no '${name}'`);
  return variable;
}

/** Writes a spec as NetCDF-4 and opens it. */
export async function openPlanet(spec: NetcdfSpec, name = 'planet.nc'): Promise<Dataset> {
  return openDataset(new File([await writeNetcdf(spec)], name));
}
