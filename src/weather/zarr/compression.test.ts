/** The decompressors against the compressors of the package numcodecs, which wraps the original libraries. */
import Blosc from 'numcodecs/blosc';
import LZ4 from 'numcodecs/lz4';
import Zstd from 'numcodecs/zstd';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decodeBlosc } from './blosc';
import { crc32c } from './crc32c';
import { gzip, inflate } from './deflate';
import { decodeSizedLz4 } from './lz4';
import { decodeZstd } from './zstd';

/** Bytes of a kind that makes compressors use all that they have. */
const KINDS: [string, (i: number, random: () => number) => number][] = [
  ['one value', () => 7],
  ['noise', (_, random) => 256 * random()],
  ['few values', (_, random) => (random() < 0.9 ? 32 + 8 * random() : 256 * random())],
  ['repetition from afar', (i, random) => (i % 1000 < 700 ? (i % 777) >> 2 : 30 * random())],
  ['a wave', (i, random) => 128 + 100 * Math.sin(i / 100) + 3 * random()],
  ['numbers of four bytes', (i) => (Math.floor(i / 4) * 3) >> (8 * (i % 4))],
];
const LENGTHS = [0, 1, 3, 16, 127, 128, 512, 1000, 20_001, 140_001];

function bytesOf(length: number, kind: (typeof KINDS)[number][1]): Uint8Array {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 2 ** 31;
  };
  return Uint8Array.from({ length }, (_, i) => kind(i, random) & 255);
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe.each(KINDS)('%s', (_, kind) => {
  test('Blosc, by every compressor and shuffle', async () => {
    for (const length of LENGTHS) {
      const bytes = bytesOf(length, kind);
      for (const shuffle of [0, 1, 2]) {
        for (const cname of ['lz4', 'lz4hc', 'blosclz', 'zlib', 'zstd']) {
          const codec = Blosc.fromConfig({ id: 'blosc', cname, clevel: 5, shuffle, blocksize: 0 });
          const unpacked = await decodeBlosc(await codec.encode(bytes), length);
          expect(same(unpacked, bytes), `${cname}, shuffle ${shuffle}, ${length} bytes`).toBe(true);
        }
      }
    }
  });

  test('Zstandard, at every kind of level', async () => {
    for (const length of LENGTHS) {
      const bytes = bytesOf(length, kind);
      for (const level of [1, 3, 19]) {
        const packed = await Zstd.fromConfig({ id: 'zstd', level }).encode(bytes);
        expect(same(await decodeZstd(packed, length), bytes), `level ${level}, ${length} bytes`).toBe(true);
        if (length > 0)
          await expect(decodeZstd(packed, length - 1)).rejects.toThrow(/it claims|there are more/);
      }
    }
  });

  test('LZ4', async () => {
    for (const length of LENGTHS.slice(1)) {
      const bytes = bytesOf(length, kind);
      const packed = await LZ4.fromConfig({ id: 'lz4' }).encode(bytes);
      expect(same(await decodeSizedLz4(packed, length), bytes), `${length} bytes`).toBe(true);
    }
  });
});

test('damage anywhere is an error or other bytes, and never goes beyond the limit', async () => {
  const bytes = bytesOf(20_000, KINDS[3][1]);
  const blosc = (cname: string) =>
    Blosc.fromConfig({ id: 'blosc', cname, clevel: 5, shuffle: 1, blocksize: 0 });
  const cases: [Uint8Array, (packed: Uint8Array, limit: number) => Promise<Uint8Array>][] = [
    [await blosc('lz4').encode(bytes), decodeBlosc],
    [await blosc('blosclz').encode(bytes), decodeBlosc],
    [await blosc('zstd').encode(bytes), decodeBlosc],
    [await Zstd.fromConfig({ id: 'zstd', level: 9 }).encode(bytes), decodeZstd],
    [await LZ4.fromConfig({ id: 'lz4' }).encode(bytes), decodeSizedLz4],
  ];
  for (const [packed, decode] of cases) {
    let errors = 0;
    for (let k = 0; k < 300; k++) {
      const damaged = packed.slice();
      const at = (k * 7919) % packed.length;
      damaged[at] ^= 1 << (k % 8);
      const outcome = await decode(damaged, bytes.length).catch((error: Error) => error);
      if (outcome instanceof Error) errors++;
      else expect(outcome.length).toBeLessThanOrEqual(bytes.length);
    }
    expect(errors).toBeGreaterThan(0);
    for (const length of [0, 1, 5, 15, 17, packed.length / 2, packed.length - 1])
      await expect(decode(packed.slice(0, length), bytes.length)).rejects.toThrow();
  }
});

test('a Zstandard frame without its size, and frames to be skipped', async () => {
  // One raw block of three bytes, one of a repeated byte.
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 3 << 3, 0, 0, 1, 2, 3, (5 << 3) | 3, 0, 0, 9];
  const skipped = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7];
  const packed = Uint8Array.from([...skipped, ...frame, ...skipped, ...frame]);
  expect(Array.from(await decodeZstd(packed, 100))).toEqual([1, 2, 3, 9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 9, 9, 9]);
  await expect(decodeZstd(packed, 15)).rejects.toThrow(/more than the \d+ bytes|it claims/);
});

describe('DEFLATE', () => {
  afterEach(() => vi.restoreAllMocks());

  test.each(['in Node', 'in a browser'])('%s', async (place) => {
    if (place === 'in a browser') vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    const bytes = bytesOf(100_000, KINDS[4][1]);
    const packed = await gzip(bytes);
    expect(same(await inflate(packed, 'gzip', bytes.length), bytes)).toBe(true);
    await expect(inflate(packed, 'gzip', bytes.length - 1)).rejects.toThrow(/more than the 99999 bytes/);
    await expect(inflate(packed.slice(0, 500), 'gzip', bytes.length)).rejects.toThrow();
    await expect(inflate(packed.slice(1), 'gzip', bytes.length)).rejects.toThrow();
    const bomb = await gzip(new Uint8Array(10_000_000));
    await expect(inflate(bomb, 'gzip', 1000)).rejects.toThrow(/more than the 1000 bytes/);
  });
});

test('CRC-32C', () => {
  // RFC 3720, appendix B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});
