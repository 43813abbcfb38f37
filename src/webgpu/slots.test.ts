import { describe, expect, it } from 'vitest';
import { assignSlots, type Lifetime } from './slots';
import { matrix } from './tensor';

const life = (name: string, rows: number, first: number, last: number): Lifetime => ({
  tensor: matrix(name, rows, 4),
  first,
  last,
});

describe('assignSlots', () => {
  it('never lets tensors that are alive together share a slot', () => {
    const lifetimes = Array.from({ length: 60 }, (_, i) =>
      life(`t${i}`, 1 + ((i * 37) % 50), i % 13, (i % 13) + (i % 7)),
    );
    const slots = assignSlots(lifetimes);
    for (const { bytes, tensors } of slots) {
      for (const a of tensors) {
        expect(a.tensor.bytes).toBeLessThanOrEqual(bytes);
        for (const b of tensors) if (a !== b) expect(a.last < b.first || b.last < a.first).toBe(true);
      }
    }
    expect(slots.flatMap(({ tensors }) => tensors)).toHaveLength(60);
  });

  it('reuses memory of a chain: two slots are enough', () => {
    const chain = Array.from({ length: 10 }, (_, i) => life(`layer ${i}`, 100, i, i + 1));
    expect(assignSlots(chain)).toHaveLength(2);
  });

  it('does not let a tensor that is read by a dispatch take the slot that the dispatch writes', () => {
    expect(assignSlots([life('read', 8, 0, 3), life('written', 8, 3, 5)])).toHaveLength(2);
  });
});
