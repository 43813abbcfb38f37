/** What a program keeps in memory, without the compiled code that the engine adds to it as it goes. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';

/** Kinds of nodes in a heap snapshot that belong to the engine (code, shapes, feedback), or lie outside the heap. */
const NOT_COUNTED = new Set(['code', 'hidden', 'object shape', 'synthetic', 'native']);

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  /** All nodes' fields, one after the other. */
  nodes: number[];
}

/**
 * Bytes of all objects, arrays, strings and functions that are reachable, without what array buffers hold. Takes a
 * snapshot of the whole heap: seconds, and several times the heap's size for a moment.
 * @param folder for the snapshot, which is removed again
 */
export function objectBytes(folder: string): number {
  const path = writeHeapSnapshot(join(folder, 'heap.heapsnapshot'));
  const { snapshot, nodes }: Snapshot = JSON.parse(readFileSync(path, 'utf8'));
  rmSync(path);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (!NOT_COUNTED.has(types[0][nodes[node + type]])) bytes += nodes[node + size];
  }
  return bytes;
}
