import { DatasetError } from '../../errors';
import { openByteSource } from './byte_source';
import { fetchBytes, fetchSize, type TransferOptions } from './download';

/** Bytes of one file, any part of which can be read without the rest, several at once. */
export interface RandomAccess {
  /** Path, file name or address, for messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** Bytes from `offset`; fewer than `length` at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): void;
}

/** A picked or dropped file, read slice by slice. */
export function fileAccess(file: File): RandomAccess {
  return {
    name: file.name,
    size: file.size,
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    close: () => {},
  };
}

/**
 * A file by its path, in Node only.
 *
 * @throws DatasetError when there is no such file or it cannot be read
 */
export async function pathAccess(path: string): Promise<RandomAccess> {
  const source = await openByteSource(path);
  return { ...source, read: async (offset, length) => source.read(offset, length) };
}

/**
 * A file at an http(s) address, of which only the parts in use are loaded; all of it where the server cannot send
 * parts.
 *
 * @throws DatasetError when it cannot be had
 */
export async function addressAccess(address: string, options?: TransferOptions): Promise<RandomAccess> {
  const size = await fetchSize(address, options);
  if (size === undefined) {
    throw new DatasetError(`${address}: the server answered 404 Not Found; check the address.`);
  }
  const read = async (offset: number, length: number) => {
    const range = { offset, length: Math.min(length, size - offset) };
    if (range.length <= 0) return new Uint8Array();
    return (await fetchBytes(address, { limit: range.length, range }, options)) ?? new Uint8Array();
  };
  return { name: address, size, read, close: () => {} };
}
