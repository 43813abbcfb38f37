import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatasetError } from '../errors';
import type { Dataset } from './dataset';
import { openPlanet, smallPlanet } from './small_planet.fixture';
import { storedDataset } from './stored_dataset';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'frames-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A planet whose reads are counted, through the store. */
async function planet({ identity = 'planet.nc', hours = [0, 6, 12], bytes = 1e6 } = {}) {
  const plain = await openPlanet(smallPlanet({ hours }));
  const read = vi.fn(plain.read);
  const dataset = await storedDataset({ ...plain, read }, identity, { folder, bytes });
  return { plain, dataset, read };
}

const everything = async ({ variables, times, read }: Dataset) => {
  const fields: Float32Array[] = [];
  for (const variable of variables.keys())
    for (const frame of times.keys()) fields.push(await read(variable, frame));
  return fields;
};

test('the second reading is the same, and comes from disk', async () => {
  const first = await planet();
  const expected = await everything(first.plain);
  expect(await everything(first.dataset)).toEqual(expected);
  first.dataset.close();

  const second = await planet();
  expect(await everything(second.dataset)).toEqual(expected);
  expect(second.read).not.toHaveBeenCalled();
  second.dataset.close();
});

test('only the levels that are missing are read, whatever their order', async () => {
  const { plain, dataset, read } = await planet();
  await dataset.read('geopotential', 1, [850]);
  expect(await dataset.read('geopotential', 1, [1000, 850, 500])).toEqual(
    await plain.read('geopotential', 1, [1000, 850, 500]),
  );
  expect(read.mock.calls).toEqual([
    ['geopotential', 1, [850]],
    ['geopotential', 1, [1000, 500]],
  ]);
  dataset.close();
});

test('a static field is one, whatever the frame', async () => {
  const { dataset, read } = await planet();
  for (const frame of [0, 1, 2]) await dataset.read('land_sea_mask', frame);
  expect(read).toHaveBeenCalledTimes(1);
  dataset.close();
});

test('what cannot be read is refused in the words of the data', async () => {
  const { dataset } = await planet();
  await expect(dataset.read('vorticity', 0)).rejects.toThrow(/no variable 'vorticity'/);
  await expect(dataset.read('geopotential', 0, [300])).rejects.toThrow(/not given at 300 hPa/);
  await expect(dataset.read('2m_temperature', 9)).rejects.toThrow(/there is no frame 9/);
  dataset.close();
});

test.each([
  ['another source', { identity: 'other.nc' }],
  ['other times', { hours: [0, 6, 18] }],
])('%s has frames of its own', async (_, other) => {
  const first = await planet();
  await everything(first.dataset);
  first.dataset.close();
  const second = await planet(other);
  await second.dataset.read('2m_temperature', 0);
  expect(second.read).toHaveBeenCalledTimes(1);
  second.dataset.close();
  expect(readdirSync(folder)).toHaveLength(2);
});

test('datasets make room for each other, the longest unchanged first; foreign files are left alone', async () => {
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'thesis.txt'), 'x'.repeat(10_000));
  const taken = () =>
    readdirSync(folder)
      .filter((name) => name !== 'mine')
      .flatMap((name) => ['index.bin', 'planes.bin'].map((file) => statSync(join(folder, name, file)).size))
      .reduce((sum, size) => sum + size, 0);
  // A planet takes 13 planes of 56 points: a bit over 3 kB.
  for (const [age, identity] of ['a', 'b', 'c', 'd'].entries()) {
    const { dataset } = await planet({ identity, bytes: 8000 });
    await everything(dataset);
    dataset.close();
    expect(taken()).toBeLessThanOrEqual(8000);
    for (const name of readdirSync(folder)) {
      const index = join(folder, name, 'index.bin');
      if (name !== 'mine' && statSync(index).mtimeMs > 1e9 * 1000) utimesSync(index, age, age);
    }
  }
  const last = await planet({ identity: 'd', bytes: 8000 });
  await everything(last.dataset);
  expect(last.read).not.toHaveBeenCalled();
  last.dataset.close();
  expect(readFileSync(join(folder, 'mine', 'thesis.txt'))).toHaveLength(10_000);
});

test('a folder that cannot be used is said', async () => {
  writeFileSync(join(folder, 'file'), '');
  const dataset = await openPlanet(smallPlanet());
  const stored = storedDataset(dataset, 'x', { folder: join(folder, 'file', 'frames'), bytes: 1e6 });
  await expect(stored).rejects.toThrow(DatasetError);
  await expect(stored).rejects.toThrow(
    /cannot keep decoded frames: .*; choose another folder for the cache\./,
  );
});

test('where there is no file system of a browser, nothing is kept', async () => {
  const dataset = await openPlanet(smallPlanet());
  expect(await storedDataset(dataset, 'x', { bytes: 1e6 })).toBe(dataset);
});
