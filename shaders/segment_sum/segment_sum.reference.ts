/**
 * Sums rows of `values` [edges, width] by segment in 64-bit arithmetic: out[v] = Σ values[order[j]] for j from
 * starts[v] to starts[v + 1] - 1.
 */
export function segmentSumReference(o: {
  values: ArrayLike<number>;
  starts: ArrayLike<number>;
  order?: ArrayLike<number>;
  width: number;
}): Float64Array {
  const segments = o.starts.length - 1;
  const out = new Float64Array(segments * o.width);
  for (let v = 0; v < segments; v++) {
    for (let j = o.starts[v]; j < o.starts[v + 1]; j++) {
      const row = o.order ? o.order[j] : j;
      for (let c = 0; c < o.width; c++) out[v * o.width + c] += o.values[row * o.width + c];
    }
  }
  return out;
}

/** The gradient of {@link segmentSumReference}: every row of a segment receives the segment's gradient. */
export function segmentSumBackwardReference(o: {
  dOut: ArrayLike<number>;
  starts: ArrayLike<number>;
  order?: ArrayLike<number>;
  rows: number;
  width: number;
}): Float64Array {
  const dValues = new Float64Array(o.rows * o.width);
  for (let v = 0; v + 1 < o.starts.length; v++) {
    for (let j = o.starts[v]; j < o.starts[v + 1]; j++) {
      const row = o.order ? o.order[j] : j;
      for (let c = 0; c < o.width; c++) dValues[row * o.width + c] += o.dOut[v * o.width + c];
    }
  }
  return dValues;
}
