import type { NumericArray } from '../formats/array_store';

/** A decoded chunk. */
export interface Chunk {
  data: NumericArray;
  /** Elements from one index to the next, per dimension. */
  stride: number[];
}

/**
 * Decoded chunks by key: those of which more will be wanted are kept, the least recently used dropped once they take
 * more than a bounded memory. A chunk that several ask for at once is loaded once.
 */
export class ChunkCache {
  private readonly capacity: number;
  private readonly loading = new Map<string, Promise<Chunk>>();
  /** In order of last use. */
  private readonly kept = new Map<string, Chunk>();
  private bytes = 0;

  /** @param capacity bytes; a single chunk may be larger and is then the only one */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** @param keep whether to keep what was loaded; a failed load never is */
  async get(key: string, keep: boolean, load: () => Promise<Chunk>): Promise<Chunk> {
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    const loading = this.loading.get(key) ?? this.start(key, load);
    const chunk = await loading;
    if (keep && !this.kept.has(key)) this.keep(key, chunk);
    return chunk;
  }

  clear(): void {
    this.kept.clear();
    this.bytes = 0;
  }

  private start(key: string, load: () => Promise<Chunk>): Promise<Chunk> {
    const loading = load().finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private keep(key: string, chunk: Chunk): void {
    this.kept.set(key, chunk);
    this.bytes += chunk.data.byteLength;
    for (const [oldest, { data }] of this.kept) {
      if (this.bytes <= this.capacity || oldest === key) break;
      this.kept.delete(oldest);
      this.bytes -= data.byteLength;
    }
  }
}

/** Lets so many pieces of work run at once, together within a memory; the others wait in order. */
export class Gate {
  private readonly places: number;
  private readonly capacity: number;
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private bytes = 0;

  /** @param capacity bytes; a single piece of work may take more and then runs alone */
  constructor(places: number, capacity: number) {
    this.places = places;
    this.capacity = capacity;
  }

  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    while (this.running > 0 && (this.running >= this.places || this.bytes + bytes > this.capacity)) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running++;
    this.bytes += bytes;
    try {
      return await work();
    } finally {
      this.running--;
      this.bytes -= bytes;
      for (const resume of this.waiting.splice(0)) resume();
    }
  }
}
