/** wt[n, k] = w[k, n] for `w` [rows, width]. */
export function transposeReference(w: ArrayLike<number>, width: number): Float64Array {
  const rows = w.length / width;
  return Float64Array.from({ length: w.length }, (_, i) => w[(i % rows) * width + Math.floor(i / rows)]);
}
