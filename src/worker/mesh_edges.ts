import { meshHierarchy } from '../mesh/icosahedron';
import type { MeshEdges } from './protocol';

/** The multi-mesh as it is drawn: each edge once, coarse levels first, on the finest level's vertices. */
export function meshEdges(meshSize: number): MeshEdges {
  const hierarchy = meshHierarchy(meshSize);
  const edges: number[] = [];
  const levels: number[] = [];
  hierarchy.forEach(({ faces }, level) => {
    for (let corner = 0; corner < faces.length; corner++) {
      const from = faces[corner];
      const to = faces[corner % 3 === 2 ? corner - 2 : corner + 1];
      // Neighbouring faces run through their common edge in opposite directions.
      if (from > to) continue;
      edges.push(from, to);
      levels.push(level);
    }
  });
  return {
    vertices: hierarchy[meshSize].vertices,
    edges: Int32Array.from(edges),
    levels: Uint8Array.from(levels),
  };
}
