import type { TriangleMesh } from './icosahedron';

/** Sender and receiver of every directed edge, as node ids. */
export interface Edges {
  senders: Int32Array;
  receivers: Int32Array;
}

/**
 * The multi-mesh: the directed edges of all levels together, on the finest level's vertices, of which each coarser
 * level's are a prefix (spec 2.4). First every face's edge 0 -> 1, levels and faces in order, then all 1 -> 2, then
 * all 2 -> 0. The surface is closed and consistently oriented, so each edge appears once in either direction.
 */
export function multiMeshEdges(levels: TriangleMesh[]): Edges {
  const faceCount = levels.reduce((sum, level) => sum + level.faces.length / 3, 0);
  const senders = new Int32Array(3 * faceCount);
  const receivers = new Int32Array(3 * faceCount);
  let face = 0;
  for (const { faces } of levels) {
    for (let corner = 0; corner < faces.length; corner += 3, face++) {
      for (let side = 0; side < 3; side++) {
        senders[side * faceCount + face] = faces[corner + side];
        receivers[side * faceCount + face] = faces[corner + ((side + 1) % 3)];
      }
    }
  }
  return { senders, receivers };
}

/** Refinement level of every edge of {@link multiMeshEdges}: level l has 20 * 4^l faces. */
export function multiMeshLevels(meshSize: number): Uint8Array {
  const side = Array.from({ length: meshSize + 1 }, (_, level) =>
    Array<number>(20 * 4 ** level).fill(level),
  ).flat();
  return Uint8Array.from([...side, ...side, ...side]);
}
