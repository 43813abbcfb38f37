import { FaceLocator } from './face_locator';
import type { TriangleMesh } from './icosahedron';
import type { Edges } from './multi_mesh';

/**
 * The decoder's edges: each grid point receives from the three vertices, in face order, of the finest face that
 * contains it; ordered by grid id (spec 3.2).
 *
 * @param levels the mesh hierarchy, levels 0 to M, as `meshHierarchy` makes it
 * @param gridVectors [grid nodes, 3], unit vectors
 */
export function mesh2gridEdges(levels: TriangleMesh[], gridVectors: Float32Array): Edges {
  const gridNodes = gridVectors.length / 3;
  const senders = new Int32Array(3 * gridNodes);
  const receivers = new Int32Array(3 * gridNodes);
  const locator = new FaceLocator(levels);
  const { faces } = levels[levels.length - 1];
  for (let node = 0; node < gridNodes; node++) {
    const first = 3 * node;
    const face = locator.locate(gridVectors[first], gridVectors[first + 1], gridVectors[first + 2]);
    for (let corner = 0; corner < 3; corner++) {
      senders[first + corner] = faces[3 * face + corner];
      receivers[first + corner] = node;
    }
  }
  return { senders, receivers };
}
