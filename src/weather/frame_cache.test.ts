import { expect, test, vi } from 'vitest';
import { FrameCache } from './frame_cache';

const planes = (value: number) => vi.fn(async () => Float32Array.of(value));

test('loads once, also when asked twice at once', async () => {
  const cache = new FrameCache(100);
  const load = planes(1);
  const [a, b] = await Promise.all([cache.get('x', 10, load), cache.get('x', 10, load)]);
  expect(a).toBe(b);
  expect(await cache.get('x', 10, load)).toBe(a);
  expect(load).toHaveBeenCalledTimes(1);
});

test('drops the least recently used first', async () => {
  const cache = new FrameCache(20);
  const a = planes(1);
  const b = planes(2);
  await cache.get('a', 10, a);
  await cache.get('b', 10, b);
  await cache.get('a', 10, a);
  await cache.get('c', 10, planes(3));
  await cache.get('a', 10, a);
  expect(a).toHaveBeenCalledTimes(1);
  await cache.get('b', 10, b);
  expect(b).toHaveBeenCalledTimes(2);
});

test('takes an entry larger than itself', async () => {
  const cache = new FrameCache(5);
  const large = planes(1);
  expect(await cache.get('large', 10, large)).toEqual(Float32Array.of(1));
  await cache.get('large', 10, large);
  expect(large).toHaveBeenCalledTimes(1);
});

test('does not keep a failure', async () => {
  const cache = new FrameCache(10);
  await expect(cache.get('x', 10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await cache.get('x', 10, planes(4))).toEqual(Float32Array.of(4));
});
