/** Element-wise sum of two arrays, for tests of kernels that accumulate. */
export const plus = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: a.length }, (_, i) => a[i] + b[i]);
