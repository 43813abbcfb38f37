import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FrameStore } from './frame_store';
import { diskFolder, type StoreFiles } from './store_folder';

const POINTS = 6;
const PLANE_BYTES = 4 * POINTS;
/** Of a plane with its entry in the index. */
const SLOT_BYTES = PLANE_BYTES + 20;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'frames-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (file: string) => join(folder, 'data', file);
const files = async () => (await diskFolder(folder)).open('data');
const open = async (planes: number) => new FrameStore(await files(), PLANE_BYTES, planes * SLOT_BYTES);
const key = (frame: number) => ({ variable: 1, level: 2, frame });
const plane = (frame: number) => Float32Array.from({ length: POINTS }, (_, i) => frame + i / 8);
const found = (store: FrameStore, frame: number) => {
  const values = new Float32Array(POINTS);
  return store.get(key(frame), values) ? values : undefined;
};

test('gives back what was put, also to a later process', async () => {
  const store = await open(10);
  const odd = Float32Array.of(Number.NaN, -0, Number.POSITIVE_INFINITY, 1e-42, 5, 6);
  store.put(key(1), plane(1));
  store.put({ variable: 0, level: 0, frame: 0 }, odd);
  expect(found(store, 1)).toEqual(plane(1));
  expect(found(store, 2)).toBeUndefined();
  store.close();

  const later = await open(10);
  expect(found(later, 1)).toEqual(plane(1));
  const values = new Float32Array(POINTS);
  expect(later.get({ variable: 0, level: 0, frame: 0 }, values)).toBe(true);
  expect(new Uint32Array(values.buffer)).toEqual(new Uint32Array(odd.buffer));
  later.close();
});

test('overwrites the least recently used, and never grows beyond its size', async () => {
  const store = await open(3);
  for (const frame of [1, 2, 3]) store.put(key(frame), plane(frame));
  found(store, 1);
  store.put(key(4), plane(4));
  expect([1, 2, 3, 4].map((frame) => found(store, frame) !== undefined)).toEqual([true, false, true, true]);
  found(store, 1); // the order of use is now 3, 4, 1
  store.close();

  const later = await open(3);
  later.put(key(5), plane(5));
  expect([1, 3, 4, 5].map((frame) => found(later, frame) !== undefined)).toEqual([true, false, true, true]);
  for (let frame = 6; frame < 20; frame++) later.put(key(frame), plane(frame));
  expect(found(later, 19)).toEqual(plane(19));
  later.close();
  expect(statSync(path('planes.bin')).size).toBe(3 * PLANE_BYTES);
  expect(statSync(path('index.bin')).size + 3 * PLANE_BYTES).toBeLessThanOrEqual(3 * SLOT_BYTES + 8);
});

test('a process that was killed leaves what it had put', async () => {
  const store = await open(5);
  for (const frame of [1, 2]) store.put(key(frame), plane(frame));
  const later = await open(5);
  expect(found(later, 2)).toEqual(plane(2));
  later.put(key(3), plane(3));
  expect([1, 2, 3].map((frame) => found(later, frame))).toEqual([plane(1), plane(2), plane(3)]);
  later.close();
});

test('a damaged plane is forgotten, and its place used again', async () => {
  const store = await open(2);
  for (const frame of [1, 2]) store.put(key(frame), plane(frame));
  store.close();
  const bytes = readFileSync(path('planes.bin'));
  bytes[PLANE_BYTES + 3] ^= 1;
  writeFileSync(path('planes.bin'), bytes);

  const later = await open(2);
  expect(found(later, 1)).toEqual(plane(1));
  expect(found(later, 2)).toBeUndefined();
  later.put(key(7), plane(7));
  expect([1, 7].map((frame) => found(later, frame))).toEqual([plane(1), plane(7)]);
  later.close();
});

test('planes that are cut off, and an index that is none, are as good as nothing', async () => {
  const store = await open(3);
  for (const frame of [1, 2]) store.put(key(frame), plane(frame));
  store.close();
  writeFileSync(path('planes.bin'), readFileSync(path('planes.bin')).subarray(0, PLANE_BYTES + 4));
  const cut = await open(3);
  expect([1, 2].map((frame) => found(cut, frame))).toEqual([plane(1), undefined]);
  cut.close();

  writeFileSync(path('index.bin'), 'nonsense, and a little more than the header takes');
  const fresh = await open(3);
  expect(found(fresh, 1)).toBeUndefined();
  fresh.put(key(3), plane(3));
  fresh.close();
  const again = await open(3);
  expect(found(again, 3)).toEqual(plane(3));
  again.close();
});

test('two processes with the same files never give each other the wrong plane', async () => {
  const [one, other] = [await open(1), await open(1)];
  one.put(key(1), plane(1));
  other.put(key(2), plane(2));
  expect(found(one, 1)).toBeUndefined();
  expect(found(other, 2)).toEqual(plane(2));
});

test('when the disk is full, what is there can still be read', async () => {
  const { index, planes }: StoreFiles = await files();
  let room = 2;
  const write: typeof planes.write = (offset, bytes) => {
    if (room-- === 0) throw new Error('no space left on device');
    planes.write(offset, bytes);
  };
  const store = new FrameStore({ index, planes: { ...planes, write } }, PLANE_BYTES, 10 * SLOT_BYTES);
  for (const frame of [1, 2, 3, 4]) store.put(key(frame), plane(frame));
  expect([1, 2, 3, 4].map((frame) => found(store, frame))).toEqual([
    plane(1),
    plane(2),
    undefined,
    undefined,
  ]);
  store.close();
});
