/** Structural features of nodes and edges: what the network is told about the geometry (spec 4). */

import type { Edges } from './multi_mesh';
import type { NodePositions } from './positions';

const { fround } = Math;

/** Three features per node, float32 [nodes, 3]: cos θ (the sine of latitude), cos φ, sin φ (spec 4.2). */
export function nodeFeatures({ azimuth, colatitude }: NodePositions): Float32Array {
  const features = new Float32Array(3 * azimuth.length);
  for (let node = 0; node < azimuth.length; node++) {
    features[3 * node] = Math.cos(colatitude[node]);
    features[3 * node + 1] = Math.cos(azimuth[node]);
    features[3 * node + 2] = Math.sin(azimuth[node]);
  }
  return features;
}

/**
 * Four features per edge, float32 [edges, 4]: length and components of the vector from receiver to sender, in axes
 * that point up, east and north at the receiver, divided by `normalization` (spec 4.3). Computed in float64.
 *
 * @param normalization chord length on the unit sphere; by default the longest edge of the set
 */
export function edgeFeatures(
  { senders, receivers }: Edges,
  senderPositions: NodePositions,
  receiverPositions: NodePositions,
  normalization?: number,
): Float32Array {
  const sender = senderPositions.vectors;
  const receiver = receiverPositions.vectors;
  const edges = senders.length;

  let divisor = normalization;
  if (divisor === undefined) {
    let longest = 0;
    for (let edge = 0; edge < edges; edge++) {
      const s = 3 * senders[edge];
      const r = 3 * receivers[edge];
      const dx = sender[s] - receiver[r];
      const dy = sender[s + 1] - receiver[r + 1];
      const dz = sender[s + 2] - receiver[r + 2];
      longest = Math.max(longest, dx * dx + dy * dy + dz * dz);
    }
    divisor = longest > 0 ? Math.sqrt(longest) : 1; // edges all of length zero stay zero
  }

  const directions = localDirections(receiverPositions);
  const features = new Float32Array(4 * edges);
  for (let edge = 0; edge < edges; edge++) {
    const s = 3 * senders[edge];
    const r = 3 * receivers[edge];
    const dx = sender[s] - receiver[r];
    const dy = sender[s + 1] - receiver[r + 1];
    const dz = sender[s + 2] - receiver[r + 2];
    const d = 4 * receivers[edge];
    const cosLongitude = directions[d];
    const sinLongitude = directions[d + 1];
    const cosLatitude = directions[d + 2];
    const sinLatitude = directions[d + 3];
    const outward = dx * cosLongitude + dy * sinLongitude; // from the Earth's axis
    features[4 * edge] = Math.sqrt(dx * dx + dy * dy + dz * dz) / divisor;
    features[4 * edge + 1] = (outward * cosLatitude + dz * sinLatitude) / divisor;
    features[4 * edge + 2] = (dy * cosLongitude - dx * sinLongitude) / divisor;
    features[4 * edge + 3] = (dz * cosLatitude - outward * sinLatitude) / divisor;
  }
  return features;
}

/** cos and sin of longitude, cos and sin of latitude, per node, float64 [nodes, 4]. */
function localDirections({ azimuth, colatitude }: NodePositions): Float64Array {
  const directions = new Float64Array(4 * azimuth.length);
  for (let node = 0; node < azimuth.length; node++) {
    // The reference rotates by this float32 difference; at the poles its rounding shows in the features.
    const latitude = fround(fround(Math.PI / 2) - colatitude[node]);
    directions[4 * node] = Math.cos(azimuth[node]);
    directions[4 * node + 1] = Math.sin(azimuth[node]);
    directions[4 * node + 2] = Math.cos(latitude);
    directions[4 * node + 3] = Math.sin(latitude);
  }
  return directions;
}
