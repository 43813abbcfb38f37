import { DatasetError } from '../errors';

/** A file that is read and written in place. */
export interface StoreFile {
  size(): number;
  /** Fills `bytes` from `offset`; how many there were. */
  read(offset: number, bytes: Uint8Array): number;
  write(offset: number, bytes: Uint8Array): void;
  close(): void;
}

/** The two files of one dataset's frames. */
export interface StoreFiles {
  index: StoreFile;
  planes: StoreFile;
}
const FILES = { index: 'index.bin', planes: 'planes.bin' } as const;

/** What a dataset's frames take, and when they were last added to. */
export interface StoredDataset {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  changed: number;
}

/** Where decoded frames are kept, one folder per dataset: a folder on disk in Node, OPFS in the browser. */
export interface StoreFolder {
  list(): Promise<StoredDataset[]>;
  remove(name: string): Promise<void>;
  /** Opens the files of a dataset, empty ones when it is new. */
  open(name: string): Promise<StoreFiles>;
}

/**
 * A folder on disk. Node only.
 *
 * @throws DatasetError when it cannot be made or written to
 */
export async function diskFolder(path: string): Promise<StoreFolder> {
  const { promises: fs, constants, ...sync } = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  try {
    await fs.mkdir(path, { recursive: true });
    await fs.access(path, constants.W_OK);
  } catch (cause) {
    throw new DatasetError(
      `${path} cannot keep decoded frames: ${(cause as Error).message}; choose another folder for the cache.`,
      { cause },
    );
  }
  const open = (file: string): StoreFile => {
    const descriptor = sync.openSync(file, constants.O_RDWR | constants.O_CREAT);
    return {
      size: () => sync.fstatSync(descriptor).size,
      read: (offset, bytes) => sync.readSync(descriptor, bytes, 0, bytes.length, offset),
      write(offset, bytes) {
        const written = sync.writeSync(descriptor, bytes, 0, bytes.length, offset);
        if (written !== bytes.length) throw new Error('the disk is full');
      },
      close: () => sync.closeSync(descriptor),
    };
  };
  return {
    async list() {
      const found: StoredDataset[] = [];
      for (const name of await fs.readdir(path)) {
        const files = Object.values(FILES).map((file) => fs.stat(join(path, name, file)));
        // Anything else in the folder is none of ours.
        const [index, planes] = await Promise.all(files).catch(() => []);
        if (index) found.push({ name, bytes: index.size + planes.size, changed: index.mtimeMs });
      }
      return found;
    },
    async remove(name) {
      for (const file of Object.values(FILES)) await fs.rm(join(path, name, file));
      await fs.rmdir(join(path, name));
    },
    async open(name) {
      await fs.mkdir(join(path, name), { recursive: true });
      const index = open(join(path, name, FILES.index));
      return { index, planes: open(join(path, name, FILES.planes)) };
    },
  };
}

/**
 * The browser's own file system (OPFS). In a Worker only: nowhere else are files written in place.
 *
 * @throws DOMException when the browser has none for this page
 */
export async function browserFolder(): Promise<StoreFolder> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('frames', { create: true });
  const open = async (parent: FileSystemDirectoryHandle, file: string): Promise<StoreFile> => {
    const handle = await parent.getFileHandle(file, { create: true });
    const access = await (handle as SyncFileHandle).createSyncAccessHandle();
    return {
      size: () => access.getSize(),
      read: (offset, bytes) => access.read(bytes, { at: offset }),
      write(offset, bytes) {
        if (access.write(bytes, { at: offset }) !== bytes.length) throw new Error('the quota is used up');
      },
      close: () => access.close(),
    };
  };
  return {
    async list() {
      const found: StoredDataset[] = [];
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind !== 'directory') continue;
        const files = Object.values(FILES).map(async (file) =>
          (await (entry as FileSystemDirectoryHandle).getFileHandle(file)).getFile(),
        );
        const [index, planes] = await Promise.all(files).catch(() => []);
        if (index) found.push({ name, bytes: index.size + planes.size, changed: index.lastModified });
      }
      return found;
    },
    remove: (name) => folder.removeEntry(name, { recursive: true }),
    async open(name) {
      const dataset = await folder.getDirectoryHandle(name, { create: true });
      const index = await open(dataset, FILES.index);
      try {
        return { index, planes: await open(dataset, FILES.planes) };
      } catch (error) {
        index.close();
        throw error;
      }
    },
  };
}

/** Of Workers only, and so not among the declarations of the DOM. */
interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    read(bytes: Uint8Array, options: { at: number }): number;
    write(bytes: Uint8Array, options: { at: number }): number;
    getSize(): number;
    close(): void;
  }>;
}
