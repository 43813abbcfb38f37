import { accessSync, constants, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../errors';
import { reason } from './inputs';

/**
 * Checks, before the work begins, that its result can be written.
 * @param option the option that names the file, for the message
 * @throws ConfigError when the file's folder is missing or closed to us, or when the path is a folder
 */
export function checkWritable(path: string, option: string): void {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such folder' : reason(cause);
    throw new ConfigError(
      `${path} cannot be written: ${folder}: ${why}; make the folder or choose another ${option}.`,
      { cause },
    );
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ConfigError(`${path} cannot be written: it is a folder; name a file in ${option}.`);
  }
}

/**
 * Writes a result beside its place and renames it, so that no half-written file is ever found there.
 * @throws ConfigError when the system refuses
 */
export async function writeWhole(path: string, bytes: Uint8Array, option: string): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new ConfigError(`${path} cannot be written: ${reason(cause)}; choose another ${option}.`, {
      cause,
    });
  }
}
