/** Central differences of a scalar function with respect to each number of `at`, for tests of references. */
export function finiteDifferences(f: (values: Float64Array) => number, at: ArrayLike<number>): Float64Array {
  const step = 1e-5;
  return Float64Array.from({ length: at.length }, (_, i) => {
    const shifted = (by: number) => {
      const values = Float64Array.from(at);
      values[i] += by;
      return f(values);
    };
    return (shifted(step) - shifted(-step)) / (2 * step);
  });
}
