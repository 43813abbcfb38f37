/** A run's archive in place of its folder: what the page exports. */
import fs from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError, StorageError } from '../errors';
import { unpackRun } from '../training/run_archive';
import { pathKind } from '../weather/formats/paths';
import { pathAccess } from '../weather/formats/random_access';
import { reason } from './inputs';

/** The folder that a run is continued in: the one named, or for `x.zip` the folder `x` beside it. */
export function folderOfRun(path: string): string {
  if (!/[^/\\]\.zip$/i.test(path) || pathKind(path, fs) === 'folder') return path;
  return path.slice(0, -'.zip'.length);
}

/**
 * Unpacks a run's archive into {@link folderOfRun}; that is said on stderr.
 * @throws ConfigError when the folder is there already, or the archive holds no run; DatasetError, CheckpointError when
 *   it cannot be read; StorageError
 */
export async function unpackRunZip(path: string, folder: string): Promise<void> {
  if (await stat(folder).catch(() => undefined)) {
    throw new ConfigError(
      `${folder}, into which ${path} would be unpacked, is there already: continue the run in it with --resume ${folder}, or move it away.`,
    );
  }
  const archive = await pathAccess(path);
  const files = await unpackRun(archive).finally(() => archive.close());
  if (!files) {
    throw new ConfigError(`${path} holds no run: give a run's folder, or an archive that the page exported.`);
  }
  // Under another name until it is whole.
  const incoming = `${folder}.incoming`;
  try {
    await rm(incoming, { recursive: true, force: true });
    for (const [file, bytes] of files) {
      await mkdir(dirname(join(incoming, file)), { recursive: true });
      await writeFile(join(incoming, file), bytes);
    }
    await rename(incoming, folder);
  } catch (cause) {
    await rm(incoming, { recursive: true, force: true }).catch(() => undefined);
    throw new StorageError(
      `${path} cannot be unpacked into ${folder}: ${reason(cause)}; make room there, or copy the archive elsewhere.`,
      { cause },
    );
  }
  console.error(`${path} is unpacked into ${folder}, where the run goes on.`);
}
