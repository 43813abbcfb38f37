import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Dataset, openDataset } from '../dataset';
import { openPlanet, smallPlanet } from '../small_planet.fixture';
import { folderSink, type ZarrSink, zipSink } from './zarr_sink';
import { createZarr, packingFor, type ZarrSpec } from './zarr_writer';

const scratch = mkdtempSync(join(tmpdir(), 'zarr-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const planet = await openPlanet(smallPlanet());

function specOf(dataset: Dataset, packed: string[] = []): ZarrSpec {
  const { latitudes, longitudes, levels, variables } = dataset;
  const packing = packingFor(-200, 200);
  return {
    latitudes,
    longitudes,
    levels,
    variables: [...variables.values()].map(({ name, hasTime, hasLevel }) => ({
      name,
      hasTime,
      hasLevel,
      packing: packed.includes(name) ? packing : undefined,
    })),
    attributes: { title: 'a test' },
  };
}

async function write(sink: ZarrSink, dataset: Dataset, spec: ZarrSpec): Promise<void> {
  const zarr = createZarr(sink, spec);
  for (const { name, hasTime } of spec.variables) {
    for (const frame of hasTime ? [...dataset.times.keys()].reverse() : [0])
      await zarr.write(name, frame, await dataset.read(name, frame));
  }
  await zarr.finish(dataset.times);
}

async function expectSame(written: Dataset, tolerance: Record<string, number> = {}): Promise<void> {
  expect(written.latitudes).toEqual(planet.latitudes);
  expect(written.longitudes).toEqual(planet.longitudes);
  expect(written.levels).toEqual(planet.levels);
  expect(written.times).toEqual(planet.times);
  expect([...written.variables.keys()].sort()).toEqual([...planet.variables.keys()].sort());
  for (const name of planet.variables.keys()) {
    const [a, b] = [await written.read(name, 1), await planet.read(name, 1)];
    if (tolerance[name] === undefined) expect(a).toEqual(b);
    else
      for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(tolerance[name]);
  }
}

test('what is written to a folder or an archive is what is read', async () => {
  const folder = join(scratch, 'whole.zarr');
  await write(folderSink(folder), planet, specOf(planet));
  await expectSame(await openDataset(folder));
  const zip = zipSink();
  await write(zip, planet, specOf(planet));
  await expectSame(await openDataset(new File([zip.bytes()], 'x.zarr.zip')));
});

test('follows Zarr’s version 2 and xarray’s convention', async () => {
  const folder = join(scratch, 'metadata.zarr');
  await write(folderSink(folder), planet, specOf(planet));
  const document = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  expect(document('.zgroup')).toEqual({ zarr_format: 2 });
  expect(document('geopotential/.zarray')).toEqual({
    zarr_format: 2,
    shape: [1, 4, 3, 7, 8],
    chunks: [1, 1, 3, 7, 8],
    dtype: '<f4',
    fill_value: 'NaN',
    order: 'C',
    filters: [{ id: 'shuffle', elementsize: 4 }],
    compressor: { id: 'gzip', level: 1 },
  });
  expect(document('geopotential/.zattrs')).toMatchObject({
    _ARRAY_DIMENSIONS: ['batch', 'time', 'level', 'lat', 'lon'],
    units: 'm**2 s**-2',
    long_name: 'Geopotential',
    coordinates: 'datetime',
  });
  expect(document('land_sea_mask/.zattrs')._ARRAY_DIMENSIONS).toEqual(['lat', 'lon']);
  expect(document('datetime/.zarray')).toMatchObject({
    shape: [1, 4],
    chunks: [1, 4],
    dtype: '<i8',
    fill_value: null,
  });
  expect(document('time/.zattrs')).toMatchObject({ units: 'hours', dtype: 'timedelta64[ns]' });
  const { metadata, zarr_consolidated_format: format } = document('.zmetadata');
  expect(format).toBe(1);
  for (const path of Object.keys(metadata)) expect(metadata[path]).toEqual(document(path));
  expect(Object.keys(metadata)).toHaveLength(2 + 2 * 8);
  expect(readdirSync(join(folder, 'geopotential')).sort()).toEqual([
    '.zarray',
    '.zattrs',
    ...[0, 1, 2, 3].map((frame) => `0.${frame}.0.0.0`),
  ]);
});

test('16 bits, within their quantisation, and missing values', async () => {
  const zip = zipSink();
  const spec = specOf(planet, ['2m_temperature', 'geopotential']);
  await write(zip, planet, spec);
  const file = new File([zip.bytes()], 'x.zarr.zip');
  const half = 200 / 32_767 / 2 + 1e-5;
  await expectSame(await openDataset(file), { '2m_temperature': half, geopotential: half });

  const holed = zipSink();
  const zarr = createZarr(holed, { ...spec, levels: [], variables: [spec.variables[0]] });
  const values = Float32Array.from({ length: 56 }, (_, i) => (i === 3 ? Number.NaN : i - 20));
  await zarr.write('2m_temperature', 0, values);
  await zarr.finish([0]);
  const read = await (await openDataset(new File([holed.bytes()], 'x.zip'))).read('2m_temperature', 0);
  expect(read.findIndex(Number.isNaN)).toBe(3);
  expect(read.filter(Number.isNaN)).toHaveLength(1);
  await expect(zarr.write('2m_temperature', 1, values.fill(200.1))).rejects.toThrow(
    /^The value 200\.\d+ in frame 1 of '2m_temperature' does not fit a packing for -200 to 200; /,
  );
});

test('there is no Zarr before all is written', async () => {
  const folder = join(scratch, 'interrupted.zarr');
  const spec = specOf(planet);
  const zarr = createZarr(folderSink(folder), spec);
  for (const { name } of spec.variables) await zarr.write(name, 0, await planet.read(name, 0));
  await expect(zarr.finish(planet.times)).rejects.toThrow("Frame 1 of '2m_temperature' was not written");
  await expect(openDataset(folder)).rejects.toThrow(/this is not a Zarr group .*write it again/);
  await expect(zarr.write('geopotential', 0, new Float32Array(8))).rejects.toThrow(
    "Frame 0 of 'geopotential' has 8 values, expected 1 x 1 x 3 x 7 x 8.",
  );
  await expect(zarr.write('ozone', 0, new Float32Array(8))).rejects.toThrow(
    /'ozone' is not a variable of the Zarr/,
  );
});

test('a folder that cannot be written', async () => {
  writeFileSync(join(scratch, 'file'), '');
  const zarr = createZarr(folderSink(join(scratch, 'file')), specOf(planet));
  await expect(zarr.write('land_sea_mask', 0, new Float32Array(56))).rejects.toThrow(
    /file\/land_sea_mask\/0\.0: cannot be written \(ENOTDIR\); check the folder/,
  );
});

test('an archive of more files than the format holds', async () => {
  const zip = zipSink();
  for (let k = 0; k < 65_536; k++) await zip.write(`x/${k}`, new Uint8Array());
  expect(() => zip.bytes()).toThrow(/holds at most 65535 files, and these frames need 65536/);
});
