/** Reads TensorBoard's event files from their specification, to check what is written against. */

export interface DecodedEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  scalars: Record<string, number>;
}

/** All events of a file. Throws when a length, a checksum or a message is wrong. */
export function decodeEvents(file: Uint8Array): DecodedEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: DecodedEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at, true);
    if (view.getUint32(at + 4, true) !== 0) throw new Error('a record is longer than 4 GiB');
    expectChecksum(file.subarray(at, at + 8), view.getUint32(at + 8, true));
    const message = file.subarray(at + 12, at + 12 + length);
    expectChecksum(message, view.getUint32(at + 12 + length, true));
    events.push(decodeEvent(message));
    at += 16 + length;
  }
  return events;
}

/** crc = bitwise CRC-32C, then rotated right by 15 bits plus a constant (tensorflow/core/lib/hash/crc32c.h). */
function expectChecksum(bytes: Uint8Array, found: number): void {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  const rotated = (crc >> 15n) | ((crc << 17n) & 0xffffffffn);
  const expected = Number((rotated + 0xa282ead8n) & 0xffffffffn);
  if (found !== expected) throw new Error(`checksum ${found}, expected ${expected}`);
}

function decodeEvent(message: Uint8Array): DecodedEvent {
  const event: DecodedEvent = { wallTime: Number.NaN, step: 0, scalars: {} };
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) event.wallTime = view(value).getFloat64(0, true);
    else if (number === 2) event.step = Number(value);
    else if (number === 3) event.fileVersion = text(value);
    else if (number === 5) {
      for (const { value: scalar } of fieldsOf(bytesOf(value))) {
        const [tag, simple] = fieldsOf(bytesOf(scalar));
        event.scalars[text(tag.value)] = view(simple.value).getFloat32(0, true);
      }
    } else throw new Error(`unknown field ${number}`);
  }
  return event;
}

type Value = bigint | Uint8Array;

function* fieldsOf(message: Uint8Array): Generator<{ number: number; value: Value }> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const type = tag & 7;
    const value = type === 0 ? varint() : take(type === 1 ? 8 : type === 5 ? 4 : Number(varint()));
    yield { number: tag >> 3, value };
  }
}

function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'bigint') throw new Error('a number where bytes are expected');
  return value;
}

const text = (value: Value) => new TextDecoder().decode(bytesOf(value));

function view(value: Value): DataView {
  const { buffer, byteOffset, byteLength } = bytesOf(value);
  return new DataView(buffer, byteOffset, byteLength);
}
