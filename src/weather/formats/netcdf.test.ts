import type { Dataset as Hdf5Dataset } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../errors';
import { type NumericArray, readAll } from './array_store';
import { freshPath, hdf5Library } from './hdf5_library';
import { openNetcdf } from './netcdf';
import { type NetcdfSpec, writeNetcdf } from './netcdf_writer';
import { openNetcdf3 } from './netcdf3';
import { writeNetcdf3 } from './netcdf3_writer';

const SPEC: NetcdfSpec = {
  dimensions: { time: 3, level: 2, lon: 5 },
  variables: [
    { name: 'level', dimensions: ['level'], data: Int32Array.of(500, 1000), attributes: { units: 'hPa' } },
    {
      name: 'packed',
      dimensions: ['time', 'lon'],
      data: Int16Array.from({ length: 15 }, (_, i) => i * 100 - 700),
      attributes: { scale_factor: Float64Array.of(0.5), _FillValue: Int16Array.of(-32768), units: 'K' },
    },
    {
      name: 'field',
      dimensions: ['time', 'level', 'lon'],
      data: Float32Array.from({ length: 30 }, (_, i) => Math.fround(Math.sin(i))),
      attributes: { units: 'm s**-1', long_name: 'a field' },
    },
    { name: 'number', dimensions: [], data: Float64Array.of(Math.PI) },
  ],
};

const numbers = (data: NumericArray | number[]) => Array.from(data, Number);
const file = (bytes: Uint8Array<ArrayBuffer>, name = 'x.nc') => new File([bytes], name);

const FORMATS: [string, () => Promise<Uint8Array<ArrayBuffer>>][] = [
  ['NetCDF-4', () => writeNetcdf(SPEC)],
  ['NetCDF-3 classic', async () => writeNetcdf3(SPEC, { version: 1 })],
  ['NetCDF-3 with 64-bit offsets', async () => writeNetcdf3(SPEC, { version: 2 })],
  ['NetCDF-3 with records', async () => writeNetcdf3(SPEC, { recordDimension: 'time' })],
];

describe.each(FORMATS)('%s', (_, write) => {
  test('has the same variables', async () => {
    const store = await openNetcdf(file(await write(), 'any name.txt'));
    expect([...store.variables.keys()].sort()).toEqual(['field', 'level', 'number', 'packed']);
    expect(store.variables.get('field')).toEqual({
      name: 'field',
      dimensions: ['time', 'level', 'lon'],
      shape: [3, 2, 5],
      attributes: { units: 'm s**-1', long_name: 'a field' },
    });
    expect(store.variables.get('level')?.dimensions).toEqual(['level']);
    expect(store.variables.get('packed')?.attributes).toEqual({
      scale_factor: 0.5,
      _FillValue: -32768,
      units: 'K',
    });
    store.close();
  });

  test('gives the same numbers, whole and in blocks', async () => {
    const store = await openNetcdf(file(await write()));
    for (const { name, data } of SPEC.variables) {
      const variable = store.variables.get(name);
      expect(numbers(variable ? await readAll(store, variable) : [])).toEqual(numbers(data));
    }
    const { data } = SPEC.variables[2];
    expect(numbers(await store.read('field', [1, 0, 0], [1, 2, 5]))).toEqual(numbers(data.slice(10, 20)));
    expect(numbers(await store.read('field', [0, 1, 2], [3, 1, 2]))).toEqual(
      [7, 8, 17, 18, 27, 28].map((i) => Number(data[i])),
    );
    expect(numbers(await store.read('packed', [2, 1], [1, 3]))).toEqual([400, 500, 600]);
    store.close();
  });

  test('says that it is cut short, wherever it is cut', async () => {
    const bytes = await write();
    for (const length of [9, 40, 200, bytes.length - 5]) {
      const attempt = openNetcdf(file(bytes.slice(0, length), 'cut.nc'));
      await expect(attempt).rejects.toThrow(DatasetError);
      await expect(attempt).rejects.toThrow(/^cut\.nc: .*(cut short|damaged)/);
    }
  });
});

test('a single record variable is not padded', async () => {
  const odd: NetcdfSpec = {
    dimensions: { time: 3, lon: 5 },
    variables: [
      { name: 'bytes', dimensions: ['time', 'lon'], data: Int8Array.from({ length: 15 }, (_, i) => i - 7) },
    ],
  };
  const store = await openNetcdf(file(writeNetcdf3(odd, { recordDimension: 'time' })));
  expect(numbers(await store.read('bytes', [1, 0], [2, 5]))).toEqual([-2, -1, 0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a NetCDF-3 header longer than its first piece', async () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`note ${i}`, 'x'.repeat(5000)]),
  );
  const store = await openNetcdf(file(writeNetcdf3({ ...SPEC, attributes })));
  expect(numbers(await store.read('level', [0], [2]))).toEqual([500, 1000]);
});

test('a NetCDF-3 header that never ends is given up after 64 MiB', async () => {
  const cut = writeNetcdf3(SPEC).slice(0, 40);
  let longest = 0;
  const endless = {
    name: 'endless.nc',
    size: 2 ** 33,
    read: (_: number, length: number) => {
      longest = Math.max(longest, length);
      return cut;
    },
    close: () => {},
  };
  const attempt = openNetcdf3(endless);
  await expect(attempt).rejects.toThrow(DatasetError);
  await expect(attempt).rejects.toThrow(/endless\.nc: .*longer than 64 MiB/);
  expect(longest).toBe(64 * 2 ** 20);
});

describe('claims of 2^40 elements are refused before anything is allocated', () => {
  test('NetCDF-3', async () => {
    const bytes = writeNetcdf3(SPEC);
    const view = new DataView(bytes.buffer);
    // 'CDF' version, records, tag, count, then per dimension: name length, name padded to four bytes, size.
    const sizes = [24, 40, 52].map((offset) => view.getUint32(offset));
    expect(sizes).toEqual([3, 2, 5]);
    view.setUint32(24, 2 ** 20);
    view.setUint32(52, 2 ** 20);
    await expect(openNetcdf(file(bytes, 'huge.nc'))).rejects.toThrow(
      /^huge\.nc: 'packed' claims 1099511627776 elements .* more than a file of this size can hold/,
    );
  });

  test('NetCDF-4', async () => {
    const bytes = await hdf5File((dataset) => dataset.resize([2 ** 20, 2 ** 20]));
    await expect(openNetcdf(file(bytes, 'huge.nc'))).rejects.toThrow(
      /^huge\.nc: 'block' claims 1099511627776 elements .* more than a file of this size can hold/,
    );
  });
});

describe('files that are not NetCDF', () => {
  const cases: [string, number[], RegExp][] = [
    ['an empty file', [], /the file is empty/],
    ['text', [...new TextEncoder().encode('hello, world')], /this is not a NetCDF file/],
    ['CDF5', [0x43, 0x44, 0x46, 5, 0, 0, 0, 0], /CDF5.*nccopy/],
    [
      'a NetCDF-3 header of nonsense',
      [0x43, 0x44, 0x46, 1, ...Array(200).fill(0x7f)],
      /header cannot be read/,
    ],
  ];
  test.each(cases)('%s', async (_, bytes, message) => {
    const attempt = openNetcdf(file(Uint8Array.from(bytes)));
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(message);
  });
});

test('a damaged block of a NetCDF-4 file is an error, not numbers', async () => {
  const bytes = await hdf5File(() => {});
  // Almost all of the file is the one compressed block.
  bytes.fill(0, bytes.length / 2, bytes.length / 2 + 500);
  const store = await openNetcdf(file(bytes, 'bad.nc'));
  await expect(store.read('block', [0, 0], [1, 200])).rejects.toThrow(DatasetError);
  await expect(store.read('block', [0, 0], [1, 200])).rejects.toThrow(/^bad\.nc: 'block' cannot be read/);
  store.close();
});

test('HDF5 stops reporting errors after a damaged reference to a dimension; the reader does not', async () => {
  const bytes = await writeNetcdf(SPEC);
  // References lie in a global heap, 'GCOL'; after its header of 16 bytes and the object's of 16 comes the first one.
  const heap = bytes.findIndex((_, at) => 'GCOL' === String.fromCharCode(...bytes.subarray(at, at + 4)));
  expect(heap).toBeGreaterThan(0);
  const damaged = bytes.slice();
  damaged[heap + 32] ^= 0xff;
  const { variables } = await openNetcdf(file(damaged));
  expect([...variables.values()].flatMap(({ dimensions }) => dimensions)).toContain('(unnamed)');
  await expect(openNetcdf(file(bytes.slice(0, 3000)))).rejects.toThrow(/cut short \(3000 of/);
});

/** An HDF5 file with one compressed block of numbers that do not compress well. */
async function hdf5File(change: (block: Hdf5Dataset) => void): Promise<Uint8Array<ArrayBuffer>> {
  const { File: Hdf5File, fileSystem } = await hdf5Library();
  const path = freshPath();
  const hdf5 = new Hdf5File(path, 'w');
  const data = Float32Array.from({ length: 200 * 200 }, (_, i) => Math.sin(i * i));
  const options = {
    shape: [200, 200],
    maxshape: [null, null],
    chunks: [200, 200],
    compression: 'gzip' as const,
  };
  change(hdf5.create_dataset({ name: 'block', data, ...options }));
  hdf5.close();
  return fileSystem.readFile(path);
}
