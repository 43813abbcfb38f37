/** Zstandard (RFC 8878): decompression by the package numcodecs, once it is clear how much will come. */

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const LARGEST_BLOCK = 128 * 1024;
const RAW = 0;
const REPEATED = 1;
/**
 * A frame that does not say its size is measured by its blocks, of which a compressed one may hold less than it could:
 * so many times the expected size, and so many bytes beside, are let through.
 */
const UNDECLARED = { factor: 8, margin: 16 * 2 ** 20 };

/**
 * Decompresses Zstandard frames.
 *
 * @param limit bytes that they may decompress to
 * @throws Error when it would be more, or the data are damaged
 */
export async function decodeZstd(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const { declared, undeclared } = claims(packed);
  if (declared > limit || undeclared > UNDECLARED.factor * limit + UNDECLARED.margin) {
    throw new Error(`it claims ${declared + undeclared} bytes instead of ${limit}`);
  }
  const { default: Zstd } = await import('numcodecs/zstd');
  return Zstd.fromConfig({ id: 'zstd' }).decode(packed);
}

/** What the frames say that they hold, and what those hold at most that do not say it; bytes. */
function claims(packed: Uint8Array): { declared: number; undeclared: number } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const total = { declared: 0, undeclared: 0 };
  try {
    for (let at = 0; at < packed.length; ) {
      const magic = view.getUint32(at, true);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
        at += 8 + view.getUint32(at + 4, true);
        continue;
      }
      if (magic !== MAGIC) throw new Error('it does not begin as Zstandard does');
      const header = frameHeader(view, at + 4);
      const { end, most } = walkBlocks(view, header.end);
      if (header.size === undefined) total.undeclared += most;
      else total.declared += header.size;
      at = header.hasChecksum ? end + 4 : end;
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw new Error('the compressed data are cut short', { cause });
    throw cause;
  }
  return total;
}

/** RFC 8878, 3.1.1.1: a descriptor, then window, dictionary and content size, each present or not. */
function frameHeader(
  view: DataView,
  start: number,
): { end: number; size: number | undefined; hasChecksum: boolean } {
  const descriptor = view.getUint8(start);
  const isOneSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = [isOneSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const at = start + 1 + (isOneSegment ? 0 : 1) + dictionaryBytes;
  const read: Record<number, () => number | undefined> = {
    0: () => undefined,
    1: () => view.getUint8(at),
    2: () => view.getUint16(at, true) + 256,
    4: () => view.getUint32(at, true),
    8: () => Number(view.getBigUint64(at, true)),
  };
  return { end: at + sizeBytes, size: read[sizeBytes](), hasChecksum: (descriptor & 4) !== 0 };
}

/** RFC 8878, 3.1.1.2: blocks up to the last one, each with a header of three bytes. */
function walkBlocks(view: DataView, start: number): { end: number; most: number } {
  let most = 0;
  for (let at = start; ; ) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    most += type === RAW || type === REPEATED ? size : LARGEST_BLOCK;
    at += 3 + (type === REPEATED ? 1 : size);
    if (header & 1) return { end: at, most };
  }
}
