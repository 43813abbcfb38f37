import { afterEach, expect, it, vi } from 'vitest';
import { withDevice } from '../webgpu/testing';
import { measuredVariants, privateFileStore } from './measured_variants';

afterEach(() => vi.unstubAllGlobals());

/** The browser's private files, as far as they are used. */
function privateFiles() {
  const files = new Map<string, string>();
  const getFileHandle = async (name: string, { create }: { create: boolean }) => {
    if (!create && !files.has(name)) throw new DOMException('no such file', 'NotFoundError');
    const written: string[] = [];
    return {
      getFile: async () => new Blob([files.get(name) ?? '']),
      createWritable: async () => ({
        write: async (text: string) => void written.push(text),
        close: async () => void files.set(name, written.join('')),
      }),
    };
  };
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => ({ getFileHandle }) } });
}

it('keeps a text in a private file', async () => {
  privateFiles();
  const store = privateFileStore('variants.json');
  expect(await store.read()).toBeUndefined();
  await store.write('first');
  await store.write('second');
  expect(await privateFileStore('variants.json').read()).toBe('second');
});

it('is empty where storage is switched off', async () => {
  vi.stubGlobal('navigator', { storage: { getDirectory: () => Promise.reject(new Error('off')) } });
  expect(await privateFileStore('variants.json').read()).toBeUndefined();
});

it('measures on GPUs only', () =>
  withDevice(async ({ gpu }) => {
    const on = (isSoftware: boolean) => measuredVariants({ ...gpu, adapter: { ...gpu.adapter, isSoftware } });
    expect(on(true)).toBeUndefined();
    const chooser = on(false)!;
    expect(await chooser([])).toEqual({ default: 'tiled' });
  }));

it('in a hurry takes what was measured before, and measures nothing', () =>
  withDevice(async ({ gpu }) => {
    privateFiles();
    const pipeline = () => Promise.reject(new Error('measured'));
    const card = { ...gpu, adapter: { ...gpu.adapter, isSoftware: false } };
    const works = [
      { shape: { kernel: 'linear', rows: 256, inner: 8, columns: 8, element: 'float32' }, work: 1 },
    ] as const;
    const hurried = () => measuredVariants({ ...card, pipeline }, true)!(works);
    expect(await hurried()).toEqual({ default: 'tiled' });
    const measured = await measuredVariants(card)!(works);
    expect(measured).toHaveProperty('linear 256x8x8');
    expect(await hurried()).toEqual(measured);
  }));
