/** Decoded frames by key, the least recently used dropped once they take more than a bounded memory. */
export class FrameCache {
  private readonly capacity: number;
  /** In order of last use. */
  private readonly entries = new Map<string, { planes: Promise<Float32Array>; bytes: number }>();
  private bytes = 0;

  /** @param capacity bytes; a single entry may be larger and is then the only one */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** What is kept under `key`, else what `load` gives; two calls at once load once. A failed load is not kept. */
  get(key: string, bytes: number, load: () => Promise<Float32Array>): Promise<Float32Array> {
    const kept = this.entries.get(key);
    if (kept) {
      this.entries.delete(key);
      this.entries.set(key, kept);
      return kept.planes;
    }
    for (const oldest of this.entries.keys()) {
      if (this.bytes + bytes <= this.capacity) break;
      this.drop(oldest);
    }
    const entry = { planes: load(), bytes };
    this.entries.set(key, entry);
    this.bytes += bytes;
    entry.planes.catch(() => this.entries.get(key) === entry && this.drop(key));
    return entry.planes;
  }

  private drop(key: string): void {
    this.bytes -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }
}
