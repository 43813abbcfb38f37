import { grid2meshEdges } from '../mesh/grid2mesh';
import { longestEdge, meshHierarchy } from '../mesh/icosahedron';
import { mesh2gridEdges } from '../mesh/mesh2grid';
import { gridPositions } from '../mesh/positions';
import type { GridNodePlace, MeshEdges, NodeEdges } from './protocol';

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

/**
 * The edges between the grid and the mesh that one grid node has: to every mesh node within the encoder's radius, and
 * from the corners of the face that holds it (spec 3.1, 3.2).
 *
 * @throws ConfigError when the radius gives more edges than can be meant
 */
export function nodeEdges({ meshSize, radiusFraction, longitude, latitude }: GridNodePlace): NodeEdges {
  const hierarchy = meshHierarchy(meshSize);
  const finest = hierarchy[meshSize];
  // One node is a grid of its own.
  const [latitudes, longitudes] = [Float32Array.of(latitude), Float32Array.of(longitude)];
  const { vectors } = gridPositions(latitudes, longitudes);
  const radius = Math.fround(Math.fround(radiusFraction) * longestEdge(finest));
  const toMesh = grid2meshEdges(latitudes, longitudes, vectors, finest.vertices, radius);
  const toGrid = mesh2gridEdges(hierarchy, vectors);
  const vertex = (node: number) => [...finest.vertices.subarray(3 * node, 3 * node + 3)];
  return {
    gridToMesh: Float32Array.from([...toMesh.receivers].flatMap((node) => [...vectors, ...vertex(node)])),
    meshToGrid: Float32Array.from([...toGrid.senders].flatMap((node) => [...vertex(node), ...vectors])),
  };
}
