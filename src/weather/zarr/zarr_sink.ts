import { type Zippable, zipSync } from 'fflate';
import { DatasetError } from '../../errors';

/** Where the files of a Zarr are written. */
export interface ZarrSink {
  /**
   * Writes a file as a whole, or not at all; several at once.
   *
   * @param path below the Zarr's folder, such as 'temperature/0.3.0.0.0'
   */
  write(path: string, bytes: Uint8Array): Promise<void>;
}

/**
 * A folder on disk, in Node only; it is made when the first file is written. A file is written beside its place and
 * renamed, so that none is ever found half-written; metadata are forced to the disk, chunks are left to the system.
 *
 * @throws DatasetError on writing, when the system refuses
 */
export function folderSink(folder: string): ZarrSink {
  // Named by the process, so that no other one writes the same file.
  const suffix = `.${globalThis.process?.pid}.partial`;
  return {
    async write(path, bytes) {
      const { mkdir, open, rename, rm } = globalThis.process.getBuiltinModule('node:fs/promises');
      const target = `${folder}/${path}`;
      const partial = `${target}${suffix}`;
      try {
        await mkdir(target.slice(0, target.lastIndexOf('/')), { recursive: true });
        const file = await open(partial, 'w');
        try {
          await file.writeFile(bytes);
          if (/(^|\/)\.z\w+$/.test(path)) await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, target);
      } catch (cause) {
        await rm(partial, { force: true }).catch(() => {});
        const reason = (cause as NodeJS.ErrnoException).code ?? cause;
        throw new DatasetError(
          `${target}: cannot be written (${reason}); check the folder, its permissions and the space on the disk.`,
          { cause },
        );
      }
    },
  };
}

/** What the ZIP format holds without its 64-bit extension. */
const MOST_MEMBERS = 65_535;
/** ZIP's timestamps start at 1980; a fixed one makes equal data give equal files. */
const TIMESTAMP = new Date(1980, 0, 1);

/** A ZIP archive in memory, for forecasts and other small sets. */
export function zipSink(): ZarrSink & { bytes(): Uint8Array<ArrayBuffer> } {
  const members: Zippable = {};
  return {
    async write(path, bytes) {
      members[path] = bytes;
    },
    /** @throws DatasetError when there are more files than an archive can hold */
    bytes() {
      const count = Object.keys(members).length;
      if (count > MOST_MEMBERS) {
        throw new DatasetError(
          `A ZIP archive holds at most ${MOST_MEMBERS} files, and these frames need ${count}; write fewer frames, or a folder.`,
        );
      }
      // Chunks are compressed already.
      return zipSync(members, { level: 0, mtime: TIMESTAMP }) as Uint8Array<ArrayBuffer>;
    },
  };
}
