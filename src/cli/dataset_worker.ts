import { Worker } from 'node:worker_threads';
import type { DatasetThread } from '../weather/dataset_thread';

/** Where the build puts the thread's program: beside the chunk that this code is in. */
const PROGRAM = './dataset.worker.js';

/** Starts a thread that reads one dataset. It does not keep the process alive. */
export function startDatasetWorker(): DatasetThread {
  const worker = new Worker(new URL(PROGRAM, import.meta.url));
  return {
    post: (request) => worker.postMessage(request),
    listen(onReply, onFailure) {
      worker.on('message', onReply);
      worker.on('error', ({ message }) => onFailure(message));
      worker.on('exit', () => onFailure('it was ended'));
    },
    end: () => void worker.terminate(),
  };
}
