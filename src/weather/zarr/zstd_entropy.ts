/** The entropy coding of Zstandard (RFC 8878, section 4): bit streams, finite state entropy (FSE) and Huffman codes. */

/** A table by which an FSE state gives a symbol, and how many bits to read for the next state. */
export interface FseTable {
  /** log2 of the number of states. */
  log: number;
  symbol: Uint8Array;
  bits: Uint8Array;
  /** Next state, before the bits that are read are added. */
  base: Uint16Array;
}

/** A table by which the next `log` bits give a symbol, and how many of them were its code. */
export interface HuffmanTable {
  log: number;
  symbol: Uint8Array;
  bits: Uint8Array;
}

const MOST_HUFFMAN_BITS = 11;
const WEIGHTS_LOG = 6;

export function damaged(): Error {
  return new Error('the compressed data are damaged');
}

/** Reads a bit stream from its end to its beginning. */
export class BackwardBits {
  private readonly bytes: Uint8Array;
  /** Bits that are left; negative when more were read than there are, which count as zeros. */
  left: number;

  /** @throws Error when the stream is empty or its end is not marked */
  constructor(bytes: Uint8Array) {
    const last = bytes[bytes.length - 1];
    if (!last) throw damaged();
    this.bytes = bytes;
    // The highest bit that is set marks the end.
    this.left = 8 * bytes.length - 1 - Math.clz32(last << 24);
  }

  /** The next `count` bits, at most 24, highest first. */
  read(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  /** The next `count` bits, which stay where they are. */
  peek(count: number): number {
    const position = this.left - count;
    if (position < 0) return this.left > 0 ? this.lowest(this.left) << -position : 0;
    const { bytes } = this;
    const k = position >> 3;
    const word = bytes[k] | (bytes[k + 1] << 8) | (bytes[k + 2] << 16) | (bytes[k + 3] << 24);
    return (word >>> (position & 7)) & ((1 << count) - 1);
  }

  private lowest(count: number): number {
    const [first = 0, second = 0, third = 0] = this.bytes;
    return (first | (second << 8) | (third << 16)) & ((1 << count) - 1);
  }
}

/**
 * Reads the description of an FSE table (section 4.1.1).
 *
 * @returns the table, and how many bytes the description has
 */
export function readFseTable(
  bytes: Uint8Array,
  mostLog: number,
  mostSymbol: number,
): { table: FseTable; length: number } {
  let position = 0;
  const read = (count: number) => {
    const k = position >> 3;
    if (k >= bytes.length) throw damaged();
    const word = bytes[k] | (bytes[k + 1] << 8) | (bytes[k + 2] << 16);
    position += count;
    return (word >>> ((position - count) & 7)) & ((1 << count) - 1);
  };
  const log = read(4) + 5;
  if (log > mostLog) throw damaged();
  const counts: number[] = [];
  let left = (1 << log) + 1;
  while (left > 1) {
    if (counts.length > mostSymbol) throw damaged();
    // A number from 0 to `left`, the low ones in one bit less.
    const width = 32 - Math.clz32(left);
    const short = (1 << width) - 1 - left;
    const low = read(width - 1);
    let value = low;
    if (low >= short) {
      const high = read(1) << (width - 1);
      value = high > 0 ? low + high - short : low;
    }
    const count = value - 1;
    counts.push(count);
    left -= Math.abs(count);
    if (count !== 0) continue;
    for (let repeat = 3; repeat === 3; ) {
      repeat = read(2);
      for (let k = 0; k < repeat; k++) counts.push(0);
    }
  }
  if (left !== 1 || counts.length > mostSymbol + 1) throw damaged();
  return { table: fseTable(counts, log), length: (position + 7) >> 3 };
}

/** Builds a table from the normalised count of each symbol, −1 for one that is rarer than once (section 4.1.1). */
export function fseTable(counts: number[], log: number): FseTable {
  const size = 1 << log;
  const table = {
    log,
    symbol: new Uint8Array(size),
    bits: new Uint8Array(size),
    base: new Uint16Array(size),
  };
  let high = size - 1;
  counts.forEach((count, symbol) => {
    if (count === -1) table.symbol[high--] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let state = 0;
  counts.forEach((count, symbol) => {
    for (let k = 0; k < count; k++) {
      table.symbol[state] = symbol;
      do state = (state + step) & (size - 1);
      while (state > high);
    }
  });
  const next = counts.map((count) => Math.abs(count));
  for (let s = 0; s < size; s++) {
    const order = next[table.symbol[s]]++;
    table.bits[s] = log - 31 + Math.clz32(order);
    table.base[s] = (order << table.bits[s]) - size;
  }
  return table;
}

/** The table of a code with one symbol, which takes no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, symbol: Uint8Array.of(symbol), bits: new Uint8Array(1), base: new Uint16Array(1) };
}

/**
 * Reads the description of a Huffman code (section 4.2.1).
 *
 * @returns the table, and how many bytes the description has
 */
export function readHuffmanTable(bytes: Uint8Array): { table: HuffmanTable; length: number } {
  if (bytes.length === 0) throw damaged();
  const [header] = bytes;
  const length = 1 + (header < 128 ? header : (header - 126) >> 1);
  if (length > bytes.length) throw damaged();
  const description = bytes.subarray(1, length);
  const weights =
    header < 128
      ? packedWeights(description)
      : Array.from({ length: header - 127 }, (_, k) => (description[k >> 1] >> (k & 1 ? 0 : 4)) & 15);
  return { table: huffmanTable(weights), length };
}

/** Weights that are FSE-coded by two states in turn. */
function packedWeights(bytes: Uint8Array): number[] {
  const { table, length } = readFseTable(bytes, WEIGHTS_LOG, 255);
  const stream = new BackwardBits(bytes.subarray(length));
  const weights: number[] = [];
  const states = [stream.read(table.log), stream.read(table.log)];
  if (stream.left < 0) throw damaged();
  for (let turn = 0; ; turn = 1 - turn) {
    const state = states[turn];
    if (weights.length > 254) throw damaged();
    weights.push(table.symbol[state]);
    states[turn] = table.base[state] + stream.read(table.bits[state]);
    if (stream.left < 0) {
      weights.push(table.symbol[states[1 - turn]]);
      return weights;
    }
  }
}

/** Builds the table; the weight of the last symbol follows from those of all others. */
function huffmanTable(weights: number[]): HuffmanTable {
  const total = weights.reduce((sum, weight) => sum + (weight > 0 ? 1 << (weight - 1) : 0), 0);
  const log = 32 - Math.clz32(total);
  const rest = (1 << log) - total;
  if (total === 0 || log > MOST_HUFFMAN_BITS || (rest & (rest - 1)) !== 0) throw damaged();
  const all = [...weights, 32 - Math.clz32(rest)];
  const table = { log, symbol: new Uint8Array(1 << log), bits: new Uint8Array(1 << log) };
  // From the lowest weight, which is the longest code.
  for (let weight = 1, at = 0; weight <= log; weight++) {
    all.forEach((own, symbol) => {
      if (own !== weight) return;
      const end = at + (1 << (weight - 1));
      table.symbol.fill(symbol, at, end);
      table.bits.fill(log + 1 - weight, at, end);
      at = end;
    });
  }
  return table;
}

/** Decodes a stream of Huffman codes into all of `output`; the stream must end there. */
export function decodeHuffman(
  bytes: Uint8Array,
  { log, symbol, bits }: HuffmanTable,
  output: Uint8Array,
): void {
  const stream = new BackwardBits(bytes);
  const mask = (1 << log) - 1;
  let { left } = stream;
  let k = 0;
  // 24 bits hold two codes at least.
  for (const last = output.length - 1; k < last && left >= 24; ) {
    const at = (left - 24) >> 3;
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const window = word >>> ((left - 24) & 7);
    const first = (window >>> (24 - log)) & mask;
    const second = (window >>> (24 - log - bits[first])) & mask;
    output[k++] = symbol[first];
    output[k++] = symbol[second];
    left -= bits[first] + bits[second];
  }
  stream.left = left;
  for (; k < output.length; k++) {
    const code = stream.peek(log);
    output[k] = symbol[code];
    stream.left -= bits[code];
  }
  if (stream.left !== 0) throw damaged();
}
