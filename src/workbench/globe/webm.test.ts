import { expect, test } from 'vitest';
import { webmFile } from './webm';

interface Element {
  name: number;
  bytes: Uint8Array;
}

/** Elements that lie side by side in `bytes`. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nameLength = Math.clz32(bytes[at]) - 23;
    const name = bytes.subarray(at, at + nameLength).reduce((sum, byte) => sum * 256 + byte, 0);
    at += nameLength;
    expect(bytes[at]).toBe(1);
    const size = Number(
      new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0) & 0xffffffffffffffn,
    );
    at += 8;
    found.push({ name, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return found;
}

test('a film has a header, a track, and its frames in clusters that begin with key frames', () => {
  const frames = [0, 60, 120, 180].map((milliseconds, i) => ({
    ...{ milliseconds, isKey: i % 3 === 0 },
    bytes: Uint8Array.of(i, i, i),
  }));
  const [header, segment] = elements(
    webmFile({ codec: 'V_VP9', width: 640, height: 360, milliseconds: 240 }, frames),
  );
  expect(header.name).toBe(0x1a45dfa3);
  expect(new TextDecoder().decode(elements(header.bytes)[4].bytes)).toBe('webm');
  const [, tracks, ...clusters] = elements(segment.bytes);
  const track = elements(elements(tracks.bytes)[0].bytes);
  expect(new TextDecoder().decode(track[3].bytes)).toBe('V_VP9');
  expect(elements(track[4].bytes).map(({ bytes }) => [...bytes])).toEqual([
    [2, 128],
    [1, 104],
  ]);
  const blocks = clusters.map(({ bytes }) =>
    elements(bytes)
      .slice(1)
      .map((block) => [...block.bytes]),
  );
  expect(elements(clusters[1].bytes)[0].bytes[0]).toBe(180);
  expect(blocks).toEqual([
    [
      [0x81, 0, 0, 0x80, 0, 0, 0],
      [0x81, 0, 60, 0, 1, 1, 1],
      [0x81, 0, 120, 0, 2, 2, 2],
    ],
    [[0x81, 0, 0, 0x80, 3, 3, 3]],
  ]);
});
