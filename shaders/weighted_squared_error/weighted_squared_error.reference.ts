type Numbers = ArrayLike<number>;

interface Errors {
  /** [nodes, channels] */
  y: Numbers;
  /** Planes [channels, nodes], like `last`. */
  target: Numbers;
  last: Numbers;
  scale: Numbers;
  mean: Numbers;
  residual: Numbers;
  area: Numbers;
}

/** Output minus normalised target, y - (target - (residual ? last : mean)) / scale. */
function deviation(o: Errors, g: number, c: number): number {
  const at = c * o.area.length + g;
  const origin = o.residual[c] ? o.last[at] : o.mean[c];
  return o.y[g * o.scale.length + c] - (o.target[at] - origin) / o.scale[c];
}

/** Σ_g area[g] (y - t)² of each channel, in 64-bit arithmetic. */
export function weightedSquaredErrorReference(o: Errors): Float64Array {
  const sums = new Float64Array(o.scale.length);
  for (let c = 0; c < sums.length; c++) {
    for (let g = 0; g < o.area.length; g++) sums[c] += o.area[g] * deviation(o, g, c) ** 2;
  }
  return sums;
}

/** Gradients of the loss Σ_c factor[c] / nodes Σ_g area[g] (y - t)². */
export function weightedSquaredErrorBackwardReference(o: Errors & { factor: Numbers }): {
  dy: Float64Array;
  dLast: Float64Array;
} {
  const nodes = o.area.length;
  const channels = o.scale.length;
  const dy = new Float64Array(nodes * channels);
  const dLast = new Float64Array(channels * nodes);
  for (let g = 0; g < nodes; g++) {
    for (let c = 0; c < channels; c++) {
      const gradient = ((2 * o.area[g] * o.factor[c]) / nodes) * deviation(o, g, c);
      dy[g * channels + c] = gradient;
      if (o.residual[c]) dLast[c * nodes + g] = gradient / o.scale[c];
    }
  }
  return { dy, dLast };
}
