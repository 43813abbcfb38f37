/** Matches shorter than this are copied byte by byte, which is faster than a call. */
const SHORT = 24;

/**
 * Decompresses one LZ4 block (LZ4 block format description) into all of `output`, and nowhere else.
 *
 * @throws Error when the data are damaged, end too early, or do not fill `output` exactly
 */
export function decodeLz4(packed: Uint8Array, output: Uint8Array): void {
  let from = 0;
  let to = 0;
  /** Continues a length of 15 by bytes up to one that is not 255. */
  const longer = (length: number) => {
    let total = length;
    for (let more = 255; more === 255; total += more) {
      if (from >= packed.length) throw damaged();
      more = packed[from++];
    }
    return total;
  };
  while (from < packed.length) {
    const token = packed[from++];
    const literals = token >> 4 === 15 ? longer(15) : token >> 4;
    if (from + literals > packed.length || to + literals > output.length) throw damaged();
    if (literals < SHORT) {
      for (const end = to + literals; to < end; ) output[to++] = packed[from++];
    } else {
      output.set(packed.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    }
    // The last sequence has no match.
    if (from === packed.length) break;
    if (from + 2 > packed.length) throw damaged();
    const distance = packed[from] | (packed[from + 1] << 8);
    from += 2;
    const length = ((token & 15) === 15 ? longer(15) : token & 15) + 4;
    to = copyMatch(output, to, distance, length);
  }
  if (to !== output.length) throw damaged();
}

/**
 * Decompresses an LZ4 block with its size before it, as numcodecs writes it.
 *
 * @param limit bytes that it may decompress to
 * @throws Error when it would be more, or the data are damaged
 */
export async function decodeSizedLz4(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  if (packed.length < 4) throw damaged();
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  if (size > limit) throw new Error(`it claims ${size} bytes instead of ${limit}`);
  const output = new Uint8Array(size);
  decodeLz4(packed.subarray(4), output);
  return output;
}

/**
 * Repeats `length` bytes from `distance` before `to`; they may overlap what they make.
 *
 * @returns the end of what was written
 */
export function copyMatch(output: Uint8Array, to: number, distance: number, length: number): number {
  const end = to + length;
  if (distance < 1 || distance > to || end > output.length) throw damaged();
  if (length < SHORT || distance < length) {
    for (let k = to; k < end; k++) output[k] = output[k - distance];
  } else {
    output.copyWithin(end - length, to - distance, to - distance + length);
  }
  return end;
}

function damaged(): Error {
  return new Error('the compressed data are damaged');
}
