import { BINDING_ALIGNMENT, type Tensor } from './tensor';

/** When a transient tensor is alive: from the command that first touches it to the last one, both included. */
export interface Lifetime {
  tensor: Tensor;
  first: number;
  last: number;
}

/** One GPU buffer that tensors share: at other times, or at other places of it. */
export interface Slot {
  bytes: number;
  tensors: { tensor: Tensor; offset: number }[];
}

/** Tensors that one command reads while it writes the other: WebGPU forbids that within one buffer. */
export type Apart = ReadonlyMap<Tensor, ReadonlySet<Tensor>>;

/** Every adapter allows buffers of this size. Only a tensor that is larger by itself gets a larger one. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Gives every tensor a place in a slot such that tensors alive at the same command never overlap, and tensors to be kept
 * apart lie in different slots. Largest first, each where its slot grows least; a tensor that nothing left room for
 * begins a slot of its own. Comes within a few percent of the largest sum of tensors alive at once.
 */
export function assignSlots(lifetimes: readonly Lifetime[], apart: Apart): Slot[] {
  const order = lifetimes.toSorted(
    (a, b) => b.tensor.bytes - a.tensor.bytes || b.last - b.first - (a.last - a.first) || a.first - b.first,
  );
  const tenants = new Tenants(order);
  const slots: Slot[] = [];
  const slotOf = new Map<Tensor, number>();
  order.forEach(({ tensor }, item) => {
    const bytes = alignedBytes(tensor);
    const forbidden = new Set<number | undefined>();
    for (const other of apart.get(tensor) ?? []) forbidden.add(slotOf.get(other));
    let chosen = { slot: slots.length, offset: 0, growth: bytes };
    for (let slot = 0; slot < slots.length && chosen.growth > 0; slot++) {
      if (forbidden.has(slot)) continue;
      const offset = tenants.lowestGap(slot, item, bytes);
      const growth = Math.max(0, offset + bytes - slots[slot].bytes);
      if (growth < chosen.growth && (growth === 0 || offset + bytes <= MOST_BYTES)) {
        chosen = { slot, offset, growth };
      }
    }
    const { slot, offset, growth } = chosen;
    if (slot === slots.length) slots.push({ bytes: 0, tensors: [] });
    slots[slot].bytes += growth;
    slots[slot].tensors.push({ tensor, offset });
    slotOf.set(tensor, slot);
    tenants.add(slot, item, offset, offset + bytes);
  });
  return slots;
}

const alignedBytes = ({ bytes }: Tensor) =>
  Math.max(1, Math.ceil(bytes / BINDING_ALIGNMENT)) * BINDING_ALIGNMENT;

/**
 * Who has which place, by position in the order of placement. Numbers in columns: a large model has twenty thousand
 * tensors, and each is compared with all before it.
 */
class Tenants {
  private readonly first: Int32Array;
  private readonly last: Int32Array;
  private readonly offset: Float64Array;
  private readonly end: Float64Array;
  /** Of each slot, by offset. */
  private readonly bySlot: number[][] = [];

  constructor(order: readonly Lifetime[]) {
    this.first = Int32Array.from(order, ({ first }) => first);
    this.last = Int32Array.from(order, ({ last }) => last);
    this.offset = new Float64Array(order.length);
    this.end = new Float64Array(order.length);
  }

  /** The lowest offset in a slot at which an item meets no tenant of its time. */
  lowestGap(slot: number, item: number, bytes: number): number {
    const [first, last] = [this.first[item], this.last[item]];
    let offset = 0;
    for (const tenant of this.bySlot[slot]) {
      if (this.first[tenant] > last || this.last[tenant] < first) continue;
      if (this.offset[tenant] - offset >= bytes) break;
      if (this.end[tenant] > offset) offset = this.end[tenant];
    }
    return offset;
  }

  add(slot: number, item: number, offset: number, end: number): void {
    this.offset[item] = offset;
    this.end[item] = end;
    this.bySlot[slot] ??= [];
    const tenants = this.bySlot[slot];
    let [low, high] = [0, tenants.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offset[tenants[middle]] <= offset) low = middle + 1;
      else high = middle;
    }
    tenants.splice(low, 0, item);
  }
}

/** Memory that slots take together, bytes. */
export function slotBytes(slots: readonly Slot[]): number {
  return slots.reduce((sum, { bytes }) => sum + bytes, 0);
}
