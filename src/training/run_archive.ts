/** A whole run as one `.zip`: the files of a run folder, as they are. */
import { zipSync } from 'fflate';
import { CheckpointError } from '../errors';
import type { RandomAccess } from '../weather/formats/random_access';
import { STATISTICS_FILES } from '../weather/statistics';
import { BESIDE, fileBeside, incoming, RUN_FILES } from './run_format';

const MEBIBYTE = 2 ** 20;

/** Every file that a run may have, and the most bytes that are taken in of it. */
const SIZE_LIMITS = new Map<string, number>([
  [RUN_FILES.config, MEBIBYTE],
  [RUN_FILES.data, MEBIBYTE],
  [RUN_FILES.metrics, 512 * MEBIBYTE],
  [RUN_FILES.alarms, 16 * MEBIBYTE],
  [RUN_FILES.checkpoint, 1024 * MEBIBYTE],
  [RUN_FILES.optimizer, 3072 * MEBIBYTE],
  // What a save that was cut off has left for whoever opens the run next.
  [incoming(RUN_FILES.optimizer), 3072 * MEBIBYTE],
  ...BESIDE.map((kind): [string, number] => [fileBeside(kind), 1024 * MEBIBYTE]),
  ...Object.values(STATISTICS_FILES).map((file): [string, number] => [
    `${RUN_FILES.statistics}/${file}`,
    16 * MEBIBYTE,
  ]),
]);

/** ZIP's timestamps start at 1980; a fixed one makes equal runs give equal files. */
const TIMESTAMP = new Date(1980, 0, 1);

/** Whether a file belongs into an archive; others in a folder are of no use to another program. */
export function isRunFile(name: string): boolean {
  return SIZE_LIMITS.has(name);
}

/** Packs a run's files, which are stored and not compressed: parameters hardly become smaller. */
export function packRun(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return zipSync(Object.fromEntries(files), { level: 0, mtime: TIMESTAMP });
}

/**
 * The files of a packed run, whether they lie at the top of the archive or in one folder of it. Other files are left
 * out, and sizes are checked before anything is read.
 *
 * @returns undefined when the archive holds no run
 * @throws DatasetError when the archive is damaged, CheckpointError when a file is larger than any run's
 */
export async function unpackRun(archive: RandomAccess): Promise<Map<string, Uint8Array> | undefined> {
  const { zipMembers } = await import('../weather/zarr/zarr_zip');
  const members = await zipMembers(archive);
  const configs = [...members.keys()].filter((path) => /^([^/]+\/)?config\.json$/.test(path));
  const folder = configs
    .map((path) => path.slice(0, -RUN_FILES.config.length))
    .find((prefix) => members.has(prefix + RUN_FILES.checkpoint));
  if (folder === undefined) return undefined;
  const wanted = [...SIZE_LIMITS.keys()].filter((file) => members.has(folder + file));
  for (const file of wanted) {
    const { size } = members.get(folder + file)!;
    if (size <= SIZE_LIMITS.get(file)!) continue;
    throw new CheckpointError(
      `${archive.name}: ${file} claims ${size} bytes, more than a run's can have: the archive is damaged, or of something else.`,
    );
  }
  const files = new Map<string, Uint8Array>();
  for (const file of wanted) {
    const { size, read } = members.get(folder + file)!;
    files.set(file, await read(0, size));
  }
  return files;
}
