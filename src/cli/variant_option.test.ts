import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withDevice } from '../webgpu/testing';
import { scratchFolder } from './command.fixture';
import { UsageError } from './options';
import { fileStore, variantOption } from './variant_option';

const scratch = scratchFolder();

describe('--variant', () => {
  it('forces one variant, else takes the configuration’s, else measures on a GPU only', () =>
    withDevice(async ({ gpu }) => {
      const software = { ...gpu, adapter: { ...gpu.adapter, isSoftware: true } };
      const hardware = { ...gpu, adapter: { ...gpu.adapter, isSoftware: false } };
      const table = { default: 'tiled', 'linear 256x4x4': 'register' } as const;
      for (const either of [software, hardware]) {
        expect(variantOption(either, 'register', table)).toBe('register');
        expect(variantOption(either, undefined, table)).toBe(table);
        expect(variantOption(either, 'measured', table)).toBeTypeOf('function');
      }
      expect(variantOption(software, undefined)).toBeUndefined();
      expect(variantOption(hardware, undefined)).toBeTypeOf('function');
      expect(() => variantOption(gpu, 'fast')).toThrow(UsageError);
    }));
});

describe('the file in the cache folder', () => {
  it('comes with its folder, and is replaced as a whole', async () => {
    const path = scratch('new/folder/variants.json');
    const store = fileStore(path);
    expect(await store.read()).toBeUndefined();
    await store.write('first');
    await store.write('second');
    expect(await store.read()).toBe('second');
    expect(readFileSync(path, 'utf8')).toBe('second');
  });

  it('cannot be written where a file is in the way', async () => {
    writeFileSync(scratch('file'), '');
    mkdirSync(scratch('folder'));
    await expect(fileStore(scratch('file/variants.json')).write('x')).rejects.toThrow();
    expect(await fileStore(scratch('folder')).read()).toBeUndefined();
  });
});
