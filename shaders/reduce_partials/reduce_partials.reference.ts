/** Sums of columns in 64-bit arithmetic: into[i] + Σ_chunk partial[chunk, column + i], `partial` [.., width]. */
export function reducePartialsReference(o: {
  into: ArrayLike<number>;
  partial: ArrayLike<number>;
  width: number;
  column: number;
}): Float64Array {
  const sums = Float64Array.from(o.into);
  for (let start = 0; start < o.partial.length; start += o.width) {
    for (let i = 0; i < sums.length; i++) sums[i] += o.partial[start + o.column + i];
  }
  return sums;
}
