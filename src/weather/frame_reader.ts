import type { Role } from './conventions';
import type { ArrayStore, StoredVariable } from './formats/array_store';
import { unpack } from './packing';

/** Per axis, the indices in the file of what is to be read, in the order in which it is to be returned. */
export interface Places {
  time: number;
  level: Int32Array;
  latitude: Int32Array;
  longitude: Int32Array;
  /** The versions of ERA5, final one first; [] where there is no such dimension. */
  expver: Int32Array;
}

/**
 * Reads one frame of a variable.
 *
 * @param roles of the variable's dimensions; undefined for one of size 1 that means nothing here
 * @returns [levels?, latitudes, longitudes] as `places` orders them, unpacked; NaN where a value is missing
 */
export async function readFrame(
  store: ArrayStore,
  field: StoredVariable,
  roles: (Role | undefined)[],
  places: Places,
): Promise<Float32Array> {
  if (!roles.includes('expver')) return readBlock(store, field, roles, places, 0);
  const [final, ...later] = places.expver;
  const values = await readBlock(store, field, roles, places, final);
  for (const version of later) {
    if (!values.some(Number.isNaN)) break;
    const preliminary = await readBlock(store, field, roles, places, version);
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = preliminary[i];
  }
  return values;
}

async function readBlock(
  store: ArrayStore,
  field: StoredVariable,
  roles: (Role | undefined)[],
  places: Places,
  version: number,
): Promise<Float32Array> {
  const single = { time: places.time, expver: version };
  const spans = roles.map((role, d): Span => {
    if (role === undefined) return { start: 0, count: 1, step: 1 };
    if (role === 'time' || role === 'expver') return { start: single[role], count: 1, step: 1 };
    const span = spanOf(places[role]);
    if (span.step > 1 && store.readEvery) return span;
    if (role === 'level') return { start: span.start, count: (span.count - 1) * span.step + 1, step: 1 };
    // Whole rows and columns, also when some are left out: one large read is faster than many small ones.
    return { start: 0, count: field.shape[d], step: 1 };
  });
  const [start, count, step] = (['start', 'count', 'step'] as const).map((key) => spans.map((s) => s[key]));
  const stored =
    store.readEvery && step.some((k) => k > 1)
      ? await store.readEvery(field.name, start, count, step)
      : await store.read(field.name, start, count);
  const block = unpack(stored, field);

  /** Offsets in the block of the wanted planes, rows or columns. */
  const offsets = (role: 'level' | 'latitude' | 'longitude') => {
    const d = roles.indexOf(role);
    if (d < 0) return Int32Array.of(0);
    const stride = count.slice(d + 1).reduce((product, size) => product * size, 1);
    return places[role].map((place) => ((place - start[d]) / step[d]) * stride);
  };
  const planes = offsets('level');
  const rows = offsets('latitude');
  const columns = offsets('longitude');
  const columnsInOrder = columns.every((offset, j) => offset === j);
  const values = new Float32Array(planes.length * rows.length * columns.length);
  let k = 0;
  for (const plane of planes) {
    for (const row of rows) {
      const base = plane + row;
      if (columnsInOrder) {
        values.set(block.subarray(base, base + columns.length), k);
        k += columns.length;
      } else {
        for (let j = 0; j < columns.length; j++) values[k++] = block[base + columns[j]];
      }
    }
  }
  return values;
}

interface Span {
  start: number;
  count: number;
  step: number;
}

/** The shortest regular run of indices that holds all wanted ones. */
function spanOf(places: Int32Array): Span {
  if (places.length === 0) return { start: 0, count: 0, step: 1 };
  const start = places.reduce((least, place) => Math.min(least, place));
  const end = places.reduce((most, place) => Math.max(most, place));
  const step = places.reduce((divisor, place) => gcd(place - start, divisor), 0) || 1;
  return { start, count: (end - start) / step + 1, step };
}

function gcd(a: number, b: number): number {
  return a === 0 ? b : gcd(b % a, a);
}
