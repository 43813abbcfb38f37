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

/** A tensor with its place. */
interface Tenant extends Lifetime {
  slot: number;
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
    .map((life): Tenant => ({ ...life, slot: 0, offset: 0, bytes: alignedBytes(life.tensor) }))
    .sort((a, b) => b.bytes - a.bytes || length(b) - length(a) || a.first - b.first);
  const slots: Slot[] = [];
  const slotOf = new Map<Tensor, number>();
  const placed = new Timeline();
  for (const item of order) {
    const forbidden = new Set<number | undefined>();
    for (const other of apart.get(item.tensor) ?? []) forbidden.add(slotOf.get(other));
    const alive = placed.aliveWith(item);
    item.slot = slots.length;
    let growth = item.bytes;
    for (let s = 0; s < slots.length && growth > 0; s++) {
      if (forbidden.has(s)) continue;
      const offset = lowestGap(alive.get(s) ?? [], item.bytes);
      const end = offset + item.bytes;
      const grows = Math.max(0, end - slots[s].bytes);
      if (grows >= growth || (grows > 0 && end > MOST_BYTES)) continue;
      [item.slot, item.offset, growth] = [s, offset, grows];
    }
    if (item.slot === slots.length) slots.push({ bytes: 0, tensors: [] });
    slots[item.slot].bytes += growth;
    slots[item.slot].tensors.push({ tensor: item.tensor, offset: item.offset });
    slotOf.set(item.tensor, item.slot);
    placed.add(item);
  }
  return slots;
}

const alignedBytes = ({ bytes }: Tensor) =>
  Math.max(1, Math.ceil(bytes / BINDING_ALIGNMENT)) * BINDING_ALIGNMENT;

/** The lowest offset at which `bytes` fit between tenants; past all of them if need be. */
function lowestGap(tenants: Tenant[], bytes: number): number {
  tenants.sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const tenant of tenants) {
    if (tenant.offset - offset >= bytes) break;
    offset = Math.max(offset, tenant.offset + tenant.bytes);
  }
  return offset;
}

/** Commands of one stretch of a {@link Timeline}. */
const STRETCH = 64;

/** Tenants by the time that they are alive: a large model has tens of thousands of them. */
class Timeline {
  /** By stretch: those that begin in it, and those that are alive before it begins and still then. */
  private readonly beginning: Tenant[][] = [];
  private readonly continuing: Tenant[][] = [];

  add(tenant: Tenant): void {
    const [begin, end] = [tenant.first, tenant.last].map((time) => Math.floor(time / STRETCH));
    this.beginning[begin] ??= [];
    this.beginning[begin].push(tenant);
    for (let stretch = begin + 1; stretch <= end; stretch++) {
      this.continuing[stretch] ??= [];
      this.continuing[stretch].push(tenant);
    }
  }

  /** Those alive at one of the commands of `item`, by slot. */
  aliveWith({ first, last }: Lifetime): Map<number, Tenant[]> {
    const bySlot = new Map<number, Tenant[]>();
    const addAlive = (tenants: readonly Tenant[] = []) => {
      for (const tenant of tenants) {
        if (tenant.first > last || tenant.last < first) continue;
        const others = bySlot.get(tenant.slot);
        if (others) others.push(tenant);
        else bySlot.set(tenant.slot, [tenant]);
      }
    };
    const begin = Math.floor(first / STRETCH);
    addAlive(this.continuing[begin]);
    for (let stretch = begin; stretch * STRETCH <= last; stretch++) addAlive(this.beginning[stretch]);
    return bySlot;
  }
}

/** Memory that slots take together, bytes. */
export function slotBytes(slots: readonly Slot[]): number {
  return slots.reduce((sum, { bytes }) => sum + bytes, 0);
}
