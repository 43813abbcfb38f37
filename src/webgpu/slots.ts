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
  /** By offset. */
  const tenants: Tenant[][] = [];
  const sizes: number[] = [];
  const slotOf = new Map<Tensor, number>();
  for (const item of order) {
    const forbidden = new Set<number>();
    for (const other of apart.get(item.tensor) ?? []) forbidden.add(slotOf.get(other) ?? -1);
    let chosen = tenants.length;
    let growth = item.bytes;
    for (let s = 0; s < tenants.length && growth > 0; s++) {
      if (forbidden.has(s)) continue;
      const offset = lowestGap(tenants[s], item);
      const end = offset + item.bytes;
      const grows = Math.max(0, end - sizes[s]);
      if (grows >= growth || (grows > 0 && end > MOST_BYTES)) continue;
      [chosen, growth, item.offset] = [s, grows, offset];
    }
    if (chosen === tenants.length) {
      tenants.push([]);
      sizes.push(0);
    }
    insert(tenants[chosen], item);
    sizes[chosen] += growth;
    slotOf.set(item.tensor, chosen);
  }
  return tenants.map((slot, s) => ({
    bytes: sizes[s],
    tensors: slot.map(({ tensor, offset }) => ({ tensor, offset })),
  }));
}

const alignedBytes = ({ bytes }: Tensor) =>
  Math.max(1, Math.ceil(bytes / BINDING_ALIGNMENT)) * BINDING_ALIGNMENT;

/** The lowest offset at which an item meets no tenant of its time. */
function lowestGap(tenants: readonly Tenant[], { first, last, bytes }: Tenant): number {
  let offset = 0;
  for (const tenant of tenants) {
    if (tenant.first > last || tenant.last < first) continue;
    if (tenant.offset - offset >= bytes) break;
    offset = Math.max(offset, tenant.offset + tenant.bytes);
  }
  return offset;
}

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
