import type { Tensor } from './tensor';

/** When a transient tensor is alive: from the command that first touches it to the last one, both included. */
export interface Lifetime {
  tensor: Tensor;
  first: number;
  last: number;
}

/** One GPU buffer that tensors with disjoint lifetimes share. */
export interface Slot {
  bytes: number;
  tensors: Lifetime[];
}

/**
 * Packs tensors into slots: largest first, each into the slot whose tenants' lifetimes are disjoint from its own.
 * One slot is one buffer: WebGPU forbids a buffer to be read and written by one dispatch even at disjoint ranges,
 * so tensors alive at the same command never share.
 */
export function assignSlots(lifetimes: Lifetime[]): Slot[] {
  const slots: Slot[] = [];
  const bySize = [...lifetimes].sort((a, b) => b.tensor.bytes - a.tensor.bytes || a.first - b.first);
  for (const item of bySize) {
    const free = slots.find((slot) => slot.tensors.every((t) => t.last < item.first || t.first > item.last));
    if (free) free.tensors.push(item);
    else slots.push({ bytes: item.tensor.bytes, tensors: [item] });
  }
  return slots;
}

/** Memory that slots take together, bytes. */
export function slotBytes(slots: readonly Slot[]): number {
  return slots.reduce((sum, { bytes }) => sum + bytes, 0);
}
