type Numbers = ArrayLike<number>;

/**
 * The next frame in 64-bit arithmetic, planes [channels, nodes]: frame[c][g] = y[g, c] scale[c] +
 * (residual[c] ? last[c][g] : mean[c]).
 */
export function unstackOutputsReference(o: {
  y: Numbers;
  last: Numbers;
  scale: Numbers;
  mean: Numbers;
  residual: Numbers;
}): Float64Array {
  const channels = o.scale.length;
  const nodes = o.y.length / channels;
  const frame = new Float64Array(channels * nodes);
  for (let c = 0; c < channels; c++) {
    for (let g = 0; g < nodes; g++) {
      const origin = o.residual[c] ? o.last[c * nodes + g] : o.mean[c];
      frame[c * nodes + g] = o.y[g * channels + c] * o.scale[c] + origin;
    }
  }
  return frame;
}

/** Gradients of {@link unstackOutputsReference} for dFrame, planes [channels, nodes]. */
export function unstackOutputsBackwardReference(o: { dFrame: Numbers; scale: Numbers; residual: Numbers }): {
  dy: Float64Array;
  dLast: Float64Array;
} {
  const channels = o.scale.length;
  const nodes = o.dFrame.length / channels;
  const dy = new Float64Array(nodes * channels);
  const dLast = new Float64Array(channels * nodes);
  for (let c = 0; c < channels; c++) {
    for (let g = 0; g < nodes; g++) {
      dy[g * channels + c] = o.dFrame[c * nodes + g] * o.scale[c];
      if (o.residual[c]) dLast[c * nodes + g] = o.dFrame[c * nodes + g];
    }
  }
  return { dy, dLast };
}
