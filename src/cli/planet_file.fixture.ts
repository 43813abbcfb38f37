/** The synthetic sample planet as a file in GraphCast's layout, for tests to use or to spoil. */
import { writeFileSync } from 'node:fs';
import { type NetcdfSpec, type NetcdfVariableSpec, writeNetcdf } from '../weather/formats/netcdf_writer';
import { samplePlanet } from '../weather/sample_planet.fixture';

/** The first `frames` frames of the planet: 19 x 36 grid points, 6 h apart, 300, 500 and 850 hPa. */
async function planetSpec(frames: number): Promise<NetcdfSpec> {
  const { latitudes, longitudes, levels, times, variables, read } = samplePlanet();
  const fields: NetcdfVariableSpec[] = [];
  for (const { name, hasLevel, units } of variables.values()) {
    const planes: number[] = [];
    for (let frame = 0; frame < frames; frame++) planes.push(...(await read(name, frame)));
    const dimensions = ['batch', 'time', ...(hasLevel ? ['level'] : []), 'lat', 'lon'];
    fields.push({ name, dimensions, data: Float32Array.from(planes), attributes: { units } });
  }
  const seconds = { units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' };
  const datetime = BigInt64Array.from(times.subarray(0, frames), BigInt);
  return {
    dimensions: {
      batch: 1,
      time: frames,
      level: levels.length,
      lat: latitudes.length,
      lon: longitudes.length,
    },
    variables: [
      { name: 'lat', dimensions: ['lat'], data: latitudes },
      { name: 'lon', dimensions: ['lon'], data: longitudes },
      { name: 'level', dimensions: ['level'], data: Int32Array.from(levels) },
      { name: 'datetime', dimensions: ['batch', 'time'], data: datetime, attributes: seconds },
      ...fields,
    ],
  };
}

/** Writes the planet's first frames, after a test has altered them. */
export async function writePlanet(
  path: string,
  frames: number,
  alter: (spec: NetcdfSpec) => void = () => undefined,
): Promise<string> {
  const spec = await planetSpec(frames);
  alter(spec);
  writeFileSync(path, await writeNetcdf(spec));
  return path;
}
