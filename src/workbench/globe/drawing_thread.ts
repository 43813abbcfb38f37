/** The page's end of the thread that makes things ready to be drawn. */
import { type ErrorReport, reviveError } from '../../error_report';
import type { DrawingWork } from './drawing_work';

type Reply = { id: number; result: unknown } | { id: number; error: ErrorReport };

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

let worker: Worker | undefined;
let nextId = 1;
const pending = new Map<number, Pending>();

/** Does a piece of work in that thread, one after the other; large arrays are copied there, and come back whole. */
export function prepare<K extends keyof DrawingWork>(
  work: K,
  request: DrawingWork[K][0],
): Promise<DrawingWork[K][1]> {
  worker ??= startWorker();
  const id = nextId++;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve: resolve as Pending['resolve'], reject });
    worker?.postMessage({ id, work, request });
  });
}

/** Settles when everything that is shown has been made ready; whoever takes a picture waits for it. */
export async function allPrepared(): Promise<void> {
  // The page asks for it in its next frame.
  await new Promise(requestAnimationFrame);
  while (pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 4));
}

function startWorker(): Worker {
  const started = new Worker(new URL('./drawing.worker.ts', import.meta.url), {
    type: 'module',
    name: 'drawing',
  });
  started.onmessage = ({ data }: MessageEvent<Reply>) => {
    const asked = pending.get(data.id);
    pending.delete(data.id);
    if ('error' in data) asked?.reject(reviveError(data.error));
    else asked?.resolve(data.result);
  };
  started.onerror = ({ message }) => {
    worker = undefined;
    const error = new Error(`The globe's drawing thread stopped: ${message || 'it could not be started'}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  return started;
}
