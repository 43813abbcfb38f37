import { DatasetError } from '../../errors';
import { download } from './download';

/** Of Workers only, and so not among the declarations of the DOM. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** Bytes of one file with random access. Synchronous, because the HDF5 library reads synchronously. */
export interface ByteSource {
  /** Path, file name or address, for messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** Bytes from `offset`; fewer than `length` at the end of the file. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/**
 * Opens a file for reading. Large files are not read into memory: in Node the path is read piece by piece, in a
 * Worker the `File` is; a URL (and a `File` outside a Worker) is loaded as a whole.
 *
 * @param source path (in Node) or URL, or a picked or dropped file
 * @throws DatasetError when there is no such file, the server refuses it, or it is too large to be loaded
 */
export async function openByteSource(source: string | File): Promise<ByteSource> {
  if (typeof source !== 'string') {
    if ('FileReaderSync' in globalThis) return workerFileSource(source);
    return bytesSource(source.name, new Uint8Array(await source.arrayBuffer()));
  }
  // Absent in browsers, where every string is an address; no import, so that bundlers see no Node module.
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (fs === undefined || /^(https?|data|blob):/i.test(source))
    return bytesSource(source, await download(source));
  return pathSource(source, fs);
}

function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => {},
  };
}

function workerFileSource(file: File): ByteSource {
  const reader = new FileReaderSync();
  return {
    name: file.name,
    size: file.size,
    read: (offset, length) => new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length))),
    close: () => {},
  };
}

function pathSource(path: string, fs: typeof import('node:fs')): ByteSource {
  const descriptor = (() => {
    try {
      return fs.openSync(path, 'r');
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
      const remedy =
        reason === 'ENOENT'
          ? 'there is no such file; check the path'
          : `cannot be opened (${reason}); check its permissions`;
      throw new DatasetError(`${path}: ${remedy}.`, { cause });
    }
  })();
  const status = fs.fstatSync(descriptor);
  if (!status.isFile()) {
    fs.closeSync(descriptor);
    throw new DatasetError(`${path}: this is not a file; give the path of a NetCDF file.`);
  }
  return {
    name: path,
    size: status.size,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, status.size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const read = fs.readSync(descriptor, bytes, filled, bytes.length - filled, offset + filled);
        if (read === 0) break;
        filled += read;
      }
      return bytes.subarray(0, filled);
    },
    close: () => fs.closeSync(descriptor),
  };
}
