import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { DatasetError } from '../../errors';
import { openByteSource } from './byte_source';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bytes-'));
  cleanUps.push(() => rmSync(path, { recursive: true }));
  return path;
}

function serve(status: number, length = BYTES.length): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'Content-Length': length }).write(BYTES);
  });
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x.nc`),
    );
  });
}

/** What a Worker has: a reader of blobs that does not wait. */
class BlobReader {
  readAsArrayBuffer(blob: { bytes: Uint8Array<ArrayBuffer> }): ArrayBuffer {
    return blob.bytes.slice().buffer;
  }
}

const SOURCES: [string, () => Promise<string | File>][] = [
  [
    'a path',
    async () => {
      const path = join(folder(), 'x.nc');
      writeFileSync(path, BYTES);
      return path;
    },
  ],
  ['a URL', () => serve(200)],
  ['a File', async () => new File([BYTES], 'x.nc')],
  [
    'a File in a Worker',
    async () => {
      vi.stubGlobal('FileReaderSync', BlobReader);
      cleanUps.push(() => vi.unstubAllGlobals());
      const slice = (from: number, to: number) => ({ bytes: BYTES.slice(from, to) });
      return { name: 'x.nc', size: BYTES.length, slice } as unknown as File;
    },
  ],
];

test.each(SOURCES)('%s is read piece by piece', async (_, make) => {
  const source = await openByteSource(await make());
  expect(source.name).toMatch(/x\.nc$/);
  expect(source.size).toBe(1000);
  expect(source.read(0, 4)).toEqual(BYTES.slice(0, 4));
  expect(source.read(500, 300)).toEqual(BYTES.slice(500, 800));
  expect(source.read(990, 100)).toEqual(BYTES.slice(990));
  expect(source.read(2000, 4)).toHaveLength(0);
  source.close();
});

test('what cannot be opened is said in one sentence', async () => {
  const gone = await serve(404);
  const cases: [string, RegExp][] = [
    [join(folder(), 'absent.nc'), /absent\.nc: there is no such file/],
    [folder(), /this is not a file/],
    [gone, /the server answered 404/],
    [await serve(200, 2 ** 40), /the file has 1048576 MiB, and at most 4096 MiB/],
    ['http://127.0.0.1:1/x.nc', /x\.nc: no answer/],
  ];
  for (const [source, message] of cases) {
    const attempt = openByteSource(source);
    await expect(attempt).rejects.toThrow(DatasetError);
    await expect(attempt).rejects.toThrow(message);
  }
});
