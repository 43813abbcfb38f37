import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceIdentity } from './source_identity';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('of a file changes with its size and its time of change', async () => {
  const path = join(folder, 'a.nc');
  writeFileSync(path, 'one');
  const first = await sourceIdentity(path);
  expect(await sourceIdentity(path)).toBe(first);
  utimesSync(path, 1, 1);
  const touched = await sourceIdentity(path);
  expect(touched).not.toBe(first);
  writeFileSync(path, 'more');
  utimesSync(path, 1, 1);
  expect(await sourceIdentity(path)).not.toBe(touched);
});

test('of a Zarr folder changes when chunks come or metadata are written', async () => {
  mkdirSync(join(folder, 'temperature'));
  writeFileSync(join(folder, '.zmetadata'), '{}');
  utimesSync(join(folder, 'temperature'), 1, 1);
  const first = await sourceIdentity(folder);
  expect(await sourceIdentity(folder)).toBe(first);
  writeFileSync(join(folder, 'temperature', '0.0'), 'chunk');
  const grown = await sourceIdentity(folder);
  expect(grown).not.toBe(first);
  utimesSync(join(folder, '.zmetadata'), 1, 1);
  expect(await sourceIdentity(folder)).not.toBe(grown);
});

test('of a folder does not trip over a link that leads nowhere', async () => {
  symlinkSync(join(folder, 'gone'), join(folder, 'link.nc'));
  expect(await sourceIdentity(folder)).toContain('none');
});

test('of remote data is the address, of a picked file what the browser says of it', async () => {
  expect(await sourceIdentity('https://example.org/era5.zarr')).toBe('https://example.org/era5.zarr');
  const file = (text: string, lastModified: number) => new File([text], 'a.nc', { lastModified });
  const one = await sourceIdentity(file('x', 1));
  expect(await sourceIdentity(file('y', 1))).toBe(one);
  expect(await sourceIdentity(file('x', 2))).not.toBe(one);
  expect(await sourceIdentity(file('xx', 1))).not.toBe(one);
  expect(await sourceIdentity([file('x', 1), file('x', 2)])).not.toBe(one);
});

test('of a picked Zarr folder is that of its metadata; of another folder there is none', async () => {
  const handle = (files: Record<string, File>) =>
    ({
      name: 'era5.zarr',
      async getFileHandle(name: string) {
        if (!(name in files)) throw new DOMException('no such file', 'NotFoundError');
        return { getFile: async () => files[name] };
      },
    }) as unknown as FileSystemDirectoryHandle;
  const metadata = (lastModified: number) => new File(['{}'], '.zmetadata', { lastModified });
  const one = await sourceIdentity(handle({ '.zmetadata': metadata(1) }));
  expect(one).toContain('era5.zarr');
  expect(await sourceIdentity(handle({ '.zmetadata': metadata(2) }))).not.toBe(one);
  expect(await sourceIdentity(handle({}))).toBeUndefined();
});
