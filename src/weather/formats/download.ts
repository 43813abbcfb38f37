import { DatasetError } from '../../errors';
import { type Attempt, PassingFailure, type TransferOptions, withRetries } from './transfer';

export { RefusedError, type TransferOptions } from './transfer';

/** Bytes that a download may have: it is held in memory as a whole. */
export const DOWNLOAD_LIMIT = 4 * 2 ** 30;
/** Room made at first where the server does not say how much will come. */
const FIRST_ROOM = 2 ** 20;
/** What is asked of an address. */
export interface Wanted {
  /** Bytes that may come. */
  limit: number;
  /** Only this part of it. */
  range?: { offset: number; length: number };
}

/** More came, or was announced, than the limit; `found` says how much, in words. */
export class OversizeError extends DatasetError {
  override name = 'OversizeError';
  readonly found: string;

  constructor(address: string, found: string) {
    super(`${address}: there are ${found}, more than expected; check the address.`);
    this.found = found;
  }
}

/**
 * Loads what lies at an address into memory.
 *
 * @param limit bytes; nothing more is read once it is clear that there are more
 * @throws DatasetError when there is no answer or a refusal, the connection breaks, or it is too much for `limit` or
 *   for the memory
 */
export async function download(
  address: string,
  limit = DOWNLOAD_LIMIT,
  options?: TransferOptions,
): Promise<Uint8Array> {
  try {
    const bytes = await fetchBytes(address, { limit }, options);
    if (bytes) return bytes;
  } catch (error) {
    if (!(error instanceof OversizeError)) throw error;
    throw new DatasetError(
      `${address}: the file has ${error.found}, and at most ${inMegabytes(limit)} can be loaded from an address; save it to disk and open it from there.`,
      { cause: error },
    );
  }
  throw new DatasetError(`${address}: the server answered 404 Not Found; check the address.`);
}

/**
 * Loads what lies at an address, or a part of it; undefined when the server says that there is nothing (404).
 *
 * @returns fewer bytes than the range asks for where the file ends in it
 * @throws OversizeError, or DatasetError as `download` does
 */
export function fetchBytes(
  address: string,
  { limit, range }: Wanted,
  options: TransferOptions = {},
): Promise<Uint8Array | undefined> {
  const headers: Record<string, string> = range
    ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
    : {};
  return withRetries(address, options, async (attempt) => {
    // Chromium puts a part that its cache holds together with the rest, and not always rightly.
    const response = await attempt.request({ headers, cache: range ? 'no-store' : 'default' });
    // Nothing begins at the end of a file or behind it.
    if (range && response?.status === 416) return new Uint8Array();
    if (!response?.body) return response && new Uint8Array();
    // A server that knows no ranges sends the file from its beginning.
    const skipped = range && response.status === 200 ? range.offset : 0;
    const bytes = await collect(response, attempt, skipped + (range?.length ?? limit), range === undefined);
    return bytes.subarray(skipped);
  });
}

/**
 * Asks how long a file is, in bytes, without loading it; undefined when there is none (404).
 *
 * @throws DatasetError when the server does not say, or as `download` does
 */
export function fetchSize(address: string, options: TransferOptions = {}): Promise<number | undefined> {
  return withRetries(address, options, async (attempt) => {
    const response = await attempt.request({ method: 'HEAD' });
    if (!response) return undefined;
    const length = response.headers.get('content-length');
    if (length !== null) return Number(length);
    throw new DatasetError(
      `${address}: the server does not say how long the file is, so that no part of it can be read; save it to disk and open it from there.`,
    );
  });
}

/**
 * Puts the pieces of an answer together.
 * @param most bytes
 * @param whole whether more than that is an error, or is left where it is
 */
async function collect(
  response: Response,
  { address, onBytes, next }: Attempt,
  most: number,
  whole: boolean,
): Promise<Uint8Array> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  // What the server announces is only a hint: it counts compressed bytes, and may be wrong.
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (whole && announced > most) throw new OversizeError(address, inMegabytes(announced));
  let bytes = room(address, Math.min(announced || FIRST_ROOM, most));
  let filled = 0;
  for (;;) {
    const piece = await nextPiece(reader, next);
    if (!piece) return bytes.subarray(0, filled);
    onBytes(piece.length);
    const needed = filled + piece.length;
    if (needed > most && whole) throw new OversizeError(address, `more than ${inMegabytes(most)}`);
    if (needed > bytes.length && bytes.length < most) {
      const larger = room(address, Math.min(Math.max(2 * bytes.length, needed), most));
      larger.set(bytes.subarray(0, filled));
      bytes = larger;
    }
    bytes.set(piece.subarray(0, most - filled), filled);
    filled = Math.min(needed, most);
    if (filled === most && !whole) return bytes;
  }
}

async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  next: Attempt['next'],
): Promise<Uint8Array | undefined> {
  try {
    return await next(reader);
  } catch (cause) {
    throw new PassingFailure('the connection broke while the file was loading', 'try again', cause);
  }
}

function room(address: string, bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new DatasetError(
      `${address}: there is not enough memory to load the file (${inMegabytes(bytes)} are needed); save it to disk and open it from there, or use fewer frames or levels.`,
      { cause },
    );
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
