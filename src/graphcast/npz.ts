/**
 * NumPy's `.npz` archives: a ZIP with one `.npy` member per array. GraphCast's checkpoints are such files (spec 10.1).
 *
 * The directory is walked here rather than by the ZIP library, because NumPy's stored members can then be
 * viewed in place (a released checkpoint is 144 MB), and because damage has to be found and named.
 */
import { inflateSync, zipSync } from 'fflate';
import { CheckpointError } from '../errors';
import { type NpyArray, readNpy, writeNpy } from './npy';

export type { NpyArray, NpyData } from './npy';

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const MAX_ARCHIVE_COMMENT = 0xffff;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const IN_ZIP64_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const MAX_DEFLATE_RATIO = 1032; // of the format itself; bounds what a damaged size can make us allocate

/** ZIP's timestamps start at 1980; a fixed one makes equal arrays give equal files. */
const TIMESTAMP = new Date(1980, 0, 1);

interface Member {
  name: string;
  method: number;
  checksum: number;
  bytes: number;
  packedBytes: number;
  headerStart: number;
}

/**
 * Reads every array of an archive, in the archive's order.
 * @param bytes the whole file; arrays share its memory where they are stored and aligned
 * @param name the file's name, for messages
 * @returns arrays by key (member name without `.npy`)
 * @throws CheckpointError when the file is foreign, truncated or damaged
 */
export function readNpz(bytes: Uint8Array, name: string): Map<string, NpyArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays = new Map<string, NpyArray>();
  for (const member of readDirectory(view, name)) {
    if (!member.name.endsWith('.npy')) {
      throw new CheckpointError(
        `${name} holds "${member.name}", expected only NumPy arrays (.npy): it is a ZIP of another kind, choose an .npz file.`,
      );
    }
    const key = member.name.slice(0, -'.npy'.length);
    arrays.set(key, readNpy(readMember(view, member, name), `Member "${key}" of ${name}`));
  }
  return arrays;
}

/**
 * Writes an archive as `numpy.savez` does: members stored, not compressed, in the order given.
 * Equal entries give equal bytes.
 */
export function writeNpz(entries: Iterable<readonly [key: string, array: NpyArray]>): Uint8Array {
  const members: Record<string, Uint8Array> = {};
  for (const [key, array] of entries) members[`${key}.npy`] = writeNpy(array);
  return zipSync(members, { level: 0, mtime: TIMESTAMP });
}

function readDirectory(view: DataView, name: string): Member[] {
  const { count, start } = findDirectory(view, name);
  const members: Member[] = [];
  for (let i = 0, at = start; i < count; i++) {
    if (at + DIRECTORY_ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
      throw damaged(name, `entry ${i + 1} of its directory is missing`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const end = at + DIRECTORY_ENTRY_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (end > view.byteLength) throw damaged(name, `entry ${i + 1} of its directory is cut short`);
    const nameStart = view.byteOffset + at + DIRECTORY_ENTRY_BYTES;
    const memberName = new TextDecoder().decode(new Uint8Array(view.buffer, nameStart, nameBytes));
    if (view.getUint16(at + 8, true) & 1) {
      throw new CheckpointError(`${name} is encrypted at "${memberName}": give a plain .npz file.`);
    }
    const large = zip64Values(view, at + DIRECTORY_ENTRY_BYTES + nameBytes, extraBytes);
    const sized = (offset: number) => {
      const value = view.getUint32(at + offset, true);
      return value === IN_ZIP64_FIELD ? (large.shift() ?? value) : value;
    };
    members.push({
      name: memberName,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      // Evaluated in this order: the ZIP64 field lists, one after the other, only the values that overflow.
      bytes: sized(24),
      packedBytes: sized(20),
      headerStart: sized(42),
    });
    at = end;
  }
  return members;
}

/** Finds the directory from the file's end, where a ZIP keeps its only trustworthy sizes. */
function findDirectory(view: DataView, name: string): { count: number; start: number } {
  const last = view.byteLength - END_OF_DIRECTORY_BYTES;
  let end = last;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) {
    end = last - end < MAX_ARCHIVE_COMMENT ? end - 1 : -1;
  }
  if (end < 0) {
    const isZip = view.byteLength >= 4 && view.getUint32(0, true) === LOCAL_HEADER;
    if (isZip) throw damaged(name, 'its directory at the end is missing');
    throw new CheckpointError(
      `${name} is not a NumPy archive (.npz): choose a checkpoint written by GraphCast or by this program.`,
    );
  }
  const locator = end - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === ZIP64_LOCATOR) {
    const record = Number(view.getBigUint64(locator + 8, true));
    if (record + 56 > locator || view.getUint32(record, true) !== ZIP64_END_OF_DIRECTORY) {
      throw damaged(name, 'its ZIP64 directory is missing');
    }
    return {
      count: Number(view.getBigUint64(record + 32, true)),
      start: Number(view.getBigUint64(record + 48, true)),
    };
  }
  return { count: view.getUint16(end + 10, true), start: view.getUint32(end + 16, true) };
}

/** The 64-bit values of a member's ZIP64 extra field (id 1); empty when it has none. */
function zip64Values(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && end <= start + length) {
      const values: number[] = [];
      for (let v = at + 4; v + 8 <= end; v += 8) values.push(Number(view.getBigUint64(v, true)));
      return values;
    }
    at = end;
  }
  return [];
}

function readMember(view: DataView, member: Member, name: string): Uint8Array {
  const at = member.headerStart;
  if (at + LOCAL_HEADER_BYTES > view.byteLength || view.getUint32(at, true) !== LOCAL_HEADER) {
    throw damaged(name, `"${member.name}" is not where its directory says`);
  }
  // The local header's sizes are placeholders in NumPy's files; only its own length is used.
  const start = at + LOCAL_HEADER_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + member.packedBytes > view.byteLength) {
    throw damaged(name, `"${member.name}" is cut short`);
  }
  const packed = new Uint8Array(view.buffer, view.byteOffset + start, member.packedBytes);
  const bytes = unpack(packed, member, name);
  if (bytes.length !== member.bytes || crc32(bytes) !== member.checksum) {
    throw damaged(name, `"${member.name}" does not match its checksum`);
  }
  return bytes;
}

function unpack(packed: Uint8Array, member: Member, name: string): Uint8Array {
  if (member.method === STORED) return packed;
  if (member.method !== DEFLATED) {
    throw new CheckpointError(
      `${name} stores "${member.name}" with ZIP compression method ${member.method}, expected stored or deflated: save it with numpy.savez.`,
    );
  }
  if (member.bytes > member.packedBytes * MAX_DEFLATE_RATIO) {
    throw damaged(name, `"${member.name}" claims an impossible size of ${member.bytes} bytes`);
  }
  try {
    return inflateSync(packed, { out: new Uint8Array(member.bytes) });
  } catch (cause) {
    throw damaged(name, `"${member.name}" cannot be decompressed`, cause);
  }
}

function damaged(name: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`${name} is damaged or cut short (${what}): fetch or write it again.`, {
    cause,
  });
}

/** [256] tables for a byte that is followed by 0, 1, 2 and 3 more bytes of its group. */
const CRC_TABLES = crcTables();

function crcTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const tables = [first];
  while (tables.length < 4) tables.push(tables.at(-1)!.map((crc) => (crc >>> 8) ^ first[crc & 0xff]));
  return tables;
}

/** ZIP's checksum (CRC-32, ISO 3309), four bytes at a time. */
function crc32(bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = CRC_TABLES;
  const whole = bytes.length - (bytes.length % 4);
  let crc = -1;
  for (let i = 0; i < whole; i += 4) {
    const word = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    crc = t3[word & 0xff] ^ t2[(word >>> 8) & 0xff] ^ t1[(word >>> 16) & 0xff] ^ t0[word >>> 24];
  }
  for (let i = whole; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
