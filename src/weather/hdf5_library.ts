import type { Dataset, File } from 'h5wasm';
import type { ByteSource } from './byte_source';

/** The parts of h5wasm in use, with the file system in memory that it reads and writes. */
export interface Hdf5Library {
  File: typeof File;
  Dataset: typeof Dataset;
  fileSystem: MemoryFileSystem;
}

/** The part of Emscripten's file system API in use. */
export interface MemoryFileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  readFile(path: string): Uint8Array<ArrayBuffer>;
  unlink(path: string): void;
}

/** An open file of Emscripten's in-memory file system. */
interface FileNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number;
  };
}

let library: Promise<Hdf5Library> | undefined;
let filesNamed = 0;

/** Loads h5wasm (4 MB, once). Its errors are thrown, with HDF5's error stack as the message. */
export function hdf5Library(): Promise<Hdf5Library> {
  library ??= (async () => {
    const { Dataset, File, ready } = await import('h5wasm');
    const module = await ready;
    // Without this a failed read prints its error and gives whatever was in memory.
    module.activate_throwing_error_handler();
    return { File, Dataset, fileSystem: module.FS as unknown as MemoryFileSystem };
  })();
  return library;
}

/** A name in the in-memory file system that no other open file has. */
export function freshPath(): string {
  return `/netcdf_${filesNamed++}`;
}

/** Shows a byte source to the HDF5 library as a file that it reads piece by piece; returns the file's path. */
export function mount({ fileSystem }: Hdf5Library, source: ByteSource): string {
  const path = freshPath();
  const node = fileSystem.createFile('/', path.slice(1), {}, true, false);
  node.usedBytes = source.size;
  node.stream_ops = {
    ...node.stream_ops,
    read(_stream, buffer, offset, length, position) {
      const bytes = source.read(position, length);
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, bytes.length).set(bytes);
      return bytes.length;
    },
  };
  return path;
}

/** The innermost reason of an HDF5 error stack: 'truncated file: eof = 100, …'. */
export function innermostReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reasons = [...message.matchAll(/#\d+: .*\(\): (.*)/g)];
  // Without a stack it is h5wasm that found an object it could not follow.
  return reasons.at(-1)?.[1] ?? message.replace('error - name not defined!', 'its table of contents is damaged');
}
