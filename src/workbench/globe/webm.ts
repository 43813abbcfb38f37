/** WebM (Matroska) with one video track, as far as a player needs it: header, track, clusters of blocks. */

export interface EncodedFrame {
  bytes: Uint8Array;
  milliseconds: number;
  isKey: boolean;
}

export interface FilmFormat {
  codec: 'V_VP8' | 'V_VP9';
  width: number;
  height: number;
  milliseconds: number;
}

type Content = Uint8Array | Content[];

/** A block's time is a signed 16-bit number of milliseconds after its cluster. */
const LONGEST_CLUSTER = 30_000;

/**
 * A film's file.
 *
 * @param frames in order of time, the first one a key frame
 */
export function webmFile(format: FilmFormat, frames: EncodedFrame[]): Uint8Array<ArrayBuffer> {
  const header = element(0x1a45dfa3, [
    element(0x4286, number(1)), // EBML version, and the one that a reader needs
    element(0x42f7, number(1)),
    element(0x42f2, number(4)), // longest element name and size, bytes
    element(0x42f3, number(8)),
    element(0x4282, text('webm')),
    element(0x4287, number(4)), // document type's version, and the one that a reader needs
    element(0x4285, number(2)),
  ]);
  const info = element(0x1549a966, [
    element(0x2ad7b1, number(1_000_000)), // nanoseconds per unit of time
    element(0x4489, double(format.milliseconds)),
    element(0x4d80, text('GraphCast Workbench')), // muxer and writer
    element(0x5741, text('GraphCast Workbench')),
  ]);
  const track = element(0xae, [
    element(0xd7, number(1)), // track number, unique number, type video
    element(0x73c5, number(1)),
    element(0x83, number(1)),
    element(0x86, text(format.codec)),
    element(0xe0, [element(0xb0, number(format.width)), element(0xba, number(format.height))]),
  ]);
  const segment = element(0x18538067, [info, element(0x1654ae6b, track), ...clusters(frames)]);
  return joined([header, segment]);
}

function clusters(frames: EncodedFrame[]): Content[] {
  const all: { start: number; blocks: Content[] }[] = [];
  for (const frame of frames) {
    let cluster = all.at(-1);
    if (!cluster || frame.isKey || frame.milliseconds - cluster.start > LONGEST_CLUSTER) {
      cluster = { start: frame.milliseconds, blocks: [] };
      all.push(cluster);
    }
    const since = frame.milliseconds - cluster.start;
    // Track 1, time, and the flag of a key frame.
    const head = Uint8Array.of(0x81, since >> 8, since & 255, frame.isKey ? 0x80 : 0);
    cluster.blocks.push(element(0xa3, [head, frame.bytes]));
  }
  return all.map(({ start, blocks }) => element(0x1f43b675, [element(0xe7, number(start)), ...blocks]));
}

/** Name, size in eight bytes, content. */
function element(name: number, content: Content): Content {
  const length = lengthOf(content);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(length));
  size[0] |= 0x01;
  return [number(name), size, content];
}

/** Big-endian, in as few bytes as hold it. */
function number(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

function double(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function lengthOf(content: Content): number {
  if (content instanceof Uint8Array) return content.length;
  return content.reduce((sum, part) => sum + lengthOf(part), 0);
}

function joined(content: Content[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(lengthOf(content));
  let at = 0;
  const write = (part: Content): void => {
    if (part instanceof Uint8Array) {
      file.set(part, at);
      at += part.length;
    } else part.forEach(write);
  };
  write(content);
  return file;
}
