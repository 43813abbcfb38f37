/**
 * TensorBoard's event files: records as TensorFlow frames them (TFRecord), each an `Event` message
 * (tensorflow/core/util/event.proto) in protobuf's wire format. Only scalars are needed, so both are written here.
 */
import { crc32c } from '../weather/zarr/crc32c';

/** What TensorBoard expects in the first record. */
const FILE_VERSION = 'brain.Event:2';

/** Wire types of protobuf, and the fields of `Event`, `Summary` and `Summary.Value` that are used. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simpleValue: 2 };

/** Around a record: its length (8 bytes) and that one's checksum (4) before it, its own checksum (4) behind it. */
const [LENGTH_BYTES, CHECKSUM_BYTES] = [8, 4];
const HEADER_BYTES = LENGTH_BYTES + CHECKSUM_BYTES;

/** The record that an event file begins with. @param wallTime seconds since 1970-01-01 UTC */
export function firstRecord(wallTime: number): Uint8Array {
  const version = field(EVENT.fileVersion, BYTES, new TextEncoder().encode(FILE_VERSION));
  return record([field(EVENT.wallTime, FIXED64, wallTime), version]);
}

/**
 * The record of one step's scalars.
 * @param wallTime seconds since 1970-01-01 UTC
 * @param scalars by tag; what stands before a slash groups tags on TensorBoard's screen
 */
export function scalarRecord(wallTime: number, step: number, scalars: Record<string, number>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) => {
    const named = field(VALUE.tag, BYTES, new TextEncoder().encode(tag));
    return field(SUMMARY_VALUE, BYTES, joined([named, field(VALUE.simpleValue, FIXED32, value)]));
  });
  return record([
    field(EVENT.wallTime, FIXED64, wallTime),
    field(EVENT.step, VARINT, step),
    field(EVENT.summary, BYTES, joined(values)),
  ]);
}

/** The records of an event file up to a step; those from the first damaged one on go as well. */
export function recordsUntil(file: Uint8Array, step: number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kept: Uint8Array[] = [];
  for (let at = 0; at + HEADER_BYTES <= file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + HEADER_BYTES + length + CHECKSUM_BYTES;
    if (view.getUint32(at + LENGTH_BYTES, true) !== masked(file.subarray(at, at + LENGTH_BYTES))) break;
    if (end > file.length) break;
    const event = file.subarray(at + HEADER_BYTES, end - CHECKSUM_BYTES);
    if (view.getUint32(end - CHECKSUM_BYTES, true) !== masked(event)) break;
    if (stepOf(event) <= step) kept.push(file.subarray(at, end));
    at = end;
  }
  return joined(kept);
}

/**
 * The scalars of a line of metrics: names of nested fields with slashes between, lists with the lead time of each.
 * What is no number is left out.
 */
export function scalarsOf(line: Record<string, unknown>): Record<string, number> {
  const { update: _, ...rest } = line;
  const { lead_hours: leads, ...validation } = (rest.validation ?? {}) as { lead_hours?: number[] };
  const scalars: Record<string, number> = {};
  const collect = (value: unknown, tag: string): void => {
    if (typeof value === 'number') scalars[tag] = value;
    else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) collect(item, `${tag}/${leads?.[i]}_h`);
    } else if (value && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        collect(inner, (tag && `${tag}/`) + name.replaceAll(' ', '_'));
      }
    }
  };
  collect(rest.validation ? { validation } : rest, '');
  return scalars;
}

/** The step of an `Event` that {@link scalarRecord} wrote, which comes behind its wall time; 0 where it has none. */
function stepOf(event: Uint8Array): number {
  let at = 1 + 8;
  if (event[at++] !== key(EVENT.step, VARINT)) return 0;
  let [step, place] = [0, 1];
  for (;;) {
    const byte = event[at++];
    step += (byte & 0x7f) * place;
    if (byte < 0x80) return step;
    place *= 0x80;
  }
}

const key = (number: number, type: number) => (number << 3) | type;

/** One field of a message; all numbers used here are below 16, so that a key is one byte. */
function field(number: number, type: number, value: number | Uint8Array): Uint8Array {
  return joined([Uint8Array.of(key(number, type)), encoded(type, value)]);
}

function encoded(type: number, value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return joined([varint(value.length), value]);
  if (type === VARINT) return varint(value);
  const bytes = new DataView(new ArrayBuffer(type === FIXED64 ? 8 : 4));
  if (type === FIXED64) bytes.setFloat64(0, value, true);
  else bytes.setFloat32(0, value, true);
  return new Uint8Array(bytes.buffer);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 0x80) | 0x80);
  }
}

function record(fields: Uint8Array[]): Uint8Array {
  const event = joined(fields);
  const length = new Uint8Array(BigUint64Array.of(BigInt(event.length)).buffer);
  return joined([length, checksum(length), event, checksum(event)]);
}

const checksum = (bytes: Uint8Array) => new Uint8Array(Uint32Array.of(masked(bytes)).buffer);

/** TFRecord's masked CRC-32C: a checksum of data that hold checksums themselves would be a poor one. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
