import { describe, expect, it } from 'vitest';
import { type Apart, assignSlots, type Lifetime, type Slot, slotBytes } from './slots';
import { matrix, type Tensor } from './tensor';

/** A tensor of `blocks` times 256 bytes, the step of offsets. */
const life = (name: string, blocks: number, first: number, last: number): Lifetime => ({
  tensor: matrix(name, 16 * blocks, 4),
  first,
  last,
});

const apartOf = (pairs: [Tensor, Tensor][]): Apart => {
  const apart = new Map<Tensor, Set<Tensor>>();
  for (const [a, b] of [...pairs, ...pairs.map(([a, b]): [Tensor, Tensor] => [b, a])]) {
    apart.set(a, (apart.get(a) ?? new Set()).add(b));
  }
  return apart;
};
const NONE = apartOf([]);

/** Where every tensor lies. */
const placesIn = (slots: Slot[]) =>
  new Map(slots.flatMap((slot, s) => slot.tensors.map(({ tensor, offset }) => [tensor, { s, offset }])));

/** Lifetimes of a network's kind: many short ones, some that stay, sizes of a few kinds. */
const many = Array.from({ length: 200 }, (_, i) =>
  life(`t${i}`, [1, 3, 8, 20][(i * 7) % 4], i, i + (i % 11 === 0 ? 60 : (i * 5) % 4)),
);

describe('assignSlots', () => {
  it('never lets tensors overlap that are alive together, and keeps apart what must be', () => {
    const neighbours = many.flatMap((a, i): [Tensor, Tensor][] =>
      i > 0 && many[i - 1].last >= a.first ? [[many[i - 1].tensor, a.tensor]] : [],
    );
    expect(neighbours.length).toBeGreaterThan(100);
    const apart = apartOf(neighbours);
    const slots = assignSlots(many, apart);
    const places = placesIn(slots);
    expect(places.size).toBe(many.length);
    const broken: string[] = [];
    for (const a of many) {
      const { s, offset } = places.get(a.tensor)!;
      if (offset % 256 !== 0 || offset + a.tensor.bytes > slots[s].bytes)
        broken.push(`${a.tensor.name} lies outside`);
      for (const b of many) {
        const other = places.get(b.tensor)!;
        if (a === b || other.s !== s) continue;
        if (apart.get(a.tensor)?.has(b.tensor)) broken.push(`${a.tensor.name} beside ${b.tensor.name}`);
        const together = a.first <= b.last && b.first <= a.last;
        const overlap = offset < other.offset + b.tensor.bytes && other.offset < offset + a.tensor.bytes;
        if (together && overlap) broken.push(`${a.tensor.name} over ${b.tensor.name}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('takes hardly more than what is alive at once', () => {
    const commands = Math.max(...many.map(({ last }) => last)) + 1;
    const alive = Array.from({ length: commands }, (_, time) =>
      many.reduce(
        (sum, { tensor, first, last }) => sum + (first <= time && time <= last ? tensor.bytes : 0),
        0,
      ),
    );
    expect(slotBytes(assignSlots(many, NONE))).toBeLessThan(1.1 * Math.max(...alive));
  });

  it('lays small tensors side by side where a large one was', () => {
    const large = life('large', 10, 0, 1);
    const small = Array.from({ length: 5 }, (_, i) => life(`small ${i}`, 2, 2, 3));
    expect(slotBytes(assignSlots([...small, large], NONE))).toBe(large.tensor.bytes);
  });

  it('does not let a command write into the buffer that it reads', () => {
    const [read, written] = [life('read', 8, 0, 3), life('written', 8, 3, 5)];
    expect(assignSlots([read, written], apartOf([[read.tensor, written.tensor]]))).toHaveLength(2);
  });

  it('reuses memory of a chain: two slots are enough', () => {
    const chain = Array.from({ length: 10 }, (_, i) => life(`layer ${i}`, 100, i, i + 1));
    const steps = chain.slice(1).map((layer, i): [Tensor, Tensor] => [chain[i].tensor, layer.tensor]);
    expect(assignSlots(chain, apartOf(steps))).toHaveLength(2);
  });

  it('makes no slot larger than every adapter allows, but for what is larger by itself', () => {
    const [most, block] = [256 * 2 ** 20, 2 ** 20 / 256];
    const stairs = Array.from({ length: 12 }, (_, i) => life(`stair ${i}`, (90 + i) * block, i, 40 - i));
    const huge = life('huge', 300 * block, 50, 51);
    const slots = assignSlots([...stairs, huge], NONE);
    expect(slots.map(({ bytes }) => bytes).filter((bytes) => bytes > most)).toEqual([huge.tensor.bytes]);
  });
});
