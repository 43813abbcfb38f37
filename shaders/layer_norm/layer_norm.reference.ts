const EPSILON = 1e-5;

/** Rows of numbers, [rows, width], unpadded. */
type Rows = ArrayLike<number>;

/** Layer normalisation in 64-bit arithmetic: y = scale (x - mean) / sqrt(variance + 1e-5) + offset, row by row. */
export function layerNormReference(o: { x: Rows; scale: Rows; offset: Rows; rows: number }): {
  y: Float64Array;
  /** [rows, 2]: mean, 1 / sqrt(variance + 1e-5). */
  statistics: Float64Array;
} {
  const width = o.scale.length;
  const y = new Float64Array(o.rows * width);
  const statistics = new Float64Array(o.rows * 2);
  for (let r = 0; r < o.rows; r++) {
    let mean = 0;
    for (let c = 0; c < width; c++) mean += o.x[r * width + c] / width;
    let variance = 0;
    for (let c = 0; c < width; c++) variance += (o.x[r * width + c] - mean) ** 2 / width;
    const inverseDeviation = 1 / Math.sqrt(variance + EPSILON);
    for (let c = 0; c < width; c++) {
      y[r * width + c] = (o.x[r * width + c] - mean) * inverseDeviation * o.scale[c] + o.offset[c];
    }
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = inverseDeviation;
  }
  return { y, statistics };
}

/** Gradients of {@link layerNormReference} for the gradient `g` [rows, width] of its output. */
export function layerNormBackwardReference(o: {
  x: Rows;
  statistics: Rows;
  scale: Rows;
  g: Rows;
  rows: number;
}): { dx: Float64Array; dScale: Float64Array; dOffset: Float64Array } {
  const width = o.scale.length;
  const dx = new Float64Array(o.rows * width);
  const dScale = new Float64Array(width);
  const dOffset = new Float64Array(width);
  for (let r = 0; r < o.rows; r++) {
    const mean = o.statistics[2 * r];
    const inverseDeviation = o.statistics[2 * r + 1];
    let meanScaled = 0;
    let meanProduct = 0;
    for (let c = 0; c < width; c++) {
      const g = o.g[r * width + c];
      const normalised = (o.x[r * width + c] - mean) * inverseDeviation;
      dScale[c] += g * normalised;
      dOffset[c] += g;
      meanScaled += (g * o.scale[c]) / width;
      meanProduct += (g * o.scale[c] * normalised) / width;
    }
    for (let c = 0; c < width; c++) {
      const scaled = o.g[r * width + c] * o.scale[c];
      const normalised = (o.x[r * width + c] - mean) * inverseDeviation;
      dx[r * width + c] = (scaled - meanScaled - normalised * meanProduct) * inverseDeviation;
    }
  }
  return { dx, dScale, dOffset };
}
