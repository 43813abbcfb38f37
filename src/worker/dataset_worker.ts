import type { openDataset } from '../weather/dataset';
import { type DatasetThread, openInThread } from '../weather/dataset_thread';
import type { FrameCacheSettings } from '../weather/stored_dataset';

/** Most that decoded frames take on the visitor's disk. */
const CACHE_BYTES = 2 * 2 ** 30;
/** How a NetCDF-3 file begins. */
const NETCDF_3 = 'CDF';

/**
 * Opens a dataset in a Worker of its own, so that decoding does not hold up the engine. Decoded frames of remote or
 * compressed data are kept in the browser's own file system.
 *
 * @throws DatasetError as `openDataset` does, and when the Worker ends
 */
export const openInWorker: typeof openDataset = async (...open) =>
  openInThread(startWorker(), { open, cache: await cacheFor(open[0]) });

function startWorker(): DatasetThread {
  const worker = new Worker(new URL('./dataset.worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    listen(onReply, onFailure) {
      worker.onmessage = ({ data }) => onReply(data);
      worker.onerror = ({ message }) => onFailure(message || 'it could not be started');
    },
    end: () => worker.terminate(),
  };
}

/** NetCDF-3 files are not compressed: to read them again is as quick as to read a copy. */
async function cacheFor(source: Parameters<typeof openDataset>[0]): Promise<FrameCacheSettings | undefined> {
  const files: readonly unknown[] = Array.isArray(source) ? source : [source];
  for (const file of files) {
    const isPlain = file instanceof File && (await file.slice(0, 3).text()) === NETCDF_3;
    if (!isPlain) return { bytes: CACHE_BYTES };
  }
  return undefined;
}
