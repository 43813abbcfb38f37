/** Attempts at a transfer over http: each is given up when nothing comes for some time, and a passing failure is mended. */
import { DatasetError } from '../../errors';

const TIMEOUT = 30_000; // ms
const RETRIES = 2;
const FIRST_PAUSE = 250; // ms

export interface TransferOptions {
  /** Milliseconds without a byte after which an attempt is given up; 30,000 when left out. */
  timeout?: number;
  /**
   * Further attempts after no answer, a broken connection, or an answer that says 'try again' (408, 429, 5xx), each
   * after a pause that grows fourfold; 2 when left out.
   */
  retries?: number;
  /** Ends the transfer early; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Told of every piece that comes, in bytes. */
  onBytes?: (bytes: number) => void;
}

/** The server gives this to nobody without permission (401, 403); some answer so for what does not exist. */
export class RefusedError extends DatasetError {
  override name = 'RefusedError';
}

/** A failure that another attempt may mend. */
export class PassingFailure extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, cause?: unknown) {
    super(what, { cause });
    this.remedy = remedy;
  }
}

/** One try at a transfer: it is given up when nothing has come for some time. */
export interface Attempt {
  address: string;
  onBytes: (bytes: number) => void;
  /** Asks; undefined for 404. */
  request(init: RequestInit): Promise<Response | undefined>;
  /** Waits for the next piece, undefined at the end. */
  next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined>;
}

/**
 * Makes attempts until one succeeds.
 *
 * @throws DatasetError when the server refuses, or the last attempt fails
 */
export async function withRetries<T>(
  address: string,
  { timeout = TIMEOUT, retries = RETRIES, signal, onBytes = () => {} }: TransferOptions,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    const watch = new Watch(timeout, signal);
    try {
      return await work({
        address,
        onBytes,
        request: (init) => watch.during(request(address, { ...init, signal: watch.signal })),
        next: async (reader) => (await watch.during(reader.read())).value,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const failure = watch.expired
        ? new PassingFailure(`nothing came for ${timeout / 1000} s`, 'try again later', cause)
        : cause;
      if (!(failure instanceof PassingFailure)) throw failure;
      if (tries > retries) {
        const often = tries > 1 ? ` (tried ${tries} times)` : '';
        throw new DatasetError(`${address}: ${failure.message}${often}; ${failure.remedy}.`, { cause });
      }
    } finally {
      watch.end();
    }
    await pause(FIRST_PAUSE * 4 ** (tries - 1), signal);
  }
}

/** Aborts what it watches when one wait takes too long, or when it is told to. */
class Watch {
  expired = false;
  private readonly controller = new AbortController();
  private readonly timeout: number;
  private readonly outer: AbortSignal | undefined;
  private readonly stop = () => this.controller.abort(this.outer?.reason);

  constructor(timeout: number, outer: AbortSignal | undefined) {
    this.timeout = timeout;
    this.outer = outer;
    outer?.addEventListener('abort', this.stop);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  async during<T>(wait: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.expired = true;
      this.controller.abort();
    }, this.timeout);
    try {
      return await wait;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops what may still be under way: a transfer that ended has nothing left to stop. */
  end(): void {
    this.outer?.removeEventListener('abort', this.stop);
    this.controller.abort();
  }
}

async function request(address: string, init: RequestInit): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (cause) {
    throw new PassingFailure('no answer', noAnswerRemedy(address), cause);
  }
  const { ok, status, statusText } = response;
  if (ok || status === 416) return response;
  if (status === 404) return undefined;
  const answered = `the server answered ${status} ${statusText}`.trimEnd();
  if (status === 408 || status === 429 || status >= 500)
    throw new PassingFailure(answered, 'try again later');
  if (status === 401 || status === 403) {
    throw new RefusedError(
      `${address}: ${answered}; it is given to nobody without permission, or there is nothing: check the address.`,
    );
  }
  throw new DatasetError(`${address}: ${answered}; check the address.`);
}

function noAnswerRemedy(address: string): string {
  if (globalThis.process?.versions?.node) return 'check the address and the connection';
  if (/^http:/i.test(address) && !/^http:\/\/(localhost|127\.0\.0\.1)[:/]/i.test(address))
    return 'a page may load only from https addresses and from this machine: use https, or download the data and open the copy';
  return 'check the address and the connection, and that the server allows other pages to read it (CORS); else download the data and open the copy';
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
