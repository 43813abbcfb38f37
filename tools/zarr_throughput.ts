/**
 * How fast frames of 1 degree and 13 levels come out of a Zarr on disk, decoded, by the compression that it has:
 *
 *   npx vite build --mode cli --ssr tools/zarr_throughput.ts --outDir dist/tools
 *   node dist/tools/zarr_throughput.js
 *
 * Megabytes of decoded data per second of a core's time, so that other work on the machine does not count.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../src/weather/dataset';
import type { NetcdfSpec } from '../src/weather/formats/netcdf_writer';
import { TASKS } from '../src/weather/task';
import { writeFolder, type ZarrVariant, zarrTree } from '../src/weather/zarr/zarr.fixture';
import { folderSink } from '../src/weather/zarr/zarr_sink';
import { createZarr } from '../src/weather/zarr/zarr_writer';

const FRAMES = 8;
const REPEATS = 4;
const LEVELS = TASKS.TASK_13.pressureLevels;
const LATITUDES = Float32Array.from({ length: 181 }, (_, i) => i - 90);
const LONGITUDES = Float32Array.from({ length: 360 }, (_, j) => j);
const folder = mkdtempSync(join(tmpdir(), 'zarr-throughput-'));

/** Temperature with waves of all sizes down to noise: it compresses about as well as analyses do. */
function temperature(frame: number): Float32Array {
  const values = new Float32Array(LEVELS.length * LATITUDES.length * LONGITUDES.length);
  let k = 0;
  for (const level of LEVELS) {
    for (const latitude of LATITUDES) {
      for (const longitude of LONGITUDES) {
        const wave =
          Math.sin((longitude + 5 * frame) / 20 + latitude / 15) + Math.sin(longitude * latitude) / 50;
        values[k++] = 210 + level / 15 + 25 * Math.cos(latitude / 57.3) + 4 * wave;
      }
    }
  }
  return values;
}

async function ownZarr(): Promise<string> {
  const path = join(folder, 'own.zarr');
  const variables = [{ name: 'temperature', hasTime: true, hasLevel: true }];
  const spec = { latitudes: LATITUDES, longitudes: LONGITUDES, levels: LEVELS, variables };
  const zarr = createZarr(folderSink(path), spec);
  for (let frame = 0; frame < FRAMES; frame++) await zarr.write('temperature', frame, temperature(frame));
  await zarr.finish(Array.from({ length: FRAMES }, (_, k) => k * 21_600));
  return path;
}

async function foreignZarr(codec: ZarrVariant['codec']): Promise<string> {
  const frames = Array.from({ length: FRAMES }, (_, frame) => temperature(frame));
  const data = new Float32Array(FRAMES * frames[0].length);
  frames.forEach((values, frame) => {
    data.set(values, frame * values.length);
  });
  const spec: NetcdfSpec = {
    dimensions: {
      time: FRAMES,
      level: LEVELS.length,
      latitude: LATITUDES.length,
      longitude: LONGITUDES.length,
    },
    variables: [
      { name: 'latitude', dimensions: ['latitude'], data: LATITUDES },
      { name: 'longitude', dimensions: ['longitude'], data: LONGITUDES },
      { name: 'level', dimensions: ['level'], data: Int32Array.from(LEVELS) },
      {
        name: 'time',
        dimensions: ['time'],
        data: Int32Array.from({ length: FRAMES }, (_, k) => 6 * k),
        attributes: { units: 'hours since 2020-01-01' },
      },
      { name: 'temperature', dimensions: ['time', 'level', 'latitude', 'longitude'], data },
    ],
  };
  return writeFolder(await zarrTree(spec, { codec, chunks: { time: 1 } }), join(folder, `${codec}.zarr`));
}

const STORES: [string, () => Promise<string>][] = [
  ['gzip after shuffle, as written here', ownZarr],
  ['zlib', () => foreignZarr('zlib')],
  ['blosc with lz4', () => foreignZarr('blosc-lz4')],
  ['blosc with zstd', () => foreignZarr('blosc-zstd')],
  ['zstd', () => foreignZarr('zstd')],
  ['not compressed', () => foreignZarr('none')],
];

try {
  for (const [name, make] of STORES) {
    const dataset = await openDataset(await make());
    let bytes = 0;
    // The first frames load and warm what decodes them.
    for (let frame = 0; frame < FRAMES; frame++)
      bytes = (await dataset.read('temperature', frame)).byteLength;
    const before = process.cpuUsage();
    const start = performance.now();
    for (let k = 0; k < REPEATS * FRAMES; k++) await dataset.read('temperature', k % FRAMES);
    const { user, system } = process.cpuUsage(before);
    const megabytes = (REPEATS * FRAMES * bytes) / 1e6;
    const perCore = megabytes / ((user + system) / 1e6);
    const elapsed = megabytes / ((performance.now() - start) / 1000);
    console.log(
      `${name.padEnd(38)} ${perCore.toFixed(0).padStart(5)} MB/s per core, ${elapsed.toFixed(0).padStart(5)} MB/s by the clock`,
    );
    dataset.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}
