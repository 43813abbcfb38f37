/** Mean and standard deviation of a stream of values, float64, merged block by block (Welford; Chan et al. 1979). */
export class Moments {
  private count = 0;
  private average = 0;
  /** Sum of squared deviations from the mean. */
  private squares = 0;

  add(values: ArrayLike<number>): void {
    const n = values.length;
    if (n === 0) return;
    // Relative to the first value, so that a constant field has a deviation of exactly 0.
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[i] - values[0];
    const mean = values[0] + sum / n;
    let squares = 0;
    for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
    const total = this.count + n;
    const shift = mean - this.average;
    this.squares += squares + shift ** 2 * ((this.count * n) / total);
    this.average += shift * (n / total);
    this.count = total;
  }

  /** Undefined before the first value. */
  get mean(): number | undefined {
    return this.count > 0 ? this.average : undefined;
  }

  /** Of the whole population (no degree of freedom subtracted); undefined before the first value. */
  get stddev(): number | undefined {
    return this.count > 0 ? Math.sqrt(this.squares / this.count) : undefined;
  }
}
