import { checksum } from './checksum';
import type { StoreFile, StoreFiles } from './store_folder';

/** One plane of one frame, by numbers that have a meaning within one dataset. */
export interface PlaneKey {
  variable: number;
  /** 0 for a variable without levels. */
  level: number;
  /** 0 for a variable without time. */
  frame: number;
}

/** Marks an index of this layout. */
const MAGIC = 0x31_53_46_47; // 'GFS1'
/** The index file's header: magic, bytes of a plane. */
const HEADER_WORDS = 2;
/** An entry of the index: variable + 1 (0: the slot is empty), level, frame, checksum, number of the last use. */
const ENTRY_WORDS = 5;

interface Entry {
  key: PlaneKey;
  slot: number;
  sum: number;
}

/**
 * Decoded planes of one dataset on disk: a file of equal slots, one plane each, and an index that says what is in which
 * slot. When all slots are taken, the least recently used is overwritten.
 *
 * A plane whose checksum does not fit (a crash in the middle of writing, damage, another process with the same file) is
 * forgotten. Once writing fails (the disk or the browser's quota is full), the store takes no more.
 */
export class FrameStore {
  private readonly index: StoreFile;
  private readonly planes: StoreFile;
  private readonly planeBytes: number;
  private readonly slots: number;
  /** In order of last use. */
  private readonly entries = new Map<string, Entry>();
  private readonly freeSlots: number[] = [];
  /** The first slot that has never been taken. */
  private nextSlot = 0;
  private uses = 0;
  private accepts = true;

  /**
   * @param planeBytes size of every plane, a multiple of 4
   * @param capacity most bytes for all planes together
   */
  constructor({ index, planes }: StoreFiles, planeBytes: number, capacity: number) {
    this.index = index;
    this.planes = planes;
    this.planeBytes = planeBytes;
    this.slots = Math.floor(capacity / (planeBytes + 4 * ENTRY_WORDS));
    this.load();
  }

  /** Copies a plane into `values`; false when the store does not have it. */
  get(key: PlaneKey, values: Float32Array): boolean {
    const name = nameOf(key);
    const entry = this.entries.get(name);
    if (!entry) return false;
    this.entries.delete(name);
    if (this.read(this.planes, entry.slot * this.planeBytes, values) && sumOf(key, values) === entry.sum) {
      this.entries.set(name, entry);
      return true;
    }
    this.freeSlots.push(entry.slot);
    return false;
  }

  /** Keeps a copy of a plane, as long as there is room for any. */
  put(key: PlaneKey, values: Float32Array): void {
    if (!this.accepts || this.slots === 0 || this.entries.has(nameOf(key))) return;
    const entry = { key, slot: this.takeSlot(), sum: sumOf(key, values) };
    try {
      this.planes.write(entry.slot * this.planeBytes, bytesOf(values));
      this.index.write(entryOffset(entry.slot), bytesOf(wordsOf(entry, ++this.uses)));
      this.entries.set(nameOf(key), entry);
    } catch {
      this.accepts = false;
    }
  }

  /** Writes down in which order the planes were used, and closes the files. */
  close(): void {
    const words = new Uint32Array(HEADER_WORDS + this.nextSlot * ENTRY_WORDS);
    words.set([MAGIC, this.planeBytes]);
    let order = 0;
    for (const entry of this.entries.values()) {
      words.set(wordsOf(entry, ++order), HEADER_WORDS + entry.slot * ENTRY_WORDS);
    }
    try {
      this.index.write(0, bytesOf(words));
    } catch {
      // What the index says is still true; only the order of use is lost.
    }
    this.index.close();
    this.planes.close();
    // Reads that are still under way come back to a store that holds nothing and takes nothing.
    this.entries.clear();
    this.accepts = false;
  }

  /** Reads the index of an earlier process; one of another layout is started anew. */
  private load(): void {
    const words = new Uint32Array(Math.floor(this.index.size() / 4));
    const known = this.read(this.index, 0, words) && words[0] === MAGIC && words[1] === this.planeBytes;
    if (!known) {
      try {
        this.index.write(0, bytesOf(Uint32Array.of(MAGIC, this.planeBytes)));
      } catch {
        this.accepts = false;
      }
      return;
    }
    const found: (Entry & { use: number })[] = [];
    this.nextSlot = Math.min(this.slots, Math.floor((words.length - HEADER_WORDS) / ENTRY_WORDS));
    for (let slot = 0; slot < this.nextSlot; slot++) {
      const [variable, level, frame, sum, use] = words.subarray(HEADER_WORDS + slot * ENTRY_WORDS);
      if (variable === 0) this.freeSlots.push(slot);
      else found.push({ key: { variable: variable - 1, level, frame }, slot, sum, use });
    }
    found.sort((a, b) => a.use - b.use);
    for (const { use, ...entry } of found) {
      this.entries.set(nameOf(entry.key), entry);
      this.uses = use;
    }
  }

  private takeSlot(): number {
    const free = this.freeSlots.pop();
    if (free !== undefined) return free;
    if (this.nextSlot < this.slots) return this.nextSlot++;
    const [[name, oldest]] = this.entries;
    this.entries.delete(name);
    return oldest.slot;
  }

  private read(file: StoreFile, offset: number, into: Float32Array | Uint32Array): boolean {
    try {
      return file.read(offset, bytesOf(into)) === into.byteLength;
    } catch {
      return false;
    }
  }
}

function nameOf({ variable, level, frame }: PlaneKey): string {
  return `${variable} ${level} ${frame}`;
}

function wordsOf({ key, sum }: Entry, use: number): Uint32Array {
  return Uint32Array.of(key.variable + 1, key.level, key.frame, sum, use);
}

function entryOffset(slot: number): number {
  return 4 * (HEADER_WORDS + slot * ENTRY_WORDS);
}

/** Of a plane's content and of which plane it is, so that a plane in the wrong place is noticed as well. */
function sumOf({ variable, level, frame }: PlaneKey, values: Float32Array): number {
  const content = checksum(new Uint32Array(values.buffer, values.byteOffset, values.length));
  return checksum(Uint32Array.of(variable, level, frame, content));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
