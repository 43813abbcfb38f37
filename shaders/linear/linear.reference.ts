/** Rows of numbers, row-major without padding. */
type Rows = ArrayLike<number>;

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

export const swish = (v: number): number => v * sigmoid(v);

export const swishDerivative = (v: number): number => sigmoid(v) * (1 + v * (1 - sigmoid(v)));

/** Terms that are added to a product x w. */
export interface Terms {
  /** [N] */
  bias?: Rows;
  /** [rows, N] */
  addend?: Rows;
  /** Rows of `table` [any, N] picked by `index` [rows]. */
  gathered?: { table: Rows; index: Rows }[];
}

/** A linear layer in 64-bit arithmetic: pre = x w + terms, y = swish(pre). `x` [rows, K], `w` [K, N]. */
export function linearReference(o: { x: Rows; w: Rows; rows: number; width: number } & Terms): {
  pre: Float64Array;
  y: Float64Array;
} {
  const { x, w, rows, width } = o;
  const inner = w.length / width;
  const pre = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const value = x[r * inner + k];
      for (let n = 0; n < width; n++) pre[r * width + n] += value * w[k * width + n];
    }
    for (let n = 0; n < width; n++) {
      if (o.bias) pre[r * width + n] += o.bias[n];
      if (o.addend) pre[r * width + n] += o.addend[r * width + n];
      for (const { table, index } of o.gathered ?? []) pre[r * width + n] += table[index[r] * width + n];
    }
  }
  return { pre, y: pre.map(swish) };
}

/**
 * Gradients of {@link linearReference} for the gradient `dy` [rows, N] of its y: that of pre (which is the addends'
 * too), of x, w and the bias.
 */
export function linearBackwardReference(o: {
  x: Rows;
  w: Rows;
  pre: Rows;
  dy: Rows;
  rows: number;
  width: number;
}): { dPre: Float64Array; dx: Float64Array; dw: Float64Array; dBias: Float64Array } {
  const { x, w, rows, width } = o;
  const inner = w.length / width;
  const dPre = Float64Array.from(o.dy, (g, i) => g * swishDerivative(o.pre[i]));
  const dx = new Float64Array(rows * inner);
  const dw = new Float64Array(inner * width);
  const dBias = new Float64Array(width);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < width; n++) dBias[n] += dPre[r * width + n];
    for (let k = 0; k < inner; k++) {
      for (let n = 0; n < width; n++) {
        dx[r * inner + k] += dPre[r * width + n] * w[k * width + n];
        dw[k * width + n] += x[r * inner + k] * dPre[r * width + n];
      }
    }
  }
  return { dPre, dx, dw, dBias };
}
