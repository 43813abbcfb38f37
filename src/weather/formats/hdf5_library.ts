import type { Dataset, File, Module } from 'h5wasm';
import type { ByteSource } from './byte_source';

/** The parts of h5wasm in use, with the file system in memory that it reads and writes. */
export interface Hdf5Library {
  File: typeof File;
  Dataset: typeof Dataset;
  fileSystem: MemoryFileSystem;
  /**
   * Makes calls to the library and throws what it reports. On its own it only prints its errors, and a failed read
   * then returns whatever was in memory.
   */
  checked<T>(calls: () => T): T;
}

/** The part of Emscripten's file system API in use. */
export interface MemoryFileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  readFile(path: string): Uint8Array<ArrayBuffer>;
  unlink(path: string): void;
  analyzePath(path: string): { exists: boolean };
  /** By file descriptor. */
  streams: { stream_ops: StreamOperations }[];
}

interface FileNode {
  usedBytes: number;
  stream_ops: StreamOperations;
}

interface StreamOperations {
  read(stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number;
  write(stream: unknown, buffer: Int8Array, offset: number, length: number): number;
}

const STANDARD_ERROR = 2;

let library: Promise<Hdf5Library> | undefined;
let filesNamed = 0;

/** Loads h5wasm (5 MB, once). */
export function hdf5Library(): Promise<Hdf5Library> {
  library ??= (async () => {
    const { Dataset, File, ready } = await import('h5wasm');
    const module = await ready;
    const fileSystem = module.FS as unknown as MemoryFileSystem;
    return { File, Dataset, fileSystem, checked: errorCollector(module, fileSystem) };
  })();
  return library;
}

function errorCollector(module: typeof Module, fileSystem: MemoryFileSystem): Hdf5Library['checked'] {
  let printed = '';
  const stream = fileSystem.streams[STANDARD_ERROR];
  stream.stream_ops = {
    ...stream.stream_ops,
    write(_stream, buffer, offset, length) {
      printed += new TextDecoder().decode(Uint8Array.from(buffer.subarray(offset, offset + length)));
      return length;
    },
  };
  return (calls) => {
    printed = '';
    // Sets HDF5's own, printing handler. Some damaged files leave the library without any.
    module.deactivate_throwing_error_handler();
    try {
      const result = calls();
      if (printed === '') return result;
    } catch (cause) {
      throw new Error(innermostReason(printed) ?? (cause instanceof Error ? cause.message : String(cause)), {
        cause,
      });
    }
    throw new Error(innermostReason(printed) ?? printed);
  };
}

/** The innermost reason of a printed HDF5 error stack: 'truncated file: eof = 100, …'. */
function innermostReason(printed: string): string | undefined {
  return [...printed.matchAll(/#\d+: .*\(\): (.*)/g)].at(-1)?.[1];
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
