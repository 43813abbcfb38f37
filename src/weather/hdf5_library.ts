import type { Dataset, File, Module } from 'h5wasm';

/** The parts of h5wasm in use, with its in-memory file system. */
export interface Hdf5Library {
  File: typeof File;
  Dataset: typeof Dataset;
  module: typeof Module;
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
    return { File, Dataset, module, fileSystem: module.FS as unknown as MemoryFileSystem };
  })();
  return library;
}

/** A name in the in-memory file system that no other open file has. */
export function freshPath(): string {
  return `/netcdf_${filesNamed++}`;
}

/** The innermost reason of an HDF5 error stack: 'truncated file: eof = 100, …'. */
export function innermostReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reasons = [...message.matchAll(/#\d+: .*\(\): (.*)/g)];
  return reasons.at(-1)?.[1] ?? message.split('\n')[0];
}
