import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { DatasetError } from '../../errors';
import { DOWNLOAD_LIMIT, download } from './download';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response));
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

async function expectRefusal(attempt: Promise<unknown>, message: RegExp): Promise<void> {
  await expect(attempt).rejects.toThrow(DatasetError);
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+\/x\.nc: /);
}

test('the bytes come whole, whether or not the server says how many there are', async () => {
  const bytes = Uint8Array.from({ length: 3 * 2 ** 20 + 1 }, (_, i) => i % 251);
  const announced = await serve((response) =>
    response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes),
  );
  const unannounced = await serve((response) => {
    response.write(bytes.subarray(0, 1000));
    response.end(bytes.subarray(1000));
  });
  for (const address of [announced, unannounced]) {
    expect(Buffer.compare(await download(address), bytes)).toBe(0);
  }
});

test('a file announced to be larger than the limit is refused before it is read', async () => {
  const address = await serve((response) => {
    response.writeHead(200, { 'Content-Length': DOWNLOAD_LIMIT + 1 }).write('CDF');
  });
  await expectRefusal(download(address), /has 4097 MiB, and at most 4096 MiB .* save it to disk/);
});

test('a stream that does not end is stopped at the limit', async () => {
  const address = await serve((response) => {
    const more = () => {
      while (!response.destroyed && response.write(new Uint8Array(2 ** 16)));
      response.once('drain', more);
    };
    more();
  });
  await expectRefusal(download(address, 2 ** 20), /has more than 1 MiB/);
});

test('too little memory and a broken connection are told apart', async () => {
  const broken = await serve((response) => {
    response.writeHead(200, { 'Content-Length': 1000 }).write('CDF', () => response.destroy());
  });
  await expectRefusal(download(broken), /the connection broke/);

  const large = await serve((response) => {
    response.writeHead(200, { 'Content-Length': 2 ** 31 }).write('CDF');
  });
  const Bytes = Uint8Array;
  vi.stubGlobal(
    'Uint8Array',
    new Proxy(Bytes, {
      construct(target, parameters) {
        if (parameters[0] === 2 ** 31) throw new RangeError('Array buffer allocation failed');
        return Reflect.construct(target, parameters);
      },
    }),
  );
  cleanUps.push(() => vi.unstubAllGlobals());
  await expectRefusal(download(large), /not enough memory .*2048 MiB/);
});
