/** Zarrs that are damaged, incomplete, out of reach or lie: one clear sentence, and nothing allocated on their word. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { DatasetError } from '../../errors';
import { openDataset } from '../dataset';
import { type DataSource, openStore, type StoreOptions } from '../formats/open_store';
import { smallPlanet } from '../small_planet.fixture';
import { fileList, writeFolder, type ZarrTree, type ZarrVariant, zarrTree, zipFile } from './zarr.fixture';
import { type Misbehaviour, serveFiles, under } from './zarr_server.fixture';

const scratch = mkdtempSync(join(tmpdir(), 'zarr-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const perFrame: ZarrVariant = { codec: 'zlib', chunks: { batch: 1, time: 1 } };
const FRAME = 'geopotential/0.2.0.0.0';

/** Reads the third frame of geopotential. */
async function readFrame(source: DataSource, options?: StoreOptions) {
  const store = await openStore(source, options);
  return store.read('geopotential', [0, 2, 0, 0, 0], [1, 1, 3, 7, 8]);
}

async function expectSentence(attempt: Promise<unknown>, wanted: RegExp): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(DatasetError);
  expect(error.message).toMatch(wanted);
  expect(error.message).toMatch(/^\S[^\n]*\.$/);
}

// biome-ignore lint/suspicious/noExplicitAny: tests change any part of the metadata
function edit(tree: ZarrTree, path: string, change: (document: any) => void): ZarrTree {
  const document = JSON.parse(new TextDecoder().decode(tree.get(path)));
  change(document);
  return tree.set(path, new TextEncoder().encode(JSON.stringify(document)));
}

describe('a chunk', () => {
  test('that is missing', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    tree.delete(FRAME);
    await expectSentence(
      readFrame(fileList(tree)),
      /^x\.zarr: chunk 0\.2\.0\.0\.0 \(from batch 0, time 2, level 0, lat 0, lon 0\) of 'geopotential' is missing; the copy is incomplete: fetch it again/,
    );
    const dataset = await openDataset(fileList(tree));
    await expect(dataset.read('geopotential', 2)).rejects.toThrow(/'geopotential' is missing/);
    expect(await dataset.read('geopotential', 1)).toHaveLength(3 * 7 * 8);
  });

  test('that is missing in its shard, or with it', async () => {
    const variant: ZarrVariant = { version: 3, chunks: { batch: 1, time: 1 }, shards: { time: 4 } };
    const tree = await zarrTree(smallPlanet({ hours: [0, 6] }), variant);
    edit(tree, 'zarr.json', ({ consolidated_metadata: { metadata } }) => {
      metadata.geopotential.shape[1] = 4;
    });
    await expectSentence(readFrame(fileList(tree)), /chunk 0\.2\.0\.0\.0 .* of 'geopotential' is missing/);
    tree.delete('geopotential/c/0/0/0/0/0');
    await expectSentence(readFrame(fileList(tree)), /chunk 0\.2\.0\.0\.0 .* of 'geopotential' is missing/);
  });

  const codecs = ['none', 'zlib', 'gzip', 'blosc-lz4', 'blosc-zstd', 'zstd', 'lz4'] as const;
  test.each(codecs)('that is cut short, or garbage, or not of its size (%s)', async (codec) => {
    const tree = await zarrTree(smallPlanet(), { ...perFrame, codec });
    const whole = tree.get(FRAME)!;
    const damaged =
      /^x\.zarr: chunk 0\.2\.0\.0\.0 .* of 'geopotential' cannot be decoded \(.+\); it is damaged, fetch it again\.$/;
    for (const bytes of [whole.slice(0, whole.length / 2), whole.slice(0, 3), new Uint8Array(0)])
      await expectSentence(readFrame(fileList(tree.set(FRAME, bytes))), damaged);
    if (codec !== 'none')
      await expectSentence(readFrame(fileList(tree.set(FRAME, new Uint8Array(90).fill(9)))), damaged);
    const smaller = await zarrTree(smallPlanet({ levels: [500, 850] }), { ...perFrame, codec });
    await expectSentence(readFrame(fileList(tree.set(FRAME, smaller.get(FRAME)!))), damaged);
    const larger = await zarrTree(smallPlanet({ levels: [300, 500, 850, 1000] }), { ...perFrame, codec });
    await expectSentence(readFrame(fileList(tree.set(FRAME, larger.get(FRAME)!))), damaged);
  });

  test.each(codecs.filter((codec) => codec !== 'none'))(
    'that would inflate without bound (%s)',
    async (codec) => {
      const hours = { time: 3000 };
      const bomb = await zarrTree(
        {
          dimensions: { ...hours, lat: 7 },
          variables: [{ name: 'zeros', dimensions: ['time', 'lat'], data: new Float64Array(21_000) }],
        },
        { codec },
      );
      const tree = await zarrTree(smallPlanet(), { ...perFrame, codec });
      await expectSentence(
        readFrame(fileList(tree.set(FRAME, bomb.get('zeros/0.0')!))),
        /cannot be decoded \((it claims \d+ bytes instead of 736|there are more than the 736 bytes that it should hold)\)/,
      );
    },
  );

  test('that is a file larger than it can be', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    tree.set(FRAME, new Uint8Array(10 ** 6));
    const sentence = /geopotential\/0\.2\.0\.0\.0: the file has .*, but at most \d+ bytes can be meant/;
    await expectSentence(readFrame(fileList(tree)), sentence);
    await expectSentence(readFrame(writeFolder(tree, join(scratch, 'large'))), sentence);
    const { address } = await serve(under('x', tree));
    await expectSentence(readFrame(`${address}/x`), sentence);
  });

  test('compressed by what is not known here', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    edit(tree, '.zmetadata', ({ metadata }) => {
      metadata['geopotential/.zarray'].compressor = { id: 'lzma' };
    });
    await expectSentence(
      readFrame(fileList(tree)),
      /the codec 'numcodecs.lzma' is not known here: write the Zarr with/,
    );
  });
});

describe('metadata', () => {
  test('that claim 2^40 elements', async () => {
    const claims: [number[], number[], RegExp][] = [
      [
        [1, 2 ** 40, 1, 1, 1],
        [1, 1, 1, 1, 1],
        /'geopotential' claims 1099511627776 elements .* more than a file/,
      ],
      [[1, 4, 1, 2 ** 20, 2 ** 20], [1, 1, 1, 2 ** 20, 2 ** 20], /claims chunks of 1099511627776 elements/],
      [[1, 4, 2 ** 20, 2 ** 10, 2 ** 10], [1, 1, 3, 7, 8], /'geopotential' claims 4398046511104 elements/],
    ];
    for (const [shape, chunks, wanted] of claims) {
      const tree = await zarrTree(smallPlanet(), perFrame);
      edit(tree, '.zmetadata', ({ metadata }) =>
        Object.assign(metadata['geopotential/.zarray'], { shape, chunks }),
      );
      await expectSentence(openStore(fileList(tree)), wanted);
      await expectSentence(openStore(writeFolder(tree, mkdtempSync(join(scratch, 'x-')))), wanted);
      await expectSentence(openStore(zipFile(tree)), wanted);
    }
  });

  test('that claim 2^40 elements where nobody can count the files', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    edit(tree, '.zmetadata', ({ metadata }) => {
      metadata['geopotential/.zarray'].shape = [1, 4, 3, 2 ** 20, 2 ** 20];
    });
    const { address } = await serve(under('x', tree));
    const store = await openStore(`${address}/x`);
    await expectSentence(
      store.read('geopotential', [0, 0, 0, 0, 0], [1, 1, 1, 2 ** 20, 2 ** 20]),
      /1 x 1 x 1 x 1048576 x 1048576 elements of 'geopotential' are wanted at once, more than fit into memory/,
    );
  });

  test('that are garbage', async () => {
    for (const [path, text] of [
      ['.zmetadata', '{"metadata": {'],
      ['.zmetadata', '[]'],
      ['zarr.json', 'not JSON'],
    ]) {
      const tree = await zarrTree(smallPlanet(), perFrame);
      tree.set(path, new TextEncoder().encode(text));
      await expectSentence(
        openStore(fileList(tree)),
        /^x\.zarr: the metadata in '.*' are damaged .*; fetch the Zarr again/,
      );
    }
    const broken: [(array: Record<string, unknown>) => void, RegExp][] = [
      [
        (array) => Object.assign(array, { shape: [1, -4, 3, 7, 8] }),
        /the metadata of 'geopotential' are damaged/,
      ],
      [(array) => Object.assign(array, { chunks: [1, 1] }), /the metadata of 'geopotential' are damaged/],
      [(array) => Object.assign(array, { filters: 7 }), /cannot be decoded/],
      [(array) => Object.assign(array, { compressor: { id: 5 } }), /cannot be decoded/],
    ];
    for (const [change, wanted] of broken) {
      const tree = await zarrTree(smallPlanet(), perFrame);
      edit(tree, '.zmetadata', ({ metadata }) => change(metadata['geopotential/.zarray']));
      await expectSentence(readFrame(fileList(tree)), wanted);
    }
  });

  test('that disagree on the length of a dimension', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    edit(tree, '.zmetadata', ({ metadata }) => {
      metadata['geopotential/.zarray'].shape[1] = 2;
    });
    await expectSentence(
      openDataset(fileList(tree)),
      /^x\.zarr: '\w+' has \d values along 'time', but '\w+' has \d; writing was interrupted or the metadata are wrong: write it again\.$/,
    );
  });

  test('that are not there, or not those of a group', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    const folder = writeFolder(new Map([[FRAME, tree.get(FRAME)!]]), join(scratch, 'unfinished.zarr'));
    await expectSentence(openStore(folder), /unfinished\.zarr: this is not a Zarr group .* write it again/);
    const single = new Map([['zarr.json', new TextEncoder().encode('{"node_type": "array"}')]]);
    await expectSentence(openStore(fileList(single)), /this is a single array of a Zarr/);
    const nothing = [new File(['x'], 'a.txt'), new File(['y'], 'b.txt')];
    await expectSentence(openStore(nothing), /there is no Zarr in it/);
  });

  test('that are not consolidated, on the web', async () => {
    const tree = await zarrTree(smallPlanet(), { ...perFrame, consolidated: false });
    const { address } = await serve(under('x', tree));
    await expectSentence(openStore(`${address}/x`), /\/x: the metadata of this Zarr are not consolidated/);
  });
});

describe('a ZIP archive', () => {
  test('that is cut short or damaged', async () => {
    const bytes = new Uint8Array(await zipFile(await zarrTree(smallPlanet(), perFrame)).arrayBuffer());
    const damaged = /^x\.zip: the ZIP archive is damaged or cut short \(.+\); fetch or write it again\.$/;
    for (const length of [10, 1000, bytes.length - 30])
      await expectSentence(openStore(new File([bytes.slice(0, length)], 'x.zip')), damaged);
    const moved = bytes.slice();
    new DataView(moved.buffer).setUint32(moved.length - 10, 0xfffffff0, true);
    await expectSentence(openStore(new File([moved], 'x.zip')), damaged);
    const wrong = bytes.slice();
    wrong.fill(0, 0, 4000);
    wrong.set(bytes.subarray(0, 4));
    await expectSentence(readFrame(new File([wrong], 'x.zip')), damaged);
  });
});

async function serve(files: Map<string, Uint8Array>, misbehave?: Misbehaviour) {
  const server = await serveFiles(files, misbehave);
  cleanUps.push(server.close);
  return server;
}

describe('a server', () => {
  const hasty: StoreOptions = { timeout: 150, retries: 1 };
  const only = (part: string, answer: Misbehaviour): Misbehaviour => {
    return (path, ...rest) => path.includes(part) && answer(path, ...rest);
  };
  const status =
    (code: number): Misbehaviour =>
    (_, response) =>
      Boolean(response.writeHead(code).end());

  test.each([
    [403, /geopotential\/0\.2\.0\.0\.0: the server answered 403 Forbidden; .*check the address\.$/],
    [500, /the server answered 500 Internal Server Error \(tried 2 times\); try again later\.$/],
    [404, /chunk 0\.2\.0\.0\.0 .* of 'geopotential' is missing/],
  ])('that answers %i for a chunk', async (code, wanted) => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    const { address } = await serve(under('x', tree), only('geopotential/', status(code)));
    await expectSentence(readFrame(`${address}/x`, hasty), wanted);
  });

  test.each([
    [403, /^http.*\/x: the server answered 403 Forbidden;/],
    [404, /^http.*\/x: there is neither a Zarr .* nor a file \(404 Not Found\); check the address\.$/],
    [503, /^http.*: the server answered 503 Service Unavailable \(tried 2 times\); try again later\.$/],
  ])('that answers %i for everything', async (code, wanted) => {
    const { address } = await serve(new Map(), status(code));
    await expectSentence(openStore(`${address}/x`, hasty), wanted);
  });

  test('that refuses what it does not have', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    const { address } = await serve(under('x', tree), (path, response) => {
      return !tree.has(path.slice(2)) && Boolean(response.writeHead(403).end());
    });
    expect(await readFrame(`${address}/x`)).toHaveLength(3 * 7 * 8);
  });

  test('that hangs, before or within an answer', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    const before = await serve(
      under('x', tree),
      only('geopotential/', () => true),
    );
    const within = await serve(
      under('x', tree),
      only('geopotential/', (_, response) => response.writeHead(200).write('x') || true),
    );
    for (const { address } of [before, within])
      await expectSentence(
        readFrame(`${address}/x`, hasty),
        /geopotential\/0\.2\.0\.0\.0: nothing came for 0\.15 s \(tried 2 times\); try again later\.$/,
      );
  });

  test('that fails once is asked again', async () => {
    const tree = await zarrTree(smallPlanet(), perFrame);
    const failures = [
      status(503),
      (_: string, response: { destroy(): void }) => Boolean(response.destroy()) || true,
    ];
    const { address, requests } = await serve(
      under('x', tree),
      only('geopotential/', (...all) => failures.shift()?.(...all) ?? false),
    );
    expect(await readFrame(`${address}/x`)).toHaveLength(3 * 7 * 8);
    expect(requests.filter((path) => path.includes('geopotential/'))).toHaveLength(3);
  });

  test('that is not there', async () => {
    await expectSentence(
      openStore('http://127.0.0.1:1/x.zarr', hasty),
      /127\.0\.0\.1:1\/x\.zarr\S*: no answer \(tried 2 times\)/,
    );
  });

  test('is left alone when the reading is called off', async () => {
    const { address } = await serve(new Map(), () => true);
    const controller = new AbortController();
    const attempt = openStore(`${address}/x`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('called off')), 50);
    await expect(attempt).rejects.toThrow('called off');
  });
});
