import { describe, expect, it } from 'vitest';
import { withDevice } from './testing';
import { adapterIdentity, type TextStore, VariantCache } from './variant_cache';

function memoryStore(text?: string): TextStore & { text: string | undefined } {
  const store = {
    text,
    read: async () => store.text,
    async write(written: string) {
      store.text = written;
    },
  };
  return store;
}

describe('variant cache', () => {
  it('keeps what was chosen, for each adapter by itself', async () => {
    const store = memoryStore();
    const [a, b] = [new VariantCache(store, 'a'), new VariantCache(store, 'b')];
    expect(await a.read()).toEqual({});
    await a.add({ 'linear 256x4x4': 'tiled' });
    await b.add({ 'linear 256x4x4': 'register' });
    await a.add({ 'linear 1024x4x4': 'subgroup' });
    const again = new VariantCache(memoryStore(store.text), 'a');
    expect(await again.read()).toEqual({ 'linear 256x4x4': 'tiled', 'linear 1024x4x4': 'subgroup' });
    expect(await b.read()).toEqual({ 'linear 256x4x4': 'register' });
  });

  it.each(['no JSON', '[]', 'null', '{"a": 3}', '{"a": {"linear 256x4x4": "of another version"}}'])(
    'is empty where the store holds %s, and is mended by the next choice',
    async (text) => {
      const store = memoryStore(text);
      const cache = new VariantCache(store, 'a');
      expect(await cache.read()).toEqual({});
      await cache.add({ 'linear 256x4x4': 'tiled' });
      expect(await cache.read()).toEqual({ 'linear 256x4x4': 'tiled' });
    },
  );

  it('does without a store that fails', async () => {
    const refuse = () => Promise.reject(new Error('closed'));
    const cache = new VariantCache({ read: refuse, write: refuse }, 'a');
    await cache.add({ 'linear 256x4x4': 'tiled' });
    expect(await cache.read()).toEqual({});
  });

  it('knows an adapter by its chip, what drives it, its features and the kernels', () =>
    withDevice(async ({ gpu }) => {
      const identity = adapterIdentity(gpu, 'webgpu 1');
      expect(identity).toContain(gpu.adapter.description);
      expect(identity).toMatch(/; webgpu 1; .*; kernels [0-9a-f]{8}$/);
      const renamed = { ...gpu, adapter: { ...gpu.adapter, description: 'another' } };
      expect(adapterIdentity(renamed, 'webgpu 1')).not.toBe(identity);
    }));
});
