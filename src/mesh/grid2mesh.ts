import { ConfigError } from '../errors';
import type { Edges } from './multi_mesh';
import { degreesFromVectors } from './positions';

/** Beyond this many edges the query radius is a mistake: their features alone would take 512 MiB. */
const MAXIMUM_EDGES = 2 ** 25;

/** Widens each search window: far above float32 rounding (1e-7 rad), far below any grid spacing. */
const WINDOW_MARGIN = 1e-5;

const RADIANS = Math.PI / 180;

/**
 * The encoder's edges: every pair of a grid node (sender) and a mesh vertex (receiver) whose straight-line distance
 * on the unit sphere is at most `radius`, ordered by grid id, then mesh id (spec 3.1). Distances are float64, between
 * float32 positions.
 *
 * The grid itself is the search structure: around each mesh vertex only the rows and the stretch of columns that a
 * cap of the given radius can reach are tested, so the work grows with the number of edges.
 *
 * @param latitudes degrees, ascending
 * @param longitudes degrees, ascending, spanning less than 360
 * @param gridVectors [latitudes * longitudes, 3]
 * @param vertices [mesh nodes, 3]
 * @throws ConfigError when the radius gives more edges than can be meant
 */
export function grid2meshEdges(
  latitudes: Float32Array,
  longitudes: Float32Array,
  gridVectors: Float32Array,
  vertices: Float32Array,
  radius: number,
): Edges {
  // A cap holds radius² / 4 of the sphere, and so of the mesh vertices, which lie evenly.
  const expectedEdges = (gridVectors.length / 3) * (vertices.length / 3) * Math.min(1, radius ** 2 / 4);
  if (expectedEdges > MAXIMUM_EDGES) {
    throw new ConfigError(
      `A query radius of ${radius} on the unit sphere would connect grid and mesh with ${expectedEdges.toExponential(1)} edges, ` +
        `more than the ${MAXIMUM_EDGES} that can be held; lower radius_query_fraction_edge_length (GraphCast uses 0.6).`,
    );
  }

  const columns = longitudes.length;
  const capRadius = Math.min(Math.PI, 2 * Math.asin(Math.min(1, radius / 2)) + WINDOW_MARGIN);
  const squaredRadius = radius * radius;
  const { latitudes: centreLatitudes, longitudes: centreLongitudes } = degreesFromVectors(vertices);
  const edgesOfGridNode = new Int32Array(gridVectors.length / 3);
  const gridNodes: number[] = []; // of every edge, mesh ids ascending
  const meshNodes: number[] = [];

  for (let vertex = 0; vertex < centreLatitudes.length; vertex++) {
    const [x, y, z] = vertices.subarray(3 * vertex, 3 * vertex + 3);
    const latitude = centreLatitudes[vertex];
    const north = latitude + capRadius / RADIANS;
    for (let row = lowerBound(latitudes, latitude - capRadius / RADIANS); latitudes[row] <= north; row++) {
      const halfWidth = longitudeHalfWidth(capRadius, latitude, latitudes[row]);
      const west = longitudes[0] + modulo360(centreLongitudes[vertex] - halfWidth - longitudes[0]);
      const firstColumn = lowerBound(longitudes, west);
      for (let step = 0; step < columns; step++) {
        const column = (firstColumn + step) % columns;
        if (modulo360(longitudes[column] - west) > 2 * halfWidth) break;
        const gridNode = row * columns + column;
        const dx = gridVectors[3 * gridNode] - x;
        const dy = gridVectors[3 * gridNode + 1] - y;
        const dz = gridVectors[3 * gridNode + 2] - z;
        if (dx * dx + dy * dy + dz * dz <= squaredRadius) {
          edgesOfGridNode[gridNode]++;
          gridNodes.push(gridNode);
          meshNodes.push(vertex);
        }
      }
    }
  }
  return sortByGridNode(gridNodes, meshNodes, edgesOfGridNode);
}

/**
 * How many degrees of longitude a cap reaches to either side of its centre on another parallel: 180 where it holds
 * the whole parallel, 0 where it only touches it.
 */
function longitudeHalfWidth(capRadius: number, centreLatitude: number, latitude: number): number {
  const sines = Math.sin(centreLatitude * RADIANS) * Math.sin(latitude * RADIANS);
  const cosines = Math.cos(centreLatitude * RADIANS) * Math.cos(latitude * RADIANS);
  const cosWidth = (Math.cos(capRadius) - sines) / cosines;
  if (!(cosWidth > -1) || capRadius === Math.PI) return 180; // NaN at a pole is the whole (degenerate) parallel too
  return Math.acos(Math.min(1, cosWidth)) / RADIANS;
}

/** Index of the first element that is not below `value`, of an ascending array; its length if there is none. */
function lowerBound(ascending: Float32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function modulo360(degrees: number): number {
  const remainder = degrees % 360;
  return remainder < 0 ? remainder + 360 : remainder;
}

/** Counting sort by grid node; stable, so that mesh ids stay ascending within one. */
function sortByGridNode(gridNodes: number[], meshNodes: number[], edgesOfGridNode: Int32Array): Edges {
  const next = new Int32Array(edgesOfGridNode.length);
  for (let node = 1; node < next.length; node++) next[node] = next[node - 1] + edgesOfGridNode[node - 1];
  const senders = new Int32Array(gridNodes.length);
  const receivers = new Int32Array(gridNodes.length);
  for (let edge = 0; edge < gridNodes.length; edge++) {
    const target = next[gridNodes[edge]]++;
    senders[target] = gridNodes[edge];
    receivers[target] = meshNodes[edge];
  }
  return { senders, receivers };
}
