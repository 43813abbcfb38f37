import { expect, test } from 'vitest';
import { ChunkCache, Gate } from './zarr_chunk_cache';

const chunk = (bytes: number) => ({ data: new Uint8Array(bytes), stride: [1] });

test('chunks are loaded once at a time and kept within the capacity', async () => {
  const cache = new ChunkCache(100);
  const loaded: string[] = [];
  const get = (key: string, keep = true) =>
    cache.get(key, keep, async () => {
      loaded.push(key);
      return chunk(40);
    });
  await Promise.all([get('a'), get('a'), get('a', false)]);
  await get('b');
  await get('a');
  await get('c');
  expect(loaded).toEqual(['a', 'b', 'c']);
  // 'b' was used least recently.
  await get('a');
  await get('b');
  expect(loaded).toEqual(['a', 'b', 'c', 'b']);
  await get('d', false);
  await get('d', false);
  expect(loaded.slice(-2)).toEqual(['d', 'd']);
  await cache.get('large', true, async () => chunk(500));
  await cache.get('large', true, async () => Promise.reject(new Error('it is kept')));
  await get('b');
  expect(loaded.at(-1)).toBe('b');
});

test('a load that failed is tried again', async () => {
  const cache = new ChunkCache(100);
  await expect(cache.get('a', true, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect((await cache.get('a', true, async () => chunk(1))).data).toHaveLength(1);
});

test('a gate bounds how much runs at once', async () => {
  const gate = new Gate(3, 100);
  let [running, bytes, most, mostBytes] = [0, 0, 0, 0];
  const work = (size: number) =>
    gate.run(size, async () => {
      running++;
      bytes += size;
      most = Math.max(most, running);
      if (running > 1) mostBytes = Math.max(mostBytes, bytes);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      bytes -= size;
    });
  await Promise.all([20, 20, 20, 20, 60, 500, 30, 30, 30].map(work));
  expect([most, running, bytes]).toEqual([3, 0, 0]);
  expect(mostBytes).toBeLessThanOrEqual(100);
  const failing = gate.run(10, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  await work(100);
});
