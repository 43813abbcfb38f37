/** The sequences of Zstandard (RFC 8878, section 3.1.1.3.2): which literals to copy, and what to repeat from where. */
import { copyMatch } from './lz4';
import {
  BackwardBits,
  damaged,
  type FseTable,
  fseTable,
  readFseTable,
  singleSymbolTable,
} from './zstd_entropy';

/** First value and number of extra bits, per code (sections 3.1.1.3.2.1.1). */
interface CodeTable {
  first: Int32Array;
  bits: Uint8Array;
}

function codeTable(first: number, bits: number[]): CodeTable {
  let value = first;
  const firsts = bits.map((count) => {
    value += 1 << count;
    return value - (1 << count);
  });
  return { first: Int32Array.from(firsts), bits: Uint8Array.from(bits) };
}

/** So many zeros, and then. */
const zeros = (count: number, ...then: number[]) => [...new Array<number>(count).fill(0), ...then];
const LITERAL_LENGTHS = codeTable(
  0,
  zeros(16, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
);
const MATCH_LENGTHS = codeTable(
  3,
  zeros(32, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
);

/** What a table of sequences is when the data do not describe one, and the bounds of one that they do. */
interface SequencePart {
  defaultTable: FseTable;
  mostLog: number;
  mostSymbol: number;
}

/** Section 3.1.1.3.2.2. */
const LITERAL_PART: SequencePart = {
  defaultTable: fseTable(
    [4, 3, ...new Array(11).fill(2), 1, 1, 1, ...new Array(9).fill(2), 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
    6,
  ),
  mostLog: 9,
  mostSymbol: 35,
};
const OFFSET_PART: SequencePart = {
  defaultTable: fseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, ...new Array(15).fill(1), -1, -1, -1, -1, -1], 5),
  mostLog: 8,
  mostSymbol: 31,
};
const MATCH_PART: SequencePart = {
  defaultTable: fseTable(
    [1, 4, 3, 2, 2, 2, 2, 2, 2, ...new Array(37).fill(1), -1, -1, -1, -1, -1, -1, -1],
    6,
  ),
  mostLog: 9,
  mostSymbol: 52,
};

/** Decodes the sequences of a frame's blocks, which may reuse tables and offsets of the blocks before. */
export class Sequences {
  private readonly tables: (FseTable | undefined)[] = [];
  private readonly offsets = [1, 4, 8];

  /**
   * Executes a block's sequences on its literals.
   *
   * @param filled how much of `output` holds what was decoded before
   * @returns how much of it is filled then
   * @throws Error when the block is damaged, or does not fit
   */
  execute(section: Uint8Array, literals: Uint8Array, output: Uint8Array, filled: number): number {
    const { count, length } = sequenceCount(section);
    if (count === 0) {
      if (length !== section.length) throw damaged();
      return append(literals, output, filled);
    }
    const modes = section[length];
    let at = length + 1;
    for (const [k, part] of [LITERAL_PART, OFFSET_PART, MATCH_PART].entries()) {
      at += this.readTable(k, (modes >> (6 - 2 * k)) & 3, section.subarray(at), part);
    }
    const stream = new BackwardBits(section.subarray(at));
    const { used, end } = this.copy(count, stream, literals, output, filled);
    if (stream.left !== 0) throw damaged();
    return append(literals.subarray(used), output, end);
  }

  /** @returns how many bytes of the description were read */
  private readTable(k: number, mode: number, bytes: Uint8Array, part: SequencePart): number {
    if (mode === 0) this.tables[k] = part.defaultTable;
    if (mode === 1) {
      if (bytes.length === 0 || bytes[0] > part.mostSymbol) throw damaged();
      this.tables[k] = singleSymbolTable(bytes[0]);
      return 1;
    }
    if (mode === 2) {
      const { table, length } = readFseTable(bytes, part.mostLog, part.mostSymbol);
      this.tables[k] = table;
      return length;
    }
    if (!this.tables[k]) throw damaged();
    return 0;
  }

  /** Copies literals and matches in turn. @returns how many literals were used, and how much is filled then */
  private copy(
    count: number,
    stream: BackwardBits,
    literals: Uint8Array,
    output: Uint8Array,
    filled: number,
  ): { used: number; end: number } {
    const { offsets } = this;
    const [literalTable, offsetTable, matchTable] = this.tables as FseTable[];
    let literalState = stream.read(literalTable.log);
    let offsetState = stream.read(offsetTable.log);
    let matchState = stream.read(matchTable.log);
    let used = 0;
    let to = filled;
    for (let left = count; left > 0; left--) {
      const offsetCode = offsetTable.symbol[offsetState];
      const matchCode = matchTable.symbol[matchState];
      const literalCode = literalTable.symbol[literalState];
      // At most 24 bits are read at once.
      const offsetHigh = offsetCode > 16 ? stream.read(offsetCode - 16) * 65_536 : 0;
      const offsetValue = 2 ** offsetCode + offsetHigh + stream.read(Math.min(offsetCode, 16));
      const matchLength = MATCH_LENGTHS.first[matchCode] + stream.read(MATCH_LENGTHS.bits[matchCode]);
      const literalLength =
        LITERAL_LENGTHS.first[literalCode] + stream.read(LITERAL_LENGTHS.bits[literalCode]);
      const distance = nextOffset(offsets, offsetValue, literalLength);
      if (left > 1) {
        literalState = literalTable.base[literalState] + stream.read(literalTable.bits[literalState]);
        matchState = matchTable.base[matchState] + stream.read(matchTable.bits[matchState]);
        offsetState = offsetTable.base[offsetState] + stream.read(offsetTable.bits[offsetState]);
      }
      if (stream.left < 0 || used + literalLength > literals.length) throw damaged();
      if (to + literalLength + matchLength > output.length) throw tooLong(output);
      if (literalLength < 24) {
        for (const end = used + literalLength; used < end; ) output[to++] = literals[used++];
      } else {
        output.set(literals.subarray(used, used + literalLength), to);
        used += literalLength;
        to += literalLength;
      }
      to = copyMatch(output, to, distance, matchLength);
    }
    return { used, end: to };
  }
}

function append(literals: Uint8Array, output: Uint8Array, filled: number): number {
  if (filled + literals.length > output.length) throw tooLong(output);
  output.set(literals, filled);
  return filled + literals.length;
}

export function tooLong(output: Uint8Array): Error {
  return new Error(`there are more than the ${output.length} bytes that it should hold`);
}

/** Section 3.1.1.3.2.1: one to three bytes. */
function sequenceCount(section: Uint8Array): { count: number; length: number } {
  const [first, second, third] = section;
  if (first === undefined) throw damaged();
  if (first < 128) return { count: first, length: 1 };
  if (first < 255) return { count: ((first - 128) << 8) + second, length: 2 };
  return { count: second + (third << 8) + 0x7f00, length: 3 };
}

/** Section 3.1.1.5: one of the last three offsets, or a new one; remembers it as the last. */
function nextOffset(offsets: number[], value: number, literalLength: number): number {
  if (value > 3) {
    offsets[2] = offsets[1];
    offsets[1] = offsets[0];
    offsets[0] = value - 3;
    return offsets[0];
  }
  const which = value - 1 + (literalLength === 0 ? 1 : 0);
  if (which === 0) return offsets[0];
  const offset = which === 3 ? offsets[0] - 1 : offsets[which];
  if (which > 1) offsets[2] = offsets[1];
  offsets[1] = offsets[0];
  offsets[0] = offset;
  return offset;
}
