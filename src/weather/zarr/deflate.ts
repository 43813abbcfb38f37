/** Formats of DEFLATE data (RFC 1951): bare, or wrapped as RFC 1950 (zlib) or RFC 1952 (gzip) say. */
export type DeflateFormat = 'deflate-raw' | 'deflate' | 'gzip';

/**
 * Decompresses DEFLATE data, in Node by its own zlib, on another thread.
 *
 * @param limit bytes: no more than that is ever made
 * @throws Error when there would be more, or the data are damaged or end too early
 */
export async function inflate(packed: Uint8Array, format: DeflateFormat, limit: number): Promise<Uint8Array> {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  return zlib ? inflateInNode(zlib, packed, format, limit) : inflateStream(packed, format, limit);
}

function inflateInNode(
  zlib: typeof import('node:zlib'),
  packed: Uint8Array,
  format: DeflateFormat,
  limit: number,
): Promise<Uint8Array> {
  const unpack = { 'deflate-raw': zlib.inflateRaw, deflate: zlib.inflate, gzip: zlib.gunzip }[format];
  // One piece as large as the result, so that nothing has to be put together.
  const options = { maxOutputLength: Math.max(1, limit), chunkSize: Math.max(64, limit) };
  return new Promise((resolve, reject) => {
    unpack(packed, options, (error, bytes) => {
      if (error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(limit));
      else if (error) reject(error);
      else resolve(plain(bytes));
    });
  });
}

async function inflateStream(packed: Uint8Array, format: DeflateFormat, limit: number): Promise<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const written = writer.write(packed as Uint8Array<ArrayBuffer>).then(() => writer.close());
  // What goes wrong there is met while reading.
  written.catch(() => {});
  const reader = stream.readable.getReader();
  const bytes = new Uint8Array(limit);
  let filled = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return bytes.subarray(0, filled);
    if (filled + value.length > limit) {
      reader.cancel().catch(() => {});
      throw tooLarge(limit);
    }
    bytes.set(value, filled);
    filled += value.length;
  }
}

/** Without Node's own methods, of which `slice` is another one than that of typed arrays. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function tooLarge(limit: number): Error {
  return new Error(`there are more than the ${limit} bytes that it should hold`);
}

/** Compresses as RFC 1952 (gzip) says; in Node at the lowest level, which shuffled weather data hardly notice. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  if (zlib) {
    return new Promise((resolve, reject) => {
      zlib.gzip(bytes, { level: 1 }, (error, packed) => (error ? reject(error) : resolve(plain(packed))));
    });
  }
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
