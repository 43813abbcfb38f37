/** The fields of one small world in the layouts in which ERA5 is handed out, for tests to compare. */
import type { Dataset } from './dataset';
import {
  type NetcdfData,
  type NetcdfSpec,
  type NetcdfVariableSpec,
  writeNetcdf,
} from './formats/netcdf_writer';
import { type PlanetOptions, planetValue } from './small_planet.fixture';

/** ERA5's names of the fields, and those of the Climate Data Store. */
const ON_LEVELS = { geopotential: 'z', temperature: 't', u_component_of_wind: 'u', specific_humidity: 'q' };
const AT_SURFACE = {
  '2m_temperature': 't2m',
  '10m_u_component_of_wind': 'u10',
  mean_sea_level_pressure: 'msl',
};
const PRECIPITATION = { total_precipitation: 'tp' };
const STATIC = { geopotential_at_surface: 'z', land_sea_mask: 'lsm' };
export const SHORT_NAMES: Record<string, string> = {
  ...ON_LEVELS,
  ...AT_SURFACE,
  ...PRECIPITATION,
  ...STATIC,
};
const UNITS: Record<string, string> = {
  geopotential: 'm**2 s**-2',
  geopotential_at_surface: 'm**2 s**-2',
  temperature: 'K',
  '2m_temperature': 'K',
  u_component_of_wind: 'm s**-1',
  '10m_u_component_of_wind': 'm s**-1',
  specific_humidity: 'kg kg**-1',
  mean_sea_level_pressure: 'Pa',
  total_precipitation: 'm',
  land_sea_mask: '(0 - 1)',
};

export interface LayoutOptions extends Omit<PlanetOptions, 'order'> {
  /** Fields of which kinds; all but precipitation when left out. */
  kinds?: ('levels' | 'surface' | 'precipitation' | 'static')[];
  /** The Climate Data Store's names. */
  shortNames?: boolean;
  /** Names of the dimensions, by GraphCast's; those left out keep it. */
  dimensions?: Record<string, string>;
  /**
   * Order of dimensions by GraphCast's names, slowest first; also those of size 1 that fields shall have. Without time
   * or level, fields are of the first hour and level.
   */
  order?: string[];
  /** Units of the level coordinate. */
  levelUnits?: 'hPa' | 'Pa' | 'millibars';
  /** 16-bit packing, as the Climate Data Store did until 2024. */
  packed?: boolean;
  /** Static fields at every time. */
  staticsInTime?: boolean;
  timeUnits?: string;
}

/** The world in the layout that is asked for. */
export function era5File(options: LayoutOptions = {}): NetcdfSpec {
  const {
    latitudes = [-90, -60, -30, 0, 30, 60, 90],
    longitudes = [0, 45, 90, 135, 180, 225, 270, 315],
    levels = [500, 850, 1000],
    hours = [0, 6, 12, 18],
    kinds = ['levels', 'surface', 'static'],
    order = ['time', 'level', 'lat', 'lon'],
    levelUnits = 'hPa',
    timeUnits = 'hours since 2021-03-01',
  } = options;
  const axes: Record<string, number[]> = { time: hours, level: levels, lat: latitudes, lon: longitudes };
  const called = (dimension: string) => options.dimensions?.[dimension] ?? dimension;
  const field = (name: string, without: string[]): NetcdfVariableSpec => {
    const dimensions = order.filter((dimension) => !without.includes(dimension));
    const sizes = dimensions.map((dimension) => axes[dimension]?.length ?? 1);
    const values = Float64Array.from(
      { length: sizes.reduce((product, size) => product * size, 1) },
      (_, k) => {
        const at: Record<string, number> = {};
        for (let d = dimensions.length - 1, rest = k; d >= 0; d--) {
          at[dimensions[d]] = axes[dimensions[d]]?.[rest % sizes[d]] ?? 0;
          rest = Math.floor(rest / sizes[d]);
        }
        const hour = name in STATIC ? 0 : (at.time ?? hours[0]);
        const level = name in ON_LEVELS ? (at.level ?? levels[0]) : 0;
        return planetValue(name, hour, level, at.lat, at.lon);
      },
    );
    const { data, attributes } = options.packed
      ? packed(values)
      : { data: Float32Array.from(values), attributes: {} };
    return {
      name: options.shortNames ? SHORT_NAMES[name] : name,
      dimensions: dimensions.map(called),
      data,
      attributes: { ...attributes, units: UNITS[name] },
    };
  };
  const fields = [
    ...(kinds.includes('levels') ? Object.keys(ON_LEVELS).map((name) => field(name, [])) : []),
    ...(kinds.includes('surface') ? Object.keys(AT_SURFACE).map((name) => field(name, ['level'])) : []),
    ...(kinds.includes('precipitation')
      ? Object.keys(PRECIPITATION).map((name) => field(name, ['level']))
      : []),
    ...(kinds.includes('static')
      ? Object.keys(STATIC).map((name) => field(name, options.staticsInTime ? ['level'] : ['level', 'time']))
      : []),
  ];
  const factor = levelUnits === 'Pa' ? 100 : 1;
  const coordinates: Record<string, [NetcdfData, Record<string, string>]> = {
    time: [Int32Array.from(hours), { units: timeUnits, calendar: 'proleptic_gregorian' }],
    level: [Float64Array.from(levels, (level) => level * factor), { units: levelUnits }],
    lat: [Float32Array.from(latitudes), { units: 'degrees_north' }],
    lon: [Float32Array.from(longitudes), { units: 'degrees_east' }],
  };
  const used = order.filter((dimension) => fields.some((f) => f.dimensions.includes(called(dimension))));
  return {
    dimensions: Object.fromEntries(used.map((key) => [called(key), axes[key]?.length ?? 1])),
    variables: [
      ...used.flatMap((key): NetcdfVariableSpec[] => {
        if (!(key in coordinates)) return [];
        const [data, attributes] = coordinates[key];
        return [{ name: called(key), dimensions: [called(key)], data, attributes }];
      }),
      ...fields,
    ],
  };
}

/** As the Climate Data Store packed until 2024: the range of the values in 16 bits. */
function packed(values: Float64Array): { data: Int16Array; attributes: Record<string, NetcdfData> } {
  const least = values.reduce((low, value) => Math.min(low, value));
  const most = values.reduce((high, value) => Math.max(high, value));
  const scale = (most - least || 1) / 65_000;
  const offset = (most + least) / 2;
  return {
    data: Int16Array.from(values, (value) => Math.round((value - offset) / scale)),
    attributes: {
      scale_factor: Float64Array.of(scale),
      add_offset: Float64Array.of(offset),
      _FillValue: Int16Array.of(-32_767),
      missing_value: Int16Array.of(-32_767),
    },
  };
}

/** The Climate Data Store's names of dimensions since 2024, and its leftover of size 1. */
export const NEW_STORE: LayoutOptions = {
  shortNames: true,
  dimensions: { time: 'valid_time', level: 'pressure_level', lat: 'latitude', lon: 'longitude' },
  latitudes: [90, 60, 30, 0, -30, -60, -90],
  levels: [1000, 850, 500],
};

/** Those until 2024, packed. */
export const OLD_STORE: LayoutOptions = {
  shortNames: true,
  dimensions: { lat: 'latitude', lon: 'longitude' },
  latitudes: [90, 60, 30, 0, -30, -60, -90],
  levelUnits: 'millibars',
  packed: true,
};

export async function asFile(spec: NetcdfSpec, name: string): Promise<File> {
  return new File([await writeNetcdf(spec)], name);
}

/** Every frame of every variable, in the clean order. */
export async function content(dataset: Dataset): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {
    latitudes: Array.from(dataset.latitudes),
    longitudes: Array.from(dataset.longitudes),
    levels: dataset.levels,
    times: Array.from(dataset.times),
  };
  for (const name of [...dataset.variables.keys()].sort()) {
    for (const frame of dataset.times.keys())
      values[`${name} ${frame}`] = Array.from(await dataset.read(name, frame));
  }
  return values;
}
