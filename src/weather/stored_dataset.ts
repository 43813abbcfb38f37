import { fingerprint } from './checksum';
import type { Dataset } from './dataset';
import { FrameStore } from './frame_store';
import { browserFolder, diskFolder, type StoreFolder } from './store_folder';

/** Where decoded frames are kept between runs, and how much of them. */
export interface FrameCacheSettings {
  /** A folder on disk (Node); left out: the browser's own file system. */
  folder?: string;
  /** Most bytes, of all datasets together. */
  bytes: number;
}

/** Share of the browser's quota that decoded frames may take at most. */
const QUOTA_SHARE = 0.25;

/**
 * Keeps the decoded frames of a dataset on disk, and gives them from there the next time. A browser that has no such
 * place, or no room, does without.
 *
 * @param identity of the content, from `sourceIdentity`: what has the same one is taken for the same data
 * @throws DatasetError when a named folder cannot be used
 */
export async function storedDataset(
  dataset: Dataset,
  identity: string,
  settings: FrameCacheSettings,
): Promise<Dataset> {
  const { latitudes, longitudes, levels, times, variables } = dataset;
  const name = await fingerprint([
    identity,
    ...[latitudes, longitudes, levels, times].map((axis) => Array.from(axis)),
    [...variables.values()],
  ]);
  const planeBytes = latitudes.length * longitudes.length * Float32Array.BYTES_PER_ELEMENT;
  if (settings.folder !== undefined) {
    const store = await openStoreIn(await diskFolder(settings.folder), name, planeBytes, settings.bytes);
    return throughStore(dataset, store);
  }
  try {
    const { quota = 0 } = await navigator.storage.estimate();
    const capacity = Math.min(settings.bytes, quota * QUOTA_SHARE);
    return throughStore(dataset, await openStoreIn(await browserFolder(), name, planeBytes, capacity));
  } catch {
    return dataset;
  }
}

/** Makes room by removing other datasets, the longest unchanged first, until they leave at least half to this one. */
async function openStoreIn(
  folder: StoreFolder,
  name: string,
  planeBytes: number,
  capacity: number,
): Promise<FrameStore> {
  const others = (await folder.list()).filter((other) => other.name !== name);
  others.sort((a, b) => b.changed - a.changed);
  let taken = 0;
  for (const other of others) {
    if (taken + other.bytes <= capacity / 2) taken += other.bytes;
    else await folder.remove(other.name);
  }
  return new FrameStore(await folder.open(name), planeBytes, capacity - taken);
}

/** Reads planes from the store, and those that are not there from the dataset. */
export function throughStore(dataset: Dataset, store: FrameStore): Dataset {
  const { latitudes, longitudes, levels, times } = dataset;
  const points = latitudes.length * longitudes.length;
  const numbers = new Map([...dataset.variables.keys()].map((name, i) => [name, i]));
  return {
    ...dataset,
    async read(variable, frame, wanted) {
      const info = dataset.variables.get(variable);
      const onLevels = info?.hasLevel ? (wanted ?? levels) : [undefined];
      // What cannot be asked for, the dataset itself refuses in its own words.
      const isHeld =
        info &&
        (!info.hasTime || frame in times) &&
        onLevels.every((l) => l === undefined || levels.includes(l));
      if (!isHeld) return dataset.read(variable, frame, wanted);
      const key = (level: number | undefined) => ({
        variable: numbers.get(variable)!,
        level: level === undefined ? 0 : levels.indexOf(level),
        frame: info.hasTime ? frame : 0,
      });
      const values = new Float32Array(onLevels.length * points);
      const plane = (i: number) => values.subarray(i * points, (i + 1) * points);
      const missing = [...onLevels.keys()].filter((i) => !store.get(key(onLevels[i]), plane(i)));
      if (missing.length === 0) return values;
      const wantedStill = info.hasLevel ? missing.map((i) => onLevels[i] as number) : undefined;
      const read = await dataset.read(variable, frame, wantedStill);
      missing.forEach((i, m) => {
        plane(i).set(read.subarray(m * points, (m + 1) * points));
        store.put(key(onLevels[i]), plane(i));
      });
      return values;
    },
    close() {
      store.close();
      dataset.close();
    },
  };
}
