import { ConfigError } from '../errors';
import { edgeFeatures, nodeFeatures } from './features';
import { requireGlobalGrid } from './grid';
import { grid2meshEdges } from './grid2mesh';
import { longestEdge, meshHierarchy } from './icosahedron';
import { mesh2gridEdges } from './mesh2grid';
import { type Edges, multiMeshEdges } from './multi_mesh';
import { gridPositions, meshPositions } from './positions';

/** Level 8 has 655,362 mesh nodes, 14 km apart; each further level quadruples that. */
const MAXIMUM_MESH_SIZE = 8;

/** Directed edges of one kind, with their structural features. */
export interface EdgeSet extends Edges {
  /** float32 [edges, 4]: normalised length, and components up, east and north at the receiver. */
  features: Float32Array;
}

/** Everything about GraphCast's graph that follows from the grid and the mesh size alone. */
export interface GraphCastGraph {
  /** Degrees, ascending. */
  latitudes: Float32Array;
  longitudes: Float32Array;
  /** Latitudes times longitudes; node id = latitude index * longitudes + longitude index. */
  gridNodes: number;
  meshNodes: number;
  /** float32 unit vectors [meshNodes, 3]. */
  meshVertices: Float32Array;
  /** Faces of the finest level [faces, 3], counter-clockwise seen from outside. */
  meshFaces: Int32Array;
  /** [gridNodes, 3] and [meshNodes, 3]: sine of latitude, cosine and sine of longitude. */
  gridNodeFeatures: Float32Array;
  meshNodeFeatures: Float32Array;
  /** The encoder's edges, by grid id (sender), then mesh id. */
  grid2mesh: EdgeSet;
  /** The processor's multi-mesh, all levels together. */
  mesh: EdgeSet;
  /** The decoder's edges, three per grid node (receiver), by grid id. */
  mesh2grid: EdgeSet;
  /** Largest grid to mesh distance: chord on the unit sphere. */
  queryRadius: number;
}

/**
 * Builds the encoder's, processor's and decoder's edges between a latitude/longitude grid and the icosahedral
 * multi-mesh, and the structural features of nodes and edges (spec 2 to 4).
 *
 * @param o.latitudes degrees, ascending; with or without poles
 * @param o.longitudes degrees, ascending, once around the globe
 * @param o.meshSize refinements of the icosahedron, 0 to 8
 * @param o.radiusQueryFractionEdgeLength the encoder's radius over the longest edge of the finest mesh
 * @param o.mesh2gridEdgeNormalizationFactor divides the decoder's edge features; by default their longest edge
 * @throws DatasetError when the grid is not a global latitude/longitude grid
 * @throws ConfigError when one of the three numbers makes no sense, or the radius leaves the encoder without edges
 */
export function buildGraph(o: {
  latitudes: Float32Array;
  longitudes: Float32Array;
  meshSize: number;
  radiusQueryFractionEdgeLength: number;
  mesh2gridEdgeNormalizationFactor?: number;
}): GraphCastGraph {
  const { latitudes, longitudes, meshSize } = o;
  requireGlobalGrid(latitudes, longitudes);
  if (!Number.isInteger(meshSize) || meshSize < 0 || meshSize > MAXIMUM_MESH_SIZE) {
    throw new ConfigError(
      `mesh_size is ${meshSize}; expected a whole number of refinements from 0 to ${MAXIMUM_MESH_SIZE} (GraphCast uses 5 or 6).`,
    );
  }
  requirePositive('radius_query_fraction_edge_length', o.radiusQueryFractionEdgeLength);
  if (o.mesh2gridEdgeNormalizationFactor !== undefined) {
    requirePositive('mesh2grid_edge_normalization_factor', o.mesh2gridEdgeNormalizationFactor);
  }

  const levels = meshHierarchy(meshSize);
  const finest = levels[meshSize];
  const grid = gridPositions(latitudes, longitudes);
  const mesh = meshPositions(finest.vertices);

  // A product of two float32 numbers in the reference.
  const queryRadius = Math.fround(Math.fround(o.radiusQueryFractionEdgeLength) * longestEdge(finest));
  const grid2mesh = grid2meshEdges(latitudes, longitudes, grid.vectors, finest.vertices, queryRadius);
  if (grid2mesh.senders.length === 0) {
    throw new ConfigError(
      `radius_query_fraction_edge_length is ${o.radiusQueryFractionEdgeLength}, so small that no grid node is within reach of a mesh node; raise it, or leave it out for GraphCast's 0.6, which reaches every grid node.`,
    );
  }
  const multiMesh = multiMeshEdges(levels);
  const mesh2grid = mesh2gridEdges(levels, grid.vectors);

  return {
    latitudes,
    longitudes,
    gridNodes: latitudes.length * longitudes.length,
    meshNodes: finest.vertices.length / 3,
    meshVertices: finest.vertices,
    meshFaces: finest.faces,
    gridNodeFeatures: nodeFeatures(grid),
    meshNodeFeatures: nodeFeatures(mesh),
    grid2mesh: { ...grid2mesh, features: edgeFeatures(grid2mesh, grid, mesh) },
    mesh: { ...multiMesh, features: edgeFeatures(multiMesh, mesh, mesh) },
    mesh2grid: {
      ...mesh2grid,
      features: edgeFeatures(mesh2grid, mesh, grid, o.mesh2gridEdgeNormalizationFactor),
    },
    queryRadius,
  };
}

function requirePositive(field: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ConfigError(`${field} is ${value}; expected a number above 0.`);
  }
}
