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

/** A tensor with its place in a slot. */
interface Tenant extends Lifetime {
  offset: number;
  bytes: number;
}

/**
 * Gives every tensor a place in a slot such that tensors alive at the same command never overlap, and tensors to be kept
 * apart lie in different slots. Largest first, each where its slot grows least; a tensor that nothing left room for
 * begins a slot of its own. Comes within a few percent of the largest sum of tensors alive at once.
 */
export function assignSlots(lifetimes: readonly Lifetime[], apart: Apart): Slot[] {
  const length = ({ first, last }: Lifetime) => last - first;
  const order = lifetimes
    .map((life): Tenant => ({ ...life, offset: 0, bytes: alignedBytes(life.tensor) }))
    .sort((a, b) => b.bytes - a.bytes || length(b) - length(a) || a.first - b.first);
  const slots: Occupancy[] = [];
  const slotOf = new Map<Tensor, number>();
  for (const item of order) {
    const forbidden = new Set<number>();
    for (const other of apart.get(item.tensor) ?? []) forbidden.add(slotOf.get(other) ?? -1);
    let chosen = slots.length;
    let growth = item.bytes;
    for (let s = 0; s < slots.length && growth > 0; s++) {
      if (forbidden.has(s)) continue;
      const offset = slots[s].lowestGap(item);
      const end = offset + item.bytes;
      const grows = Math.max(0, end - slots[s].bytes);
      if (grows >= growth || (grows > 0 && end > MOST_BYTES)) continue;
      [chosen, growth, item.offset] = [s, grows, offset];
    }
    if (chosen === slots.length) slots.push(new Occupancy());
    slots[chosen].add(item);
    slotOf.set(item.tensor, chosen);
  }
  return slots.map(({ bytes, tenants }) => ({
    bytes,
    tensors: tenants.map(({ tensor, offset }) => ({ tensor, offset })),
  }));
}

const alignedBytes = ({ bytes }: Tensor) =>
  Math.max(1, Math.ceil(bytes / BINDING_ALIGNMENT)) * BINDING_ALIGNMENT;

/** Commands that share one list of tenants: most tensors live shorter. */
const SPAN = 64;
const spanOf = (time: number) => Math.floor(time / SPAN);

/** Who lies where in one slot, and when. */
class Occupancy {
  bytes = 0;
  /** By offset. */
  readonly tenants: Tenant[] = [];
  /** Tenants alive within each span of commands, by offset. */
  private readonly spans: Tenant[][] = [];

  /** The lowest offset at which an item meets no tenant of its time. */
  lowestGap({ first, last, bytes }: Tenant): number {
    let offset = 0;
    for (const tenant of this.near(spanOf(first), spanOf(last))) {
      if (tenant.first > last || tenant.last < first) continue;
      if (tenant.offset - offset >= bytes) break;
      offset = Math.max(offset, tenant.offset + tenant.bytes);
    }
    return offset;
  }

  /** At least the tenants of some spans, by offset; of two spans, some of them twice. */
  private near(first: number, last: number): Tenant[] {
    if (first === last) return this.spans[first] ?? [];
    if (first + 1 < last) return this.tenants;
    return this.spans
      .slice(first, last + 1)
      .flat()
      .sort((a, b) => a.offset - b.offset);
  }

  add(item: Tenant): void {
    insert(this.tenants, item);
    this.bytes = Math.max(this.bytes, item.offset + item.bytes);
    for (let span = spanOf(item.first); span <= spanOf(item.last); span++) {
      this.spans[span] ??= [];
      insert(this.spans[span], item);
    }
  }
}

/** Into a list by offset, behind equal ones. */
function insert(tenants: Tenant[], item: Tenant): void {
  let [low, high] = [0, tenants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tenants[middle].offset <= item.offset) low = middle + 1;
    else high = middle;
  }
  tenants.splice(low, 0, item);
}

/** Memory that slots take together, bytes. */
export function slotBytes(slots: readonly Slot[]): number {
  return slots.reduce((sum, { bytes }) => sum + bytes, 0);
}
