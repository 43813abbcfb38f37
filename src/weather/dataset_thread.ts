/**
 * A dataset that another thread reads, so that decoding does not hold up the thread that records GPU commands. This
 * file knows messages only; what a thread is, Node's and the browser's face of the engine each say for themselves.
 */
import { describeError, type ErrorReport, reviveError } from '../error_report';
import { DatasetError } from '../errors';
import { readChannels } from './channel_reader';
import { type Dataset, openDataset } from './dataset';
import { sourceIdentity } from './source_identity';
import { type FrameCacheSettings, storedDataset } from './stored_dataset';

export interface OpenRequest {
  /** What `openDataset` takes. */
  open: Parameters<typeof openDataset>;
  /** Where to keep decoded frames; nowhere when left out. */
  cache?: FrameCacheSettings;
}

type Content =
  | OpenRequest
  | { read: Parameters<Dataset['read']> }
  | { readChannels: Parameters<NonNullable<Dataset['readChannels']>> }
  | { close: true };
/** To the thread; the first one opens the dataset, the last one closes it. */
export type ThreadRequest = { id: number } & Content;
/** From the thread, one for each request. */
export type ThreadReply = { id: number } & ({ result?: unknown } | { error: ErrorReport });

/** This side's end of a thread that runs `serveDataset`. */
export interface DatasetThread {
  post(request: ThreadRequest): void;
  /** Called once, before anything is posted. `onFailure` is told why the thread has ended by itself. */
  listen(onReply: (reply: ThreadReply) => void, onFailure: (reason: string) => void): void;
  /** Ends the thread. */
  end(): void;
}

type Description = Omit<Dataset, 'read' | 'readChannels' | 'close'>;

/**
 * Opens a dataset, its frames kept on disk if that is asked for.
 *
 * @throws DatasetError as `openDataset` does, and when the folder for the frames cannot be used
 */
export async function openStored({ open, cache }: OpenRequest): Promise<Dataset> {
  const dataset = await openDataset(...open);
  try {
    const identity = cache && (await identityOf(...open));
    return identity ? await storedDataset(dataset, identity, cache) : dataset;
  } catch (error) {
    dataset.close();
    throw error;
  }
}

/** Of the data and of the file with static fields beside them. */
async function identityOf(...[source, options]: OpenRequest['open']): Promise<string | undefined> {
  const sources = [source, options?.statics].filter((one) => one !== undefined);
  const parts = await Promise.all(sources.map(sourceIdentity));
  return parts.includes(undefined) ? undefined : parts.join('\n');
}

/**
 * Opens a dataset in a thread of its own.
 *
 * @throws DatasetError as `openStored` does, and when the thread ends
 */
export async function openInThread(thread: DatasetThread, request: OpenRequest): Promise<Dataset> {
  const pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let failure: DatasetError | undefined;
  let lastId = 0;
  const send = <T>(content: Content) =>
    new Promise<T>((resolve, reject) => {
      pending.set(++lastId, { resolve: resolve as (result: unknown) => void, reject });
      thread.post({ id: lastId, ...content });
    });
  const ask = <T>(content: Content) => (failure ? Promise.reject(failure) : send<T>(content));
  const fail = (error: DatasetError) => {
    failure ??= error;
    for (const { reject } of pending.values()) reject(failure);
    pending.clear();
  };
  let name = 'The data';
  thread.listen(
    (reply) => {
      const waiting = pending.get(reply.id);
      pending.delete(reply.id);
      if ('error' in reply) waiting?.reject(reviveError(reply.error));
      else waiting?.resolve(reply.result);
    },
    (reason) =>
      fail(new DatasetError(`${name}: the thread that reads the data stopped (${reason}); open them again.`)),
  );
  try {
    const description = await ask<Description>(request);
    name = description.name;
    return {
      ...description,
      read: (...read) => ask<Float32Array>({ read }),
      readChannels: (...channels) => ask<Float32Array>({ readChannels: channels }),
      close() {
        if (failure) return;
        fail(new DatasetError(`${name}: the file is closed; open it again.`));
        const end = () => thread.end();
        void send({ close: true }).then(end, end);
      },
    };
  } catch (error) {
    thread.end();
    throw error;
  }
}

/**
 * The thread's side: answers requests for one dataset.
 *
 * @param post sends an answer; what is in `transfer` is handed over, not copied
 */
export function serveDataset(
  post: (reply: ThreadReply, transfer: ArrayBuffer[]) => void,
): (request: ThreadRequest) => Promise<void> {
  let dataset: Dataset | undefined;
  const answer = async (request: ThreadRequest): Promise<unknown> => {
    if ('open' in request) {
      dataset = await openStored(request);
      return describe(dataset);
    }
    if (!dataset) throw new Error('the dataset has not been opened');
    if ('read' in request) return dataset.read(...request.read);
    if ('readChannels' in request) return readChannels(dataset, ...request.readChannels);
    return dataset.close();
  };
  return async (request) => {
    try {
      const result = await answer(request);
      // A view of something larger would take the rest along.
      const whole = result instanceof Float32Array && result.byteLength === result.buffer.byteLength;
      post({ id: request.id, result }, whole ? [result.buffer as ArrayBuffer] : []);
    } catch (error) {
      post({ id: request.id, error: describeError(error) }, []);
    }
  };
}

function describe({ name, latitudes, longitudes, levels, times, variables }: Dataset): Description {
  return { name, latitudes, longitudes, levels, times, variables };
}
