/**
 * Area of the grid cells of each latitude, relative to the mean over latitudes (WeatherBench 2): a cell reaches half
 * way to the neighbouring latitudes, the outermost cells to the poles, and its area is sin(upper) - sin(lower).
 * Any spacing will do, so Gaussian grids too. On the uniform grids that GraphCast's loss accepts these are the loss's
 * own weights, poles included: sin(φ + Δ/2) - sin(φ - Δ/2) = 2 cos φ sin(Δ/2), and 1 - cos(Δ/2) = 2 sin²(Δ/4).
 *
 * @param latitudes degrees, ascending
 * @returns [latitudes], mean 1
 */
export function cellAreaWeights(latitudes: ArrayLike<number>): Float64Array {
  const rows = latitudes.length;
  /** Sine of the bound between row i - 1 and row i. */
  const boundary = (i: number) => {
    if (i === 0) return -1;
    return i === rows ? 1 : Math.sin((((latitudes[i - 1] + latitudes[i]) / 2) * Math.PI) / 180);
  };
  // All of them together cover the sphere: sin(90°) - sin(-90°) = 2.
  return Float64Array.from({ length: rows }, (_, i) => ((boundary(i + 1) - boundary(i)) * rows) / 2);
}
