type Numbers = ArrayLike<number>;

/**
 * The network's input in 64-bit arithmetic, [nodes, channels + 3]: x[g, c] = (planes[plane[c]][g] - mean[c]) /
 * scale[c], then the structural features [nodes, 3].
 */
export function stackChannelsReference(o: {
  planes: Numbers;
  plane: Numbers;
  mean: Numbers;
  scale: Numbers;
  structural: Numbers;
}): Float64Array {
  const nodes = o.structural.length / 3;
  const channels = o.plane.length;
  const width = channels + 3;
  const x = new Float64Array(nodes * width);
  for (let g = 0; g < nodes; g++) {
    for (let c = 0; c < channels; c++) {
      x[g * width + c] = (o.planes[o.plane[c] * nodes + g] - o.mean[c]) / o.scale[c];
    }
    for (let s = 0; s < 3; s++) x[g * width + channels + s] = o.structural[g * 3 + s];
  }
  return x;
}

/** The gradient of {@link stackChannelsReference} with respect to the planes, for dx [nodes, channels + 3]. */
export function stackChannelsBackwardReference(o: {
  dx: Numbers;
  plane: Numbers;
  scale: Numbers;
  planes: number;
}): Float64Array {
  const channels = o.plane.length;
  const width = channels + 3;
  const nodes = o.dx.length / width;
  const dPlanes = new Float64Array(o.planes * nodes);
  for (let g = 0; g < nodes; g++) {
    for (let c = 0; c < channels; c++) dPlanes[o.plane[c] * nodes + g] += o.dx[g * width + c] / o.scale[c];
  }
  return dPlanes;
}
