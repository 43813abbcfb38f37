/** Where the processes of one run compute, each of which should have a GPU of its own. */
import type { Collective } from '../training/collective';

/** Where a process computes. */
export interface Place {
  host: string;
  adapter: string;
  isSoftware: boolean;
}

/** Numbers for a name: UTF-16 units, with zeros behind. */
const NAME_LENGTH = 128;

/** Everybody's places, by rank; every rank calls it. */
export function gatherPlaces(collective: Collective, own: Place): Place[] {
  const { rank, size } = collective;
  const length = 2 * NAME_LENGTH + 1;
  const all = new Float32Array(size * length);
  const units = (text: string) => Array.from(text.slice(0, NAME_LENGTH), (unit) => unit.charCodeAt(0));
  all.set(units(own.host), rank * length);
  all.set(units(own.adapter), rank * length + NAME_LENGTH);
  all[rank * length + 2 * NAME_LENGTH] = Number(own.isSoftware);
  collective.sum(all); // nobody else has written into a rank's part
  const text = (from: number) =>
    String.fromCharCode(...all.subarray(from, from + NAME_LENGTH)).replace(/\0+$/, '');
  return Array.from({ length: size }, (_, r) => ({
    host: text(r * length),
    adapter: text(r * length + NAME_LENGTH),
    isSoftware: all[r * length + 2 * NAME_LENGTH] > 0,
  }));
}

/** A line for each process, and a warning for those of one host that take a GPU of one name. */
export function placesInWords(places: Place[]): string[] {
  const lines = places.map(({ host, adapter }, rank) => `Process ${rank}: ${adapter} on ${host}`);
  const ranks = new Map<string, number[]>();
  for (const [rank, { host, adapter, isSoftware }] of places.entries()) {
    const where = `${adapter} on ${host}`;
    if (!isSoftware) ranks.set(where, [...(ranks.get(where) ?? []), rank]);
  }
  for (const [where, together] of ranks) {
    if (together.length === 1) continue;
    lines.push(
      `Warning: processes ${together.join(', ')} all take ${where}. WebGPU gives every process of a machine the same GPU, so they share it unless each runs in a container that sees a GPU of its own: start one process per machine, or per such container.`,
    );
  }
  return lines;
}
