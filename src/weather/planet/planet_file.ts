/** The simulated planet as a file, in the layout of GraphCast's example datasets (spec 10.2). */
import { ConfigError } from '../../errors';
import { coordinateVariables } from '../coordinate_variables';
import { type NetcdfVariableSpec, writeNetcdf } from '../formats/netcdf_writer';
import { VARIABLES } from '../variables';
import type { ZarrSink } from '../zarr/zarr_sink';
import { PACKED_FILL, type Packing } from '../zarr/zarr_spec';
import { createZarr, pack } from '../zarr/zarr_writer';
import { LEVEL_VARIABLES, SURFACE_VARIABLES } from './frame_maker';
import type { Planet, PlanetFrame, SimulationControl } from './planet';

export interface PlanetFileOptions extends SimulationControl {
  /** States to write; all when left out. Static fields are written always. */
  variables?: string[];
  /** Every bit of the float32 fields instead of 16-bit numbers. */
  float32?: boolean;
}

/**
 * 16-bit packing, the same for every planet: round steps of some hundredths of what a field changes in 6 h, because
 * finer ones would keep digits that mean nothing and do not compress. The range holds all that occurs.
 */
export const PLANET_PACKING: Readonly<Record<string, Packing>> = {
  temperature: { scale: 0.1, offset: 250 },
  geopotential: { scale: 20, offset: 250_000 },
  u_component_of_wind: { scale: 0.2, offset: 0 },
  v_component_of_wind: { scale: 0.2, offset: 0 },
  vertical_velocity: { scale: 0.005, offset: 0 },
  specific_humidity: { scale: 5e-6, offset: 0.05 },
  '2m_temperature': { scale: 0.1, offset: 280 },
  mean_sea_level_pressure: { scale: 10, offset: 100_000 },
  '10m_u_component_of_wind': { scale: 0.2, offset: 0 },
  '10m_v_component_of_wind': { scale: 0.2, offset: 0 },
  total_precipitation_6hr: { scale: 2e-5, offset: 0.5 },
};

/** Every state that a planet has. */
export const PLANET_VARIABLES: readonly string[] = [...SURFACE_VARIABLES, ...LEVEL_VARIABLES];

const ATTRIBUTES = {
  title: 'Simulated planet',
  source: 'GraphCast Workbench: dry primitive equations with the forcing of Held and Suarez (1994)',
};

/**
 * Simulates a planet and writes it as NetCDF-4, compressed, in memory.
 *
 * @returns the file's bytes
 * @throws ConfigError when a variable is unknown or the simulation becomes unstable
 */
export async function planetNetcdf(
  planet: Planet,
  options: PlanetFileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const names = chosenVariables(options.variables);
  const frames = planet.times.length;
  const data = new Map<string, Int16Array | Float32Array>();
  let written = 0;
  for await (const frame of planet.frames(options)) {
    for (const name of names) {
      const values = storedValues(frame, name, options.float32);
      let all = data.get(name);
      if (!all) {
        all = options.float32
          ? new Float32Array(frames * values.length)
          : new Int16Array(frames * values.length);
        data.set(name, all);
      }
      all.set(values, written * values.length);
    }
    written++;
  }
  return writeNetcdf({
    dimensions: {
      batch: 1,
      time: frames,
      level: planet.levels.length,
      lat: planet.latitudes.length,
      lon: planet.longitudes.length,
    },
    variables: [
      ...coordinateVariables(planet),
      ...[...planet.statics].map(([name, values]) => fieldVariable(name, ['lat', 'lon'], values)),
      ...names.map((name) => stateVariable(planet, name, data.get(name)!)),
    ],
    attributes: { Conventions: 'CF-1.8', ...ATTRIBUTES },
  });
}

/**
 * Simulates a planet and writes it as Zarr, frame by frame: memory stays small however long the planet lives.
 *
 * @throws ConfigError as `planetNetcdf`
 * @throws DatasetError when the sink refuses
 */
export async function planetZarr(
  planet: Planet,
  sink: ZarrSink,
  options: PlanetFileOptions = {},
): Promise<void> {
  const names = chosenVariables(options.variables);
  const zarr = createZarr(sink, {
    latitudes: planet.latitudes,
    longitudes: planet.longitudes,
    levels: planet.levels,
    variables: [
      ...[...planet.statics.keys()].map((name) => ({ name, hasTime: false, hasLevel: false })),
      ...names.map((name) => ({
        name,
        hasTime: true,
        hasLevel: isOnLevels(name),
        packing: options.float32 ? undefined : PLANET_PACKING[name],
      })),
    ],
    attributes: ATTRIBUTES,
  });
  for (const [name, values] of planet.statics) await zarr.write(name, 0, values);
  let written = 0;
  for await (const { fields } of planet.frames(options)) {
    const frame = written++;
    await Promise.all(names.map((name) => zarr.write(name, frame, fields.get(name)!)));
  }
  await zarr.finish(planet.times);
}

function chosenVariables(chosen: string[] | undefined): string[] {
  const unknown = chosen?.find((name) => !PLANET_VARIABLES.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      `The simulated planet has no variable '${unknown}'; choose from ${PLANET_VARIABLES.join(', ')}.`,
    );
  }
  return PLANET_VARIABLES.filter((name) => chosen?.includes(name) ?? true);
}

function isOnLevels(name: string): boolean {
  return (LEVEL_VARIABLES as readonly string[]).includes(name);
}

function storedValues(
  { time, fields }: PlanetFrame,
  name: string,
  float32 = false,
): Int16Array | Float32Array {
  const values = fields.get(name)!;
  return float32 ? values : pack(values, PLANET_PACKING[name], `'${name}' at ${time} s`);
}

function stateVariable(planet: Planet, name: string, data: Int16Array | Float32Array): NetcdfVariableSpec {
  const rows = planet.latitudes.length;
  const columns = planet.longitudes.length;
  const onLevels = isOnLevels(name);
  const variable = fieldVariable(name, ['batch', 'time', ...(onLevels ? ['level'] : []), 'lat', 'lon'], data);
  // One level of one frame is read at a time.
  return { ...variable, chunks: [1, 1, ...(onLevels ? [1] : []), rows, columns] };
}

function fieldVariable(
  name: string,
  dimensions: string[],
  data: Int16Array | Float32Array,
): NetcdfVariableSpec {
  const known = VARIABLES.get(name)!;
  const isPacked = data instanceof Int16Array;
  return {
    name,
    dimensions,
    data,
    attributes: {
      _FillValue: isPacked ? Int16Array.of(PACKED_FILL) : Float32Array.of(Number.NaN),
      ...(isPacked
        ? {
            scale_factor: Float64Array.of(PLANET_PACKING[name].scale),
            add_offset: Float64Array.of(PLANET_PACKING[name].offset),
          }
        : {}),
      units: known.units,
      long_name: known.longName,
      ...(known.standardName ? { standard_name: known.standardName } : {}),
      ...(dimensions.includes('time') ? { coordinates: 'datetime' } : {}),
    },
  };
}
