import { DatasetError } from '../../errors';
import type { RandomAccess } from '../formats/random_access';
import { inflate } from './deflate';
import { type ListedFile, listedFiles, type ZarrFiles } from './zarr_files';

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const ZIP64_END_OF_DIRECTORY_BYTES = 56;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const IN_ZIP64_FIELD = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
/** DEFLATE packs at most about this many bytes into one; bounds what a damaged size can make us allocate. */
const LARGEST_COMPRESSION = 1032;
/** Bytes that the directory may have: that of a million files takes about a third. */
const DIRECTORY_LIMIT = 256 * 2 ** 20;

/**
 * A Zarr in a ZIP archive (APPNOTE.TXT of PKWARE, with ZIP64). Only the directory at the end is read at once; chunks
 * are read from where they lie.
 *
 * @throws DatasetError when it is cut short or damaged, or holds no Zarr
 */
export async function openZip(archive: RandomAccess): Promise<ZarrFiles> {
  return listedFiles(archive.name, await zipMembers(archive), () => archive.close());
}

/**
 * The files of a ZIP archive by their paths, to be read as long as the archive is open.
 *
 * @throws DatasetError when it is cut short or damaged
 */
export async function zipMembers(archive: RandomAccess): Promise<Map<string, ListedFile>> {
  const listed = new Map<string, ListedFile>();
  for (const member of await readDirectory(archive)) {
    if (!member.path.endsWith('/')) listed.set(member.path, memberFile(archive, member));
  }
  return listed;
}

interface Member {
  path: string;
  method: number;
  size: number;
  packedSize: number;
  /** Where its local header begins. */
  headerStart: number;
}

function memberFile(archive: RandomAccess, member: Member): ListedFile {
  const { path, method, size, packedSize } = member;
  if (method === STORED) {
    const read: ListedFile['read'] = async (offset, length) => {
      const within = Math.max(0, Math.min(length, size - offset));
      return readBytes(archive, (await dataStart(archive, member)) + offset, within);
    };
    return { size, read };
  }
  const unpacked = async () => {
    if (method !== DEFLATED) {
      throw new DatasetError(
        `${archive.name}: '${path}' is packed in a way (${method}) that cannot be read here; pack the Zarr again, stored or deflated.`,
      );
    }
    if (size > packedSize * LARGEST_COMPRESSION) {
      throw damaged(archive.name, `'${path}' claims an impossible size of ${size} bytes`);
    }
    const packed = await readBytes(archive, await dataStart(archive, member), packedSize);
    try {
      const bytes = await inflate(packed, 'deflate-raw', size);
      if (bytes.length === size) return bytes;
    } catch (cause) {
      throw damaged(archive.name, `'${path}' cannot be unpacked`, cause);
    }
    throw damaged(archive.name, `'${path}' does not have the size that the directory gives`);
  };
  return {
    size,
    read: async (offset, length) => (await unpacked()).subarray(offset, offset + length),
  };
}

/** Where a member's bytes begin: behind its local header, whose length is its own. */
async function dataStart(archive: RandomAccess, { headerStart, path }: Member): Promise<number> {
  const header = viewOf(await archive.read(headerStart, LOCAL_HEADER_BYTES));
  if (header.byteLength < LOCAL_HEADER_BYTES || header.getUint32(0, true) !== LOCAL_HEADER) {
    throw damaged(archive.name, `'${path}' is not where its directory says`);
  }
  return headerStart + LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
}

async function readDirectory(archive: RandomAccess): Promise<Member[]> {
  const { name } = archive;
  const { start, length, count } = await findDirectory(archive);
  if (length > DIRECTORY_LIMIT || start + length > archive.size) {
    throw damaged(name, `its directory claims ${length} bytes`);
  }
  const bytes = await readBytes(archive, start, length);
  const view = viewOf(bytes);
  const members: Member[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    if (at + DIRECTORY_ENTRY_BYTES > length || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
      throw damaged(name, `entry ${i + 1} of its directory is missing`);
    }
    const nameEnd = at + DIRECTORY_ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > length) throw damaged(name, `entry ${i + 1} of its directory is cut short`);
    const path = new TextDecoder().decode(bytes.subarray(at + DIRECTORY_ENTRY_BYTES, nameEnd));
    if (view.getUint16(at + 8, true) & 1) {
      throw new DatasetError(`${name}: '${path}' is encrypted; unpack the archive and open the folder.`);
    }
    const large = zip64Values(view, nameEnd, extraEnd);
    const sized = (offset: number) => {
      const value = view.getUint32(at + offset, true);
      return value === IN_ZIP64_FIELD ? (large.shift() ?? value) : value;
    };
    // The ZIP64 field lists, one after the other and in this order, only the values that overflow.
    const [size, packedSize, headerStart] = [24, 20, 42].map(sized);
    members.push({ path, method: view.getUint16(at + 10, true), size, packedSize, headerStart });
    at = end;
  }
  return members;
}

/** Finds the directory from the archive's end. */
async function findDirectory(
  archive: RandomAccess,
): Promise<{ start: number; length: number; count: number }> {
  const { name, size } = archive;
  const tailStart = Math.max(0, size - END_OF_DIRECTORY_BYTES - LONGEST_COMMENT - ZIP64_LOCATOR_BYTES);
  const tail = viewOf(await readBytes(archive, tailStart, size - tailStart));
  let end = tail.byteLength - END_OF_DIRECTORY_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw damaged(name, 'its directory at the end is missing');
  const locator = end - ZIP64_LOCATOR_BYTES;
  if (locator < 0 || tail.getUint32(locator, true) !== ZIP64_LOCATOR) {
    return {
      count: tail.getUint16(end + 10, true),
      length: tail.getUint32(end + 12, true),
      start: tail.getUint32(end + 16, true),
    };
  }
  const record = viewOf(
    await readBytes(archive, Number(tail.getBigUint64(locator + 8, true)), ZIP64_END_OF_DIRECTORY_BYTES),
  );
  if (record.getUint32(0, true) !== ZIP64_END_OF_DIRECTORY) {
    throw damaged(name, 'its ZIP64 directory is missing');
  }
  const [count, length, start] = [32, 40, 48].map((offset) => Number(record.getBigUint64(offset, true)));
  return { count, length, start };
}

/** The 64-bit values of an entry's ZIP64 extra field (id 1); empty when it has none. */
function zip64Values(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; ) {
    const next = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && next <= end) {
      const values: number[] = [];
      for (let v = at + 4; v + 8 <= next; v += 8) values.push(Number(view.getBigUint64(v, true)));
      return values;
    }
    at = next;
  }
  return [];
}

/** Exactly so many bytes; what the archive cannot hold is not allocated. */
async function readBytes(archive: RandomAccess, offset: number, length: number): Promise<Uint8Array> {
  const bytes = offset + length <= archive.size ? await archive.read(offset, length) : new Uint8Array();
  if (bytes.length < length) throw damaged(archive.name, 'it ends too early');
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(name: string, what: string, cause?: unknown): DatasetError {
  return new DatasetError(
    `${name}: the ZIP archive is damaged or cut short (${what}); fetch or write it again.`,
    { cause },
  );
}
