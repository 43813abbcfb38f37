import { DatasetError } from '../errors';

/** Bytes that a download may have: it is held in memory as a whole. */
export const DOWNLOAD_LIMIT = 4 * 2 ** 30;
/** Room made at first where the server does not say how much will come. */
const FIRST_ROOM = 2 ** 20;

/**
 * Loads what lies at an address into memory.
 *
 * @param limit bytes; nothing more is read once it is clear that there are more
 * @throws DatasetError when there is no answer or a refusal, the connection breaks, or it is too much for `limit` or
 *   for the memory
 */
export async function download(address: string, limit = DOWNLOAD_LIMIT): Promise<Uint8Array> {
  const response = await request(address);
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  try {
    // What the server announces is only a hint: it counts compressed bytes, and may be wrong.
    const announced = Number(response.headers.get('content-length') ?? 0);
    if (announced > limit) throw tooLarge(address, `has ${inMegabytes(announced)}`, limit);
    let bytes = room(address, announced || Math.min(FIRST_ROOM, limit));
    let filled = 0;
    for (;;) {
      const piece = await nextPiece(reader, address);
      if (!piece) return bytes.subarray(0, filled);
      const needed = filled + piece.length;
      if (needed > limit) throw tooLarge(address, `has more than ${inMegabytes(limit)}`, limit);
      if (needed > bytes.length) {
        const larger = room(address, Math.min(Math.max(2 * bytes.length, needed), limit));
        larger.set(bytes.subarray(0, filled));
        bytes = larger;
      }
      bytes.set(piece, filled);
      filled = needed;
    }
  } finally {
    // Stops the transfer when it has not ended; one that broke has nothing left to stop.
    reader.cancel().catch(() => {});
  }
}

async function request(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new DatasetError(
      `${address}: no answer; check the address and the connection, and that the server allows other pages to read it (CORS).`,
      { cause },
    );
  }
  if (response.ok) return response;
  response.body?.cancel().catch(() => {});
  throw new DatasetError(
    `${address}: the server answered ${response.status} ${response.statusText}; check the address.`,
  );
}

async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  address: string,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch (cause) {
    throw new DatasetError(`${address}: the connection broke while the file was loading; try again.`, {
      cause,
    });
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

function tooLarge(address: string, found: string, limit: number): DatasetError {
  return new DatasetError(
    `${address}: the file ${found}, and at most ${inMegabytes(limit)} can be loaded from an address; save it to disk and open it from there.`,
  );
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
